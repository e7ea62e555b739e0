using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What one session is to be.</summary>
public sealed class RealtimeConnectOptions
{
    /// <summary>How the session behaves. Bound to the key or the call where the service can do that, otherwise sent as soon as the channel is open.</summary>
    public SessionConfig Session { get; set; } = new RealtimeSessionConfig();

    /// <summary>Microphone and loudspeaker. The caller keeps what is passed in, and disposes it.</summary>
    public AudioOptions Audio { get; set; } = new();

    /// <summary>
    /// Microphone and loudspeaker that several sessions share, in place of <see cref="Audio"/>. The session is silent until <see cref="IRealtimeSession.TakeAudio"/> is called. The caller disposes it
    /// after the last session. Default: null, sound of the session's own.
    /// </summary>
    public SharedAudio? SharedAudio { get; set; }

    /// <summary>The end user's stable, hashed identifier. Default: null, <see cref="OpenAIRealtimeWebRtcOptions.SafetyIdentifier"/>.</summary>
    public string? SafetyIdentifier { get; set; }

    /// <summary>Told each step with its time: in order, one at a time, under no lock, on the thread that reaches it or on one that is telling then. Must be quick; what it throws is dropped. Default: null.</summary>
    public IProgress<ConnectProgress>? Progress { get; set; }

    /// <summary>Shown every event in both directions as it is on the wire. Must be quick; what it throws is logged once. Default: null.</summary>
    public RealtimeEventTrace? EventTrace { get; set; }

    /// <exception cref="ArgumentException">The options contradict each other, or what must not be null is.</exception>
    /// <exception cref="ObjectDisposedException">The shared audio has been disposed.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Session);
        ArgumentNullException.ThrowIfNull(Audio);
        Audio.Validate();
        if (SharedAudio is null)
            return;
        if (Audio is { Source: not null } or { Sink: not null } or { EncodedSource: not null } or { EncodedSink: not null })
            throw new ArgumentException("Set either Audio or SharedAudio, not both.", nameof(SharedAudio));
        ObjectDisposedException.ThrowIf(SharedAudio.IsDisposed, SharedAudio);
    }
}

/// <summary>Shown an event as it is on the wire.</summary>
/// <param name="sent">True for one we sent, false for one we received.</param>
/// <param name="utf8Json">The event; not to be used after the call. Calls for the two directions may come at the same time.</param>
public delegate void RealtimeEventTrace(bool sent, ReadOnlySpan<byte> utf8Json);
