using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// A session of the Live API, whoever holds its sound: <see cref="LiveWebRtcSession"/> is the one over WebRTC, <see cref="LiveSideband"/> the one beside a session whose sound is elsewhere. The commands that can be awaited are
/// methods of <see cref="LiveSessionExtensions"/>. Implementations are thread-safe; one reader of events and one of state changes at a time.
/// </summary>
public interface ILiveSession : IAsyncDisposable
{
    /// <summary>The session's id, such as <c>live_…</c>; null where the service named none.</summary>
    string? SessionId { get; }

    /// <summary>The session as the service last described it, with the configuration in effect; null before it has.</summary>
    LiveSessionInfo? Info { get; }

    /// <summary>Where the session stands.</summary>
    SessionState State { get; }

    /// <summary>Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. One reader.</summary>
    ChannelReader<SessionStateChange> StateChanges { get; }

    /// <summary>Completes when the session has ended, however it ended. Never faults: the result says why.</summary>
    Task<LiveSessionEnd> Completion { get; }

    /// <summary>When the service ends the session; null where it has not said.</summary>
    DateTimeOffset? ExpiresAt { get; }

    /// <summary>Completes <see cref="OpenAILiveWebRtcOptions.ExpiryNotice"/> before <see cref="ExpiresAt"/>, with that time. Cancelled when the session ends before. Never faults.</summary>
    Task<DateTimeOffset> Expiring { get; }

    /// <summary>What the session is charged for, as the service last said; null before it has.</summary>
    LiveUsage? Usage { get; }

    /// <summary>Both sides as turns, which may be read while they grow.</summary>
    LiveTranscript Transcript { get; }

    /// <summary>The service's events, from the first that nobody has read on. Ends when the session has ended and all has been read.</summary>
    /// <param name="cancellationToken">Ends the reading, not the session.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IAsyncEnumerable<LiveServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends a command. Completes when it has been handed on, which says nothing of the service; <see cref="SendAndWaitAsync"/> waits for that.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the wait; a command is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The command is larger than the service accepts.</exception>
    ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken = default);

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default);

    /// <summary>Sends a command and waits until the service acknowledges it. The command gets an <see cref="LiveClientEvent.EventId"/> where it has none.</summary>
    /// <param name="command">A command that the API acknowledges with an event of its own. It does so neither for <see cref="LiveResponseItemCreate"/> and <see cref="LiveResponseCreate"/> nor, as far as is known, for
    /// <see cref="LiveDecisionCreate"/>; to end the session there is <see cref="LiveWebRtcSession.CloseAsync"/>, and beside it <see cref="LiveSideband.EndSessionAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the command may take effect all the same.</param>
    /// <returns>The acknowledgement.</returns>
    /// <exception cref="LiveCommandException">The service refused the command, or said nothing for <see cref="OpenAILiveWebRtcOptions.CommandTimeout"/>.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended, is being closed, or ended before it was answered.</exception>
    /// <exception cref="ArgumentException">The API does not acknowledge the command, its id waits already, or it is larger than the service accepts.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<LiveServerEvent> SendAndWaitAsync(LiveClientEvent command, CancellationToken cancellationToken = default);

    /// <summary>
    /// Interrupts the model: orders it to stop, and waits until the order is taken up, which is most of a second. Functions that are to be cancelled then (<see cref="VoiceTool.CancelOnInterruption"/>) are.
    /// </summary>
    /// <param name="order">What the model is told. Default: null, to stop and to listen.</param>
    /// <param name="cancellationToken">Ends the wait; the order may be taken up all the same.</param>
    /// <inheritdoc cref="SendAndWaitAsync" path="/exception"/>
    Task InterruptAsync(string? order = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a function be called, see <see cref="LiveToolHandler.OnApproval"/>.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="always">Whether the same function may be called without asking from now on in this session, whatever its arguments. Default: false.</param>
    /// <returns>Whether it was still waited for: not when it was answered before, took too long, or the session has ended.</returns>
    bool Approve(ApprovalRequest request, bool always = false);

    /// <summary>Does not let a function be called; the model is told so, and speaks of it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="reason">Why, for the model. Default: null, not given.</param>
    /// <returns>Whether it was still waited for.</returns>
    bool Refuse(ApprovalRequest request, string? reason = null);

    /// <summary>What has been counted until now; also after the end.</summary>
    LiveSessionStatistics GetStatistics();
}
