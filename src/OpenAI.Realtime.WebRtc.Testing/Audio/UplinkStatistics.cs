using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the endpoint measured of the audio that a client sent.</summary>
public sealed record UplinkStatistics
{
    /// <summary>RTP packets received.</summary>
    public long Packets { get; init; }

    /// <summary>Opus bytes received.</summary>
    public long Bytes { get; init; }

    /// <summary>Sequence numbers that never came.</summary>
    public long Lost { get; init; }

    /// <summary>Packets whose RTP timestamp was not 960 (20 ms) after the one before, where none was missing between.</summary>
    public long IrregularTimestamps { get; init; }

    /// <summary>Packets that could not be decoded.</summary>
    public long Undecodable { get; init; }

    /// <summary>
    /// How far the times between arrivals are off what the timestamps say (20 ms): the median of the absolute difference over the newest 4,096 packets.
    /// </summary>
    public TimeSpan JitterP50 { get; init; }

    /// <summary>As <see cref="JitterP50"/>, but exceeded by one packet in twenty only.</summary>
    public TimeSpan JitterP95 { get; init; }

    /// <summary>How loud the newest second was.</summary>
    public AudioLevel Level { get; init; }

    /// <summary>The strongest frequency of the newest second in Hz; 0 for silence.</summary>
    public double DominantFrequency { get; init; }

    /// <summary>How much audio came, by its timestamps.</summary>
    public TimeSpan Duration { get; init; }
}
