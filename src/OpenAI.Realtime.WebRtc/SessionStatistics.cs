using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What a session has counted until now.</summary>
public sealed record SessionStatistics
{
    /// <summary>When each step of connecting was reached.</summary>
    public ConnectTimings Timings { get; init; } = new();

    /// <summary>What the engine has counted.</summary>
    public PeerStatistics Connection { get; init; } = new();

    /// <summary>What the audio has counted, both ways.</summary>
    public AudioStatistics Audio { get; init; }

    /// <summary>The name of the Opus implementation that runs; null when packets are sent and taken as they are.</summary>
    public string? Codec { get; init; }

    /// <summary>Events received, unknown and malformed ones too.</summary>
    public long EventsReceived { get; init; }

    /// <summary>Events sent.</summary>
    public long EventsSent { get; init; }

    /// <summary>Events that were dropped because nobody read them.</summary>
    public long EventsDropped { get; init; }
}
