using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Sideband;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// A Live session that somebody else holds, seen from beside it: events are read and commands sent over a WebSocket of this host's, while the sound goes between a page, or a telephone, and the service. Made by
/// <see cref="LiveWebRtcClient.AttachAsync"/>. Dispose it to let go of the session, which goes on. Thread-safe; one reader of events and one of state changes at a time.
/// </summary>
/// <remarks>
/// <para>All that listen to a session get the same events, whatever its data channel may carry, and all may send. So each action needs one owner: who answers what is handed over, who runs the functions, who ends the session.</para>
/// <para>The service may tell a late one what was before, or nothing. What has come before is known by its <see cref="LiveServerEvent.EventId"/> and dropped (<see cref="LiveSessionStatistics.EventsRepeated"/>). Until the service
/// describes the session, <see cref="Info"/> is null; <see cref="LiveSessionExtensions.UpdateAsync"/> is answered with the whole of it.</para>
/// <para>When the WebSocket breaks while the session goes on, it attaches again by itself, at growing distances, for <see cref="LiveSidebandOptions.ReconnectTimeout"/>. What the service sent meanwhile may be lost, and
/// <see cref="StateChanges"/> says so: <see cref="SessionState.Disconnected"/> is told after the last event before the gap, <see cref="SessionState.Connected"/> before the first one after it, and both say why. It ends with the
/// session, or when the service knows the session no longer.</para>
/// </remarks>
public sealed class LiveSideband : ILiveSession
{
    private readonly LiveSidebandRun _run;

    internal LiveSideband(Func<LiveSideband, LiveSidebandRun> run, SidebandConnection first)
    {
        _run = run(this);
        LiveTelemetry.ActiveSessions.Add(1);
        _run.Begin(first);
    }

    /// <summary>The session's id, such as <c>live_…</c>.</summary>
    public string SessionId => _run.CallId;

    /// <summary>The session as the service last described it, with the configuration in effect; null before it has, which may be for ever.</summary>
    public LiveSessionInfo? Info => _run.Core.Record.Info;

    /// <summary>Where it stands: <see cref="SessionState.Disconnected"/> while it attaches again.</summary>
    public SessionState State => _run.States.Current;

    /// <summary>
    /// Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. Between <see cref="SessionState.Disconnected"/> and the next <see cref="SessionState.Connected"/> lie events that may have
    /// been missed. The newest 64 are kept for who reads late. One reader.
    /// </summary>
    public ChannelReader<SessionStateChange> StateChanges => _run.States.Changes;

    /// <summary>
    /// Completes when it has ended: with the session (<see cref="LiveSessionEnd.IsConfirmed"/>), by this side, or because it could not be attached again (<see cref="LiveSessionEnd.Error"/>). Never faults: the result says why.
    /// </summary>
    public Task<LiveSessionEnd> Completion => _run.Ended;

    /// <summary>When the service ends the session; null where it has not said.</summary>
    public DateTimeOffset? ExpiresAt => _run.Core.Expiry.ExpiresAt;

    /// <summary>Completes <see cref="OpenAILiveWebRtcOptions.ExpiryNotice"/> before <see cref="ExpiresAt"/>, with that time. Cancelled when the sideband ends before. Never faults.</summary>
    public Task<DateTimeOffset> Expiring => _run.Core.Expiry.Expiring;

    /// <summary>What the session is charged for, as the service last said; null before it has.</summary>
    public LiveUsage? Usage => _run.Core.Record.Facts.Usage;

    /// <summary>Both sides as turns, which may be read while they grow; from when it was attached on, and without what was missed.</summary>
    public LiveTranscript Transcript => _run.Core.Transcript;

