using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A spoken conversation, whoever holds it: audio flows by itself, events are read and sent. <see cref="RealtimeWebRtcSession"/> is the one over WebRTC,
/// <see cref="RealtimeSideband"/> the one beside a call whose audio is elsewhere. Write your
/// own classes against this, and they can be tested without a service (<c>ScriptedRealtimeSession</c> of the Testing package, or an implementation of your own).
/// Implementations are thread-safe; one reader of events and one of state changes at a time.
/// </summary>
public interface IRealtimeSession : IAsyncDisposable
{
    /// <summary>The call's id, such as <c>rtc_…</c>; null when there is none. Default: null.</summary>
    string? CallId => null;

    /// <summary>Where the session stands.</summary>
    SessionState State { get; }

    /// <summary>Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. One reader.</summary>
    ChannelReader<SessionStateChange> StateChanges { get; }

    /// <summary>Completes when the session has ended, however it ended. Never faults: the result says why.</summary>
    Task<SessionEnd> Completion { get; }

    /// <summary>Whether silence is sent in place of the microphone.</summary>
    /// <exception cref="NotSupportedException">It was set to true, and the microphone is not this session's (<see cref="RealtimeSideband"/>).</exception>
    bool Muted { get; set; }

    /// <summary>How loud the last 20 ms sent were. Default: silence.</summary>
    AudioLevel InputLevel => AudioLevel.Silence;

    /// <summary>How loud the last 20 ms played were. Default: silence.</summary>
    AudioLevel OutputLevel => AudioLevel.Silence;

    /// <summary>The service's events, from the first that nobody has read on. Ends when the session has ended and all has been read.</summary>
    /// <param name="cancellationToken">Ends the reading, not the session.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IAsyncEnumerable<ServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends an event. Default: its JSON in the GA dialect, by <see cref="SendRawAsync"/>.</summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientEvent);
        return SendRawAsync(clientEvent.ToUtf8Json(), cancellationToken);
    }

    /// <summary>Sends an event that you have written yourself.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default);

    /// <summary>Drops what has been received and not been played yet, as when the user interrupts. It does not stop the service from speaking.</summary>
    void FlushOutput();

    /// <summary>
    /// Has the sound go to and come from this session from now on, where several share one microphone and one loudspeaker (<see cref="RealtimeConnectOptions.SharedAudio"/>). Default: nothing, a session
    /// has sound of its own.
    /// </summary>
    void TakeAudio()
    {
    }

    /// <summary>What has been counted until now; also after the end. Default: nothing.</summary>
    SessionStatistics GetStatistics() => new();

    /// <summary>Ends the conversation and waits until it has ended. Later calls wait for the first.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task CloseAsync(CancellationToken cancellationToken = default);
}
