using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// Wall-clock time as RTCP writes it (RFC 3550 §4): seconds since 1 January 1900 in the upper 32 bits, fractions of 2^-32 s in the lower.
/// </summary>
internal readonly record struct NtpTimestamp(ulong Value)
{
    private static readonly long _epochTicks = new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>The middle 32 bits, in units of 1/65536 s: what LSR holds (§6.4.1).</summary>
    public uint Middle => (uint)(Value >> 16);

    /// <summary>The wall-clock time at <paramref name="now"/>, when it was <paramref name="anchor"/> at <see cref="Instant.Zero"/>.</summary>
    public static NtpTimestamp At(DateTimeOffset anchor, Instant now)
    {
        ulong ticks = unchecked((ulong)(anchor.UtcTicks - _epochTicks + now.Ticks));
        ulong seconds = ticks / TimeSpan.TicksPerSecond;
        ulong fraction = (ticks % TimeSpan.TicksPerSecond << 32) / TimeSpan.TicksPerSecond;
        return new(unchecked(seconds << 32) | fraction);
    }

    /// <summary>A span of time in units of 1/65536 s, as DLSR holds it; what does not fit is cut to the largest.</summary>
    public static uint ToMiddleUnits(TimeSpan span) =>
        span <= TimeSpan.Zero ? 0 : (uint)UInt128.Min(uint.MaxValue, (UInt128)span.Ticks * 65536 / (UInt128)TimeSpan.TicksPerSecond);

    /// <summary>The span of time that so many units of 1/65536 s are.</summary>
    public static TimeSpan FromMiddleUnits(uint units) => new(units * TimeSpan.TicksPerSecond / 65536);
}
