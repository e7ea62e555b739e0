using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// A spoken conversation that a <see cref="VoiceAgent"/> leads: its tools are run, one response is made at a time, what both sides say is kept. Made by
/// <see cref="VoiceConversationExtensions.StartConversationAsync(RealtimeWebRtcClient, VoiceAgent, OpenAI.Realtime.WebRtc.Media.AudioOptions, CancellationToken)"/> or <see cref="StartAsync(IRealtimeSession, VoiceAgent, VoiceConversationOptions, CancellationToken)"/> and its overload. Dispose it
/// to hang up. Thread-safe; one reader of updates at a time.
/// </summary>
[SuppressMessage("Usage", "CA2213", Justification = "See there.")]
public sealed class VoiceConversation : IAsyncDisposable
{
    /// <summary>The service commits no less than 100 ms of speech; some of a press is on its way when the button is let go.</summary>
    private static readonly TimeSpan ShortestPress = TimeSpan.FromMilliseconds(150);

    private readonly ConversationState _state;
    private readonly SemaphoreSlim _changing = new(1, 1);       // never disposed: it holds nothing, and who waits for it is told that the conversation has ended
    private readonly CallKeeper? _keeper;
    private Instant? _pressed;

    private VoiceConversation(IRealtimeSession session, CallSource? source, VoiceAgent agent, ToolSet tools, VoiceConversationOptions options)
    {
        bool isEndless = source is not null && options.Calls.IsEndless;
        _state = new ConversationState(this, session, agent, tools, options, isEndless);
        _keeper = source is null ? null : new CallKeeper(_state, source, GuardedLogger.Create(options.LoggerFactory, AgentsLog.Category));
    }

    /// <summary>The session beneath, which is another one once the call was exchanged: for its levels, its statistics, <see cref="IRealtimeSession.Muted"/>, and events that are not the conversation's business. Its events are read already.</summary>
    public IRealtimeSession Session => _state.Session;

    /// <summary>Who leads the conversation now.</summary>
    public VoiceAgent Agent => _state.Get(static s => s.Agent);

    /// <summary>What was said and done until now.</summary>
    public HistorySnapshot History => _state.Get(static s => s.History);

    /// <summary>
    /// The tokens of all responses until now, a copy. <see cref="UsageDetails.AdditionalCounts"/> has them by kind: <c>input_text_tokens</c>, <c>input_audio_tokens</c>, <c>input_image_tokens</c>,
    /// <c>output_text_tokens</c>, <c>output_audio_tokens</c>; and beside the totals, because it is billed apart, what writing the user's speech down took: <c>transcription_input_tokens</c>,
    /// <c>transcription_output_tokens</c>, <c>transcription_milliseconds</c>.
    /// </summary>
    public UsageDetails Usage => _state.Get(static s => s.Usage);

    /// <summary>Whether the user speaks, as the service hears it, or has pressed to talk.</summary>
    public bool IsUserSpeaking => _state.Get(static s => s.IsUserSpeaking);

    /// <summary>Whether sound of the assistant is on its way here. Generating it takes less time than playing it.</summary>
    public bool IsAssistantSpeaking => _state.Get(static s => s.IsAssistantSpeaking);

    /// <summary>The calls that wait for <see cref="Approve"/> or <see cref="Refuse"/>.</summary>
    public IReadOnlyList<ApprovalRequest> PendingApprovals => _state.Get(static s => s.Desk.Approvals);

    /// <summary>Whether all has happened that can happen without time, as far as the conversation itself can tell: for tests in virtual time.</summary>
    internal bool IsWaiting => !_state.Ending.IsUnderWay && _state.Updates.IsRead && _keeper?.IsWaiting != false && _state.Leg.Link is { IsEnding: false, Outbox.IsEmpty: true };

    /// <summary>Completes when the conversation has ended, however it ended. Never faults: the result says why.</summary>
    public Task<ConversationEnd> Completion => _state.Ending.Completion;

    /// <summary>
    /// Begins a conversation over a session that is connected. Sends the agent's configuration and waits until it is in effect, unless <see cref="VoiceConversationOptions.IsConfigured"/> says that it is; the conversation of before, if there is one, is told next. From then on the
    /// session is the conversation's: it ends with it.
    /// </summary>
    /// <param name="session">The session; nobody else may read its events.</param>
    /// <param name="agent">Who leads.</param>
    /// <param name="options">How the conversation is held. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    /// <exception cref="ArgumentException">The agent's tools cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Somebody reads the session's events already.</exception>
    /// <exception cref="VoiceConversationException">The service refused the configuration, or did not acknowledge it in time. The session is still the caller's, but its events have been read.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended.</exception>
    public static Task<VoiceConversation> StartAsync(IRealtimeSession session, VoiceAgent agent, VoiceConversationOptions? options = null, CancellationToken cancellationToken = default) =>
        BeginAsync(session, null, agent, options, cancellationToken);

