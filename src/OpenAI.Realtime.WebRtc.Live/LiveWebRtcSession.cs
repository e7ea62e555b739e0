using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What a session is made of.</summary>
internal sealed record LiveSessionParts(
    RealtimeConnection Connection, MediaPort Audio, FlowingTrack Flow, ConnectClock Clock, OpenAILiveWebRtcOptions Options, RealtimeEventTrace? Trace, ILogger Logger, TimeProvider TimeProvider)
{
    /// <summary>Who does what is handed over; null for the program itself.</summary>
    public LiveDelegationHandler? Delegation { get; init; }

    public LiveSpeechOptions Speech { get; init; } = new();

    public ILoggerFactory? LoggerFactory { get; init; }
}

/// <summary>
/// A spoken conversation with the Live API that has started: audio flows by itself, events are read, commands are sent and acknowledged. Made by <see cref="LiveWebRtcClient.ConnectAsync"/>. Dispose it
/// to end it. Thread-safe; one reader of events and one of state changes at a time.
/// </summary>
/// <remarks>There are no turns and no responses: both sides speak when they like, and transcripts come as they go.</remarks>
public sealed class LiveWebRtcSession : ILiveSession
{
    private readonly LiveSessionRun _run;

    internal LiveWebRtcSession(LiveSessionParts parts)
    {
        _run = new LiveSessionRun(parts, this);
        _run.Begin();
    }

    /// <summary>The session's id, such as <c>live_…</c>; null where the service named none.</summary>
    public string? SessionId => _run.SessionId;

    /// <summary>The session as the service last described it, with the configuration in effect; null where its description could not be read.</summary>
    public LiveSessionInfo? Info => _run.Info;

    /// <summary>Where the session stands.</summary>
    public SessionState State => _run.States.Current;

    /// <summary>Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. The newest 64 are kept for who reads late. One reader.</summary>
    public ChannelReader<SessionStateChange> StateChanges => _run.States.Changes;

    /// <summary>Completes when the session has ended, however it ended. Never faults: the result says why, and what the session is charged for.</summary>
    public Task<LiveSessionEnd> Completion => _run.Completion;

    /// <summary>When the service ends the session, some two hours after its start; null where it has not said.</summary>
    public DateTimeOffset? ExpiresAt => _run.Core.Expiry.ExpiresAt;

    /// <summary>
    /// Completes <see cref="OpenAILiveWebRtcOptions.ExpiryNotice"/> before <see cref="ExpiresAt"/>, with that time: for a program that goes on in a session of its own making, with the last of what was said as
    /// <see cref="LiveSessionSettings.Input"/>, or in a fork. Cancelled when the session ends before. Never faults.
    /// </summary>
    public Task<DateTimeOffset> Expiring => _run.Core.Expiry.Expiring;

    /// <summary>What the session is charged for, as the service last said; null before it has.</summary>
    public LiveUsage? Usage => _run.Usage;

    /// <summary>
    /// Whether encoded silence is sent in place of the source; the source is read on. The session is charged for all the same. <see cref="LiveSessionExtensions.MuteInputAsync"/> asks the service to do so instead, which a sideband does not
    /// notice. Default: <see cref="AudioOptions.StartMuted"/>.
    /// </summary>
    public bool Muted
    {
        get => _run.Audio.IsMuted;
        set => _run.Audio.IsMuted = value;
    }

    /// <summary>
    /// Whether silence is played in place of what the model says; it speaks on, and its transcript comes. <see cref="OutputLevel"/> and <see cref="IsAssistantSpeaking"/> tell of silence then. Default: false.
    /// </summary>
    public bool OutputMuted
    {
        get => _run.Flow.IsOutputMuted;
        set => _run.Flow.IsOutputMuted = value;
    }

    /// <summary>Whether the user speaks, by how loud the audio is (<see cref="LiveConnectOptions.Speech"/>): no event of the service tells it. Never where packets are sent as they are.</summary>
    public bool IsUserSpeaking => _run.Speech.IsUserSpeaking;

    /// <summary>Whether the model speaks, by how loud what is played is; the transcript comes before the sound. Never where packets are handed on as they are.</summary>
    public bool IsAssistantSpeaking => _run.Speech.IsAssistantSpeaking;

    /// <summary>Each time somebody begins or stops to speak, in order; completes when the session has ended. The newest 64 are kept for who reads late. One reader.</summary>
    public ChannelReader<LiveSpeechChange> SpeechChanges => _run.Speech.Changes;

    /// <summary>Both sides as turns, which may be read while they grow.</summary>
    public LiveTranscript Transcript => _run.Core.Transcript;

    /// <summary>How loud the last 20 ms sent were.</summary>
    public AudioLevel InputLevel => _run.Audio.InputLevel;

    /// <summary>How loud the last 20 ms played were.</summary>
    public AudioLevel OutputLevel => _run.Audio.OutputLevel;

    /// <summary>When each step was reached.</summary>
    public ConnectTimings Timings => _run.Timings;

    /// <summary>
    /// Drops what has been received and not been played yet, and what of that speech is still on its way for 200 ms. It does not stop the model from speaking: no command does. An order by
    /// <see cref="LiveSessionExtensions.AppendInstructionsAsync"/> asks for it.
    /// </summary>
    public void FlushOutput() => _run.Audio.Flush();

