using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What a session has counted until now.</summary>
public sealed record LiveSessionStatistics
{
    /// <summary>When each step of connecting was reached; the key and the answer are one step here, the answer.</summary>
    public ConnectTimings Timings { get; init; } = new();

    /// <summary>When the service said that the session has started, since the call of <see cref="LiveWebRtcClient.ConnectAsync"/>; null where it has not.</summary>
    public TimeSpan? Started { get; init; }

    /// <summary>What the engine has counted.</summary>
    public PeerStatistics Connection { get; init; } = new();

    /// <summary>What the audio has counted, both ways.</summary>
    public AudioStatistics Audio { get; init; }

    /// <summary>The name of the Opus implementation that runs; null when packets are sent and taken as they are.</summary>
    public string? Codec { get; init; }

    /// <summary>Packets of silence that were sent because the source gave nothing: before the start, and where an encoded source stops.</summary>
    public long FillerPackets { get; init; }

    /// <summary>Events received, unknown and malformed ones too.</summary>
    public long EventsReceived { get; init; }

    /// <summary>Events sent.</summary>
    public long EventsSent { get; init; }

    /// <summary>Events that were dropped because nobody read them.</summary>
    public long EventsDropped { get; init; }

    /// <summary>Events that had come before, known by their ids, and were dropped: on a <see cref="LiveSideband"/> alone, where the service may repeat what it has sent.</summary>
    public long EventsRepeated { get; init; }

    /// <summary>Pieces of the two sides' sound that came along: on a <see cref="LiveSideband"/> alone, where <see cref="LiveSidebandOptions.IncludeAudio"/> says whether they can be read.</summary>
    public long AudioEvents { get; init; }

    /// <summary>Items that the Responses model was given; null without a <see cref="LiveToolHandler"/>.</summary>
    public int? BackendItems { get; init; }

    /// <summary>Bytes of them; as <see cref="BackendItems"/>.</summary>
    public int? BackendBytes { get; init; }

    /// <summary>What the session is charged for, as far as the service has said; null before it has.</summary>
    public LiveUsage? Usage { get; init; }
}