    /// <summary>
    /// Begins a conversation that opens its sessions itself, the first and those that take its place: before the service's limit and when one is lost, as <see cref="VoiceConversationOptions.Calls"/> say. Over
    /// WebRTC <see cref="VoiceConversationExtensions"/> do this with less.
    /// </summary>
    /// <param name="connect">
    /// Opens a session; called again for each that follows, beside the one in use. The agent's configuration is sent to it. Where the sessions share one microphone and one loudspeaker,
    /// <see cref="IRealtimeSession.TakeAudio"/> is called of the one that is to have them. What it throws is a failed attempt; an <see cref="ArgumentException"/>, and what a service that refuses the key throws, is
    /// not tried again.
    /// </param>
    /// <param name="agent">Who leads.</param>
    /// <param name="options">How the conversation is held. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    /// <exception cref="ArgumentException">The agent's tools cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="VoiceConversationException">The service refused the configuration, or did not acknowledge it in time.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="connect"/> gave null. What it throws, it throws here as well.</exception>
    public static Task<VoiceConversation> StartAsync(Func<CancellationToken, Task<IRealtimeSession>> connect, VoiceAgent agent, VoiceConversationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connect);
        return BeginAsync(new CallSource(OpenAsync, IsConfigured: false), agent, options, cancellationToken);