    /// <summary>
    /// Interrupts the model: drops what has been received and not been played (<see cref="FlushOutput"/>), orders it to stop, and waits until the order is taken up, which is most of a second. Functions that are to be cancelled
    /// then (<see cref="Agents.VoiceTool.CancelOnInterruption"/>) are. A user who speaks needs none of that: the model hears it.
    /// </summary>
    /// <param name="order">What the model is told. Default: null, to stop and to listen.</param>
    /// <param name="cancellationToken">Ends the wait; the order may be taken up all the same.</param>
    /// <inheritdoc cref="SendAndWaitAsync" path="/exception"/>
    public Task InterruptAsync(string? order = null, CancellationToken cancellationToken = default) => _run.InterruptAsync(order, cancellationToken);

    /// <summary>Lets a function be called, see <see cref="LiveToolHandler.OnApproval"/>.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="always">Whether the same function may be called without asking from now on in this session, whatever its arguments. Default: false.</param>
    /// <returns>Whether it was still waited for: not when it was answered before, took too long, or the session has ended.</returns>
    public bool Approve(Agents.ApprovalRequest request, bool always = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _run.Core.Answer(request, approve: true, always, null);
    }

    /// <summary>Does not let a function be called; the model is told so, and speaks of it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="reason">Why, for the model. Default: null, not given.</param>
    /// <returns>Whether it was still waited for.</returns>
    public bool Refuse(Agents.ApprovalRequest request, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _run.Core.Answer(request, approve: false, always: false, reason);
    }

    /// <summary>What has been counted until now; also after the end.</summary>
    public LiveSessionStatistics GetStatistics() => _run.GetStatistics();

    /// <summary>
    /// The service's events, from the first that nobody has read on; acknowledgements and refusals of awaited commands are among them. Ends when the session has ended and all has been read; <see cref="Completion"/> then says why.
    /// </summary>
    /// <remarks>
    /// While somebody reads, none is lost: when <see cref="OpenAILiveWebRtcOptions.EventBufferSize"/> and 4 MiB of look-ahead are full, the service has to wait. While nobody
    /// reads, the oldest beyond <see cref="OpenAILiveWebRtcOptions.EventBufferSize"/> are dropped. Neither touches the audio. One reader at a time; it may stop and another may go on. A reader that waits for a
    /// command's acknowledgement does not hold it up: acknowledgements are seen before the reader.
    /// </remarks>
    /// <param name="cancellationToken">Ends the reading, not the session.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<LiveServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _run.Core.Events.ReadAllAsync(cancellationToken);

    /// <summary>Sends a command. Completes when the engine has taken it, which says nothing of the service; <see cref="SendAndWaitAsync"/> waits for that. Several may send at once.</summary>
    /// <remarks>Where a <see cref="LiveToolHandler"/> serves the session, a <see cref="LiveResponseCreate"/> waits until no function's call is open and no response runs, because the service would refuse it; it then goes out under an id of the handler's.</remarks>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the wait; a command is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The command is larger than the service accepts.</exception>
    public ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _run.SendAsync(command, cancellationToken);
    }

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => _run.SendRawAsync(utf8Json, cancellationToken);

    /// <summary>Sends a command and waits until the service acknowledges it. The command gets an <see cref="LiveClientEvent.EventId"/> where it has none.</summary>
    /// <param name="command">A command that the API acknowledges with an event of its own. It does so neither for <see cref="LiveResponseItemCreate"/> and <see cref="LiveResponseCreate"/> nor, as far as is known, for
    /// <see cref="LiveDecisionCreate"/>; to end the session there is <see cref="CloseAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the command may take effect all the same.</param>
    /// <returns>The acknowledgement.</returns>
    /// <exception cref="LiveCommandException">The service refused the command, or said nothing for <see cref="OpenAILiveWebRtcOptions.CommandTimeout"/>.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended, is being closed, or ended before it was answered.</exception>
    /// <exception cref="ArgumentException">The API does not acknowledge the command, its id waits already, or it is larger than the service accepts.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<LiveServerEvent> SendAndWaitAsync(LiveClientEvent command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _run.Core.RunCommandAsync(command, cancellationToken);
    }

    /// <summary>
    /// Ends the session: <c>session.close</c> is sent, what is being said is heard to its end, and the service says what the session is charged for; at the latest after
    /// <see cref="OpenAILiveWebRtcOptions.CloseTimeout"/> the connection is closed without that. Later calls wait for the first. Never fails.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<LiveSessionEnd> CloseAsync(CancellationToken cancellationToken = default)
    {
        await _run.StartClosing("closed by this side").WaitAsync(cancellationToken).ConfigureAwait(false);
        return await Completion.ConfigureAwait(false);
    }

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await _run.StartClosing("disposed").ConfigureAwait(false);

    /// <summary>Completes when nothing of the session is left. Never faults.</summary>
    internal Task Stopped => _run.Stopped;

    /// <inheritdoc cref="LiveSessionRun.StartAsync"/>
    internal Task StartAsync(bool startsOnSpeech, CancellationToken cancellationToken) => _run.StartAsync(startsOnSpeech, cancellationToken);

    /// <summary>Has the model speak first; nobody waits for it.</summary>
    internal void Greet(string greeting) => _run.Greet(greeting);

    /// <summary>Closes a session that did not start, without waiting for the service.</summary>
    internal Task AbandonAsync() => _run.StartClosing("it did not start");
}
