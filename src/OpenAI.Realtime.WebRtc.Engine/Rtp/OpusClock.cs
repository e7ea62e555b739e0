using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>The media clock of Opus: 48 kHz always, whatever the audio's bandwidth (RFC 7587 §4.1).</summary>
internal static class OpusClock
{
    public const int Rate = 48000;

    // 48,000 units are 10,000,000 ticks of 100 ns: 3 units are 625 ticks.
    private const long UnitsPerGroup = 3;
    private const long TicksPerGroup = TimeSpan.TicksPerSecond / (Rate / UnitsPerGroup);

    /// <summary>A moment in units of the clock; wraps around as an RTP timestamp does.</summary>
    public static uint UnitsAt(Instant at) =>
        unchecked((uint)(at.Ticks / TicksPerGroup * UnitsPerGroup + at.Ticks % TicksPerGroup * UnitsPerGroup / TicksPerGroup));

    /// <summary>So many units as a span of time.</summary>
    public static TimeSpan ToTimeSpan(uint units) => new(units * TicksPerGroup / UnitsPerGroup);
}