        async Task<IRealtimeSession> OpenAsync(RealtimeSessionConfig config, CancellationToken token) =>
            await connect(token).ConfigureAwait(false) ?? throw new InvalidOperationException("The callback that opens sessions gave null in place of one.");
    }

    internal static async Task<VoiceConversation> BeginAsync(CallSource source, VoiceAgent agent, VoiceConversationOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            ArgumentNullException.ThrowIfNull(agent);
            options?.Validate();
            IRealtimeSession session = await source.OpenAsync(agent.ToSessionConfig(), cancellationToken).ConfigureAwait(false);
            try
            {
                session.TakeAudio();
                return await BeginAsync(session, source, agent, options, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch when (source.Audio is not null)
        {
            await source.Audio.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<VoiceConversation> BeginAsync(IRealtimeSession session, CallSource? source, VoiceAgent agent, VoiceConversationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(agent);
        options ??= new VoiceConversationOptions();
        options.Validate();
        ToolSet tools = agent.ToToolSet();
        RealtimeSessionConfig config = agent.ToUpdate(tools) with { Voice = agent.Session.Voice };
        cancellationToken.ThrowIfCancellationRequested();
        var conversation = new VoiceConversation(session, source, agent, tools, options);
        try
        {
            await conversation._state.StartAsync(conversation._state.Leg).ConfigureAwait(false);
            if (!(source?.IsConfigured ?? options.IsConfigured))
                await conversation._state.Program.ConfigureAsync(config).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await conversation._state.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (options.History is { } before)
            conversation._state.Replay(before);
        conversation._keeper?.Start();
        return conversation;
    }

    /// <summary>
    /// What happens, from the first update that nobody has read on. Ends with an <see cref="EndUpdate"/>. A reader that is too slow loses the oldest and is told so (<see cref="UpdatesLostUpdate"/>); it never holds up the
    /// conversation.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading, not the conversation.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<ConversationUpdate> ReadUpdatesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _state.Updates.StartReading();
        try
        {
            while (await _state.Updates.TakeAsync(cancellationToken).ConfigureAwait(false) is { } update)
                yield return update;
        }
        finally
        {
            _state.Updates.StopReading();
        }
    }

    /// <summary>The user writes something.</summary>
    /// <param name="text">What.</param>
    /// <param name="respond">Whether the assistant is to answer. Default: true.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    /// <exception cref="ArgumentException">The text is larger than the service accepts.</exception>
    public Task SendTextAsync(string text, bool respond = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SendItemAsync(ConversationItem.UserText(text), respond, cancellationToken);
    }

    /// <summary>Puts an item into the conversation: an image, a word of the system, what was said elsewhere. Completes when it has been sent; what the service has against it is an <see cref="ErrorUpdate"/>.</summary>
    /// <param name="item">The item.</param>
    /// <param name="respond">Whether the assistant is to answer. Default: false.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    /// <exception cref="ArgumentException">The item is larger than the service accepts.</exception>
    public async Task SendItemAsync(ConversationItem item, bool respond = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        bool isUsersTurn = item is MessageItem { Role: { } role } && role == ItemRole.User;
        await _state.Program.AddItemAsync(item, isUsersTurn, respond).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks for a response and gives it when it has ended, however it ended: <see cref="ResponseSnapshot.Status"/> says. It waits for its turn. Those without parameters that wait at the same time are one.
    /// With <c>Conversation = ResponseConversation.None</c> it stands beside the conversation: it waits for no other, its words are no updates, and functions that it calls are not run.
    /// </summary>
    /// <param name="parameters">What holds for this response alone. Its instructions take the place of the agent's. Default: null, nothing.</param>
    /// <param name="cancellationToken">Ends the wait; a request that has not been sent, and that nobody else waits for, is withdrawn.</param>
    /// <exception cref="VoiceConversationException">The service refused it, or did not answer within the limits of <see cref="VoiceConversationOptions.Responses"/>.</exception>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    /// <exception cref="InvalidOperationException">Too many requests wait.</exception>
    public async Task<ResponseSnapshot> RespondAsync(ResponseParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (ResponseRequest request, Task<ResponseSnapshot> answer) = _state.Program.Request(parameters);
        try
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!answer.IsCompleted)
        {
            _state.Do(() => _state.Withdraw(request));
            throw;
        }
    }

    /// <summary>Asks for a response that is told something beside the agent's instructions, such as "Greet the user by name".</summary>
    /// <param name="additionalInstructions">What it is told.</param>
    /// <param name="cancellationToken">Ends the wait, as above.</param>
    /// <exception cref="VoiceConversationException">The service refused it, or did not answer in time.</exception>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    /// <exception cref="InvalidOperationException">Too many requests wait.</exception>
    public Task<ResponseSnapshot> RespondAsync(string additionalInstructions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(additionalInstructions);
        return RespondAsync(new ResponseParameters { Instructions = _state.Get(s => s.WithOwn(additionalInstructions)) }, cancellationToken);
    }

    /// <summary>
    /// Stops what the assistant says: what has been received is dropped at once, the response is cancelled and the service's own queue is emptied, each only where there is something to stop. Requests for responses that
    /// wait are made all the same.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for the sending.</param>
    /// <returns>Whether there was something to stop.</returns>
    public async Task<bool> InterruptAsync(CancellationToken cancellationToken = default)
    {
        if (!_state.Program.Interrupt(out Task? sent))
            return false;
        if (sent is not null)
            await sent.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Push to talk, the button is pressed: the assistant is interrupted, and what was heard before is forgotten. For sessions whose turn detection is off (<c>TurnDetection = null</c>).
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for the sending.</param>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    public async Task BeginUserTurnAsync(CancellationToken cancellationToken = default)
    {
        await InterruptAsync(cancellationToken).ConfigureAwait(false);
        _state.Do(() => _pressed = _state.Now);
        await _state.Program.PushToTalkAsync(begins: true, commit: false, respond: false).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Push to talk, the button is let go: what was said since <see cref="BeginUserTurnAsync"/> goes to the model.</summary>
    /// <param name="respond">Whether the assistant is to answer. Default: true.</param>
    /// <param name="cancellationToken">Ends the wait for the sending.</param>
    /// <returns>Whether something goes to the model: a press of less than 150 ms does not, since the service takes no less than 100 ms of speech.</returns>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    public async Task<bool> EndUserTurnAsync(bool respond = true, CancellationToken cancellationToken = default)
    {
        bool isLong = true;
        _state.Do(() => (isLong, _pressed) = (_pressed is not { } since || _state.Now - since >= ShortestPress, null));
        await _state.Program.PushToTalkAsync(begins: false, commit: isLong, respond).WaitAsync(cancellationToken).ConfigureAwait(false);
        return isLong;
    }

    /// <summary>Lets a tool be called.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="always">Whether the same tool may be called without asking from now on in this conversation, whatever its arguments. Default: false.</param>
    /// <returns>Whether it was still waited for: not when it was answered before, took too long, or the conversation has ended.</returns>
    public bool Approve(ApprovalRequest request, bool always = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _state.Program.Approve(request, always);
    }

    /// <summary>Does not let a tool be called; the model is told so, and speaks of it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="reason">Why, for the model. Default: null, not given.</param>
    /// <returns>Whether it was still waited for.</returns>
    public bool Refuse(ApprovalRequest request, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _state.Program.Refuse(request, reason);
    }

    /// <summary>
    /// Hands the conversation over to another agent: instructions, tools and whatever else its configuration sets are changed; the history stays, and so do the model and the voice, which a session cannot change.
    /// Completes when the change is in effect. Calls of a response that has begun are still answered by the tools of before.
    /// </summary>
    /// <param name="agent">Who leads from now on.</param>
    /// <param name="cancellationToken">Ends the wait; the change may still take effect at the service.</param>
    /// <exception cref="ArgumentException">The agent's tools cannot be used; nothing was sent.</exception>
    /// <exception cref="VoiceConversationException">The service refused the configuration, or did not acknowledge it in time: the agent of before leads on.</exception>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    public async Task ChangeAgentAsync(VoiceAgent agent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ToolSet tools = agent.ToToolSet();
        RealtimeSessionConfig config = agent.ToUpdate(tools);
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _state.Program.ConfigureAsync(config).WaitAsync(cancellationToken).ConfigureAwait(false);
            _state.Change(agent, tools);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Ends the conversation and hangs up; tools that run are cancelled. Later calls wait for the first.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        await _state.Ending.BeginClosing().CloseAsync(cancellationToken).ConfigureAwait(false);
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes as <see cref="CloseAsync"/> does, and disposes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        await _state.Ending.BeginClosing().DisposeAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        if (_keeper is not null)
            await _keeper.StopAsync().ConfigureAwait(false);
        await _state.DisposeAsync().ConfigureAwait(false);
    }
}