    /// <summary>
    /// The session's events, from the first that nobody has read on; acknowledgements and refusals of awaited commands are among them, those of others, too. Ends when the sideband has ended and all has been read;
    /// <see cref="Completion"/> then says why.
    /// </summary>
    /// <remarks>
    /// While somebody reads, none that came is dropped: when <see cref="OpenAILiveWebRtcOptions.EventBufferSize"/> and 4 MiB of look-ahead are full, the service has to wait; a reader that lets it wait longer than both keep-alive times
    /// loses the WebSocket. While nobody reads, the oldest beyond <see cref="OpenAILiveWebRtcOptions.EventBufferSize"/> are dropped. An event longer than <see cref="OpenAILiveWebRtcOptions.MaxEventSize"/> comes as a
    /// <see cref="MalformedLiveEvent"/> that says so. One reader at a time.
    /// </remarks>
    /// <param name="cancellationToken">Ends the reading, not the sideband.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<LiveServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _run.Core.Events.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Sends a command. Completes when the WebSocket has taken it whole; while there is none, it waits for the next. Several may send at once. One that was taken just before the WebSocket broke may not have arrived.
    /// </summary>
    /// <remarks>Where a <see cref="LiveToolHandler"/> serves the session here, a <see cref="LiveResponseCreate"/> waits until no function's call is open and no response runs.</remarks>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the wait; a command is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The sideband has ended or is being closed, and the command was not sent.</exception>
    /// <exception cref="ArgumentException">The command is larger than the service accepts: than 16 MiB, or it breaks the WebSocket while it is being sent, and the next one too.</exception>
    public ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _run.Core.SendAsync(command, _run.IsEnding, cancellationToken);
    }

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked; otherwise as <see cref="SendAsync"/> does.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => _run.SendAsync(utf8Json, cancellationToken);

    /// <summary>Sends a command and waits until the service acknowledges it. The command gets an <see cref="LiveClientEvent.EventId"/> where it has none.</summary>
    /// <remarks>An acknowledgement that comes in a gap is missed, and the wait then ends with <see cref="OpenAILiveWebRtcOptions.CommandTimeout"/>. A service that does not say which command it acknowledges makes no difference between
    /// the commands of all that are attached.</remarks>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/param|/returns|/exception"/>
    public Task<LiveServerEvent> SendAndWaitAsync(LiveClientEvent command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _run.Core.RunCommandAsync(command, cancellationToken);
    }

    /// <summary>
    /// Orders the model to stop, and waits until the order is taken up, which is most of a second. What has been received by who holds the sound is played all the same. Functions that are to be cancelled then
    /// (<see cref="VoiceTool.CancelOnInterruption"/>) are.
    /// </summary>
    /// <param name="order">What the model is told. Default: null, to stop and to listen.</param>
    /// <param name="cancellationToken">Ends the wait; the order may be taken up all the same.</param>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public Task InterruptAsync(string? order = null, CancellationToken cancellationToken = default) => _run.Core.InterruptAsync(order, cancellationToken);

    /// <inheritdoc/>
    public bool Approve(ApprovalRequest request, bool always = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _run.Core.Answer(request, approve: true, always, null);
    }

    /// <inheritdoc/>
    public bool Refuse(ApprovalRequest request, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _run.Core.Answer(request, approve: false, always: false, reason);
    }

    /// <summary>What has been counted until now; also after the end. Of the connection and of sound there is nothing.</summary>
    public LiveSessionStatistics GetStatistics() => _run.Statistics;

    /// <summary>
    /// Ends the session for everybody: <c>session.close</c> is sent, what is being said is heard to its end, and the service says what the session is charged for; at the latest after
    /// <see cref="OpenAILiveWebRtcOptions.CloseTimeout"/> this side lets go without that. Work that is handed over is done no more. Later calls wait for the first.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the ending goes on.</param>
    /// <returns>How it ended: <see cref="LiveSessionEnd.IsConfirmed"/> says whether the service has closed it.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<LiveSessionEnd> EndSessionAsync(CancellationToken cancellationToken = default)
    {
        await _run.EndSessionAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await Completion.ConfigureAwait(false);
    }

    /// <summary>Lets go of the session, which goes on, and waits until that is done. Later calls wait for the first. Never fails.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _run.StartClosing("closed by this side").WaitAsync(cancellationToken);

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await _run.StartClosing("disposed").ConfigureAwait(false);
}
