using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What has been reached on the way to a conversation.</summary>
public enum ConnectStep
{
    /// <summary>The key is there (when one is needed).</summary>
    Key,

    /// <summary>The service's answer is there.</summary>
    Answer,

    /// <summary>ICE has found a path.</summary>
    Ice,

    /// <summary>DTLS is up; audio may flow.</summary>
    Dtls,

    /// <summary>The data channel is open.</summary>
    Channel,

    /// <summary>The first event has come.</summary>
    FirstEvent,

    /// <summary>The first audio packet has come.</summary>
    FirstAudio,
}

/// <summary>One step reached.</summary>
/// <param name="Step">Which.</param>
/// <param name="Elapsed">Since the call of <see cref="RealtimeWebRtcClient.ConnectAsync"/>.</param>
public readonly record struct ConnectProgress(ConnectStep Step, TimeSpan Elapsed);

/// <summary>When each step was reached, since the call of <see cref="RealtimeWebRtcClient.ConnectAsync"/>; null for what has not been reached.</summary>
public sealed record ConnectTimings
{
    /// <summary>The key was there. Null when none was needed.</summary>
    public TimeSpan? Key { get; init; }

    /// <summary>The answer was there.</summary>
    public TimeSpan? Answer { get; init; }

    /// <summary>ICE had found a path.</summary>
    public TimeSpan? Ice { get; init; }

    /// <summary>DTLS was up.</summary>
    public TimeSpan? Dtls { get; init; }

    /// <summary>The data channel was open.</summary>
    public TimeSpan? Channel { get; init; }

    /// <summary>The first event had come.</summary>
    public TimeSpan? FirstEvent { get; init; }

    /// <summary>The first audio packet had come.</summary>
    public TimeSpan? FirstAudio { get; init; }
}
