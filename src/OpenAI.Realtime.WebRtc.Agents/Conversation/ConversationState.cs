using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// All that a conversation knows, under one lock: hands each event to the gate, the history, the turns and the tools, and carries out what they ask for. Nothing here waits, and nobody else's code runs
/// here. The session may be exchanged beneath it: it only sends and is told.
/// </summary>
internal sealed class ConversationState : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);      // a longer one is set in pieces

    private readonly Lock _lock = new();
    private readonly VoiceConversationOptions _options;
    private readonly ILogger _logger;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly ResponseGate _gate;
    private readonly ConversationHistory _history;
    private readonly TurnReport _turns;
    private readonly ResponseWatch _responses;
    private readonly Acknowledgements _acks = new();
    private readonly ToolDesk _tools;
    private readonly GuardrailDesk _guardrails;
    private readonly Dictionary<ResponseRequest, TaskCompletionSource<ResponseSnapshot>> _waiters = [];
    private readonly TaskCompletionSource<ConversationEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionLink _link;
    private Instant _armed = Instant.Never;
    private int _count;

    public ConversationState(VoiceConversation conversation, IRealtimeSession session, VoiceAgent agent, ToolSet tools, VoiceConversationOptions options)
    {
        (Conversation, Agent, Tools, _options) = (conversation, agent, tools, options);
        Time = options.TimeProvider;
        _logger = GuardedLogger.Create(options.LoggerFactory, AgentsLog.Category);
        _origin = Time.GetTimestamp();
        IdPrefix = $"va_{RandomNumberGenerator.GetHexString(8, lowercase: true)}_";
        Updates = new UpdateQueue(options.UpdateCapacity);
        _gate = new ResponseGate(IdPrefix, options.Responses);
        _history = new ConversationHistory(options.MaxHistoryItems);
        if (options.History is { } before)
            _history.Load(before);
        _tools = new ToolDesk(this, options.Tools, new ToolRunner(options.Tools, options.Services, Time, _logger));
        Trace = new ConversationTrace(Time);
        _turns = new TurnReport(this, _gate, _history, _tools, Trace);
        _guardrails = new GuardrailDesk(this, options.Guardrails);
        _responses = new ResponseWatch(this, _gate, _history, _tools);
        _link = new SessionLink(session, OnNotSent);
        _timer = Time.CreateTimer(static state => ((ConversationState)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public VoiceConversation Conversation { get; }

    public VoiceAgent Agent { get; private set; }

    public ToolSet Tools { get; private set; }

    public TimeProvider Time { get; }

    /// <summary>What ids of events and items begin with.</summary>
    public string IdPrefix { get; }

    public UpdateQueue Updates { get; }

    /// <summary>The conversation's spans.</summary>
    public ConversationTrace Trace { get; }

    public IRealtimeSession Session => _link.Session;

    public Task<ConversationEnd> Completion => _completion.Task;

    public Instant Now => new(Time.GetElapsedTime(_origin).Ticks);

    public ConversationEnd? End { get; private set; }

    public Task StartAsync()
    {
        _logger.ConversationStarted(Agent.Name, Session.CallId);
        Trace.Begin(Agent, Session.CallId);
        return _link.StartAsync(Handle, OnEnded);
    }

    /// <summary>Does something under the lock, and carries out what follows from it.</summary>
    public void Do(Action action)
    {
        lock (_lock)
        {
            if (End is not null)
                return;
            action();
            Settle();
        }
    }

    /// <summary>The same where nobody could take an exception: on a timer, when a tool has ended. A mistake of ours ends the conversation, and not the process.</summary>
    public void DoOrEnd(Action action)
    {
        try
        {
            Do(action);
        }
#pragma warning disable CA1031 // See above: it is logged, and the end says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnEnded(null, e);
        }
    }

    /// <summary>Reads something under the lock.</summary>
    public T Get<T>(Func<ConversationState, T> read)
    {
        lock (_lock)
            return read(this);
    }

    public HistorySnapshot History => _history.Snapshot();

    public UsageDetails Usage => TokenUsage.Copy(_turns.Turns.Usage);

    public bool IsUserSpeaking => _turns.Turns.IsUserSpeaking;

    public bool IsAssistantSpeaking => _turns.Turns.IsAssistantSpeaking;

    /// <summary>Which turn of the user's is the last.</summary>
    public int TurnNumber => _turns.Turns.Number;

    public IReadOnlyList<ApprovalRequest> Approvals => _tools.Approvals;

    public bool Approve(ApprovalRequest request, bool always) => Answer(() => _tools.Approve(request, always));

    public bool Refuse(ApprovalRequest request, string? reason) => Answer(() => _tools.Refuse(request, reason));

    // ── What the parts ask for, under the lock ─────────────────────────────────────────────────────────────────────────────────

    public string NewId(string kind) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{IdPrefix}{kind}{++_count}");

    public void Send(ClientEvent clientEvent, TaskCompletionSource? sent = null) => _link.Outbox.Add(clientEvent, sent);

    public void Publish(ConversationUpdate update)
    {
        long lost = Updates.Lost;
        Updates.Add(update);
        if (Updates.Lost > lost && System.Numerics.BitOperations.IsPow2(Updates.Lost))
            _logger.UpdatesLost(Updates.Lost);
    }

    /// <summary>Something is there that the assistant is to speak of when nobody else speaks.</summary>
    public void RequestFollowUp(ResponseParameters? parameters, IReadOnlyList<string> about) => _gate.Request(ResponseRequestKind.Automatic, Now, parameters, about);

    /// <summary>The assistant is to say something in between, and to call nothing.</summary>
    public ResponseRequest RequestRemark(string instructions) =>
        _gate.Request(ResponseRequestKind.Automatic, Now, new ResponseParameters { Instructions = WithOwn(instructions), ToolChoice = ToolChoice.None });

    public void Withdraw(ResponseRequest request)
    {
        if (_gate.Withdraw(request))
            _waiters.Remove(request);
    }

    public void OnToolEnded(ToolCall call)
    {
        _turns.Turns.CountTool(call.Duration);
        AgentsTelemetry.Count(call, Agent.Name);
        _logger.ToolEnded(call.Name, call.Status, call.Duration.TotalMilliseconds);
        Publish(new ToolCallUpdate(call));
    }

    public void LogGuardrail(string guardrail, string outcome) => _logger.Guardrail(guardrail, outcome);

    public void LogGuardrailFailure(string guardrail, Exception exception) => _logger.GuardrailFailed(guardrail, exception);

    // ── What the program asks for ──────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>What a response is told beside the instructions of the session, which its own would replace.</summary>
    public string WithOwn(string instructions) =>
        (Agent.Instructions ?? Agent.Session.Instructions.Value) is { Length: > 0 } own ? $"{own}\n\n{instructions}" : instructions;

    /// <summary>Files a request for a response that somebody waits for.</summary>
    public (ResponseRequest Request, Task<ResponseSnapshot> Answer) Request(ResponseParameters? parameters)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            bool isBeside = parameters?.Conversation.Value is { } where && where == ResponseConversation.None;
            if (!isBeside)
                _tools.StartTurn();
            ResponseRequest request = _gate.Request(isBeside ? ResponseRequestKind.OutOfBand : ResponseRequestKind.Manual, Now, parameters);
            if (!_waiters.TryGetValue(request, out TaskCompletionSource<ResponseSnapshot>? answer))
                _waiters.Add(request, answer = new(TaskCreationOptions.RunContinuationsAsynchronously));
            Settle();
            return (request, answer.Task);
        }
    }

    /// <summary>Puts an item into the conversation.</summary>
    public Task AddItemAsync(ConversationItem item, bool isUsersTurn, bool respond)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Send(new ConversationItemCreate(item) { EventId = NewId("item") }, sent);
            if (isUsersTurn)
                _turns.BeginAndEnd(Now);
            if (respond)
                _gate.Request(ResponseRequestKind.Manual, Now);
            Settle();
            return sent.Task;
        }
    }

    /// <summary>Stops what the assistant says.</summary>
    /// <param name="sent">Completes when the service has been told; null when there was nothing to stop.</param>
    public bool Interrupt(out Task? sent)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sent = null;
        lock (_lock)
        {
            if (End is not null || !Stop("program", _gate.ActiveResponseId, isActive: true, isHeard: _turns.Turns.IsAssistantSpeaking, told))
                return false;
            sent = told.Task;
            return true;
        }
    }

    /// <summary>Stops one response, under the lock: what is left to generate of it, and what is left to hear.</summary>
    /// <param name="responseId">The response.</param>
    /// <param name="isSpoken">Whether it is spoken, and not written.</param>
    /// <param name="by">What stops it, as the meters say it.</param>
    /// <returns>Whether there was something to stop.</returns>
    public bool StopResponse(string responseId, bool isSpoken, string by)
    {
        bool isNext = isSpoken && !_turns.Turns.IsAssistantSpeaking && _turns.Turns.SpokenResponseId != responseId;       // all of it was generated before any was heard
        bool isHeard = _turns.Turns.IsAssistantSpeaking && _turns.Turns.SpokenResponseId == responseId;
        return Stop(by, responseId, _gate.ActiveResponseId == responseId, isHeard || isNext, told: null);
    }

    private bool Stop(string by, string? responseId, bool isActive, bool isHeard, TaskCompletionSource? told)
    {
        bool cancelled = isActive && _gate.Cancel(Now);
        if (!cancelled && !isHeard)
            return false;
        _turns.Stop(by, responseId, Now);
        Session.FlushOutput();      // before anything is sent: a word more would be heard meanwhile
        Settle();                   // response.cancel goes first
        if (isHeard || !_responses.IsText)
            Send(new OutputAudioBufferClear { EventId = NewId("clear") }, told);
        else
            told?.TrySetResult();
        return true;
    }

    /// <summary>The user takes the floor by a button, or gives it back.</summary>
    public Task PushToTalkAsync(bool begins, bool commit, bool respond)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            ServerEvent heard = begins ? new InputAudioBufferSpeechStarted() : new InputAudioBufferSpeechStopped();
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _gate.Handle(heard, Now);
            _turns.Handle(heard, Now);
            Send(commit ? new InputAudioBufferCommit { EventId = NewId("commit") } : new InputAudioBufferClear { EventId = NewId("drop") }, sent);
            if (commit && respond)
                _gate.Request(ResponseRequestKind.Manual, Now);
            Settle();
            return sent.Task;
        }
    }

    /// <summary>Sends a configuration and waits until it is in effect.</summary>
    public Task ConfigureAsync(SessionConfig config)
    {
        lock (_lock)
        {
            ThrowIfEnded();
            string id = NewId("config");
            Task acknowledged = _acks.ExpectAsync(id, "the configuration", static e => e is SessionUpdated, Now + _options.ConfigureTimeout);
            Send(new SessionUpdate(config) { EventId = id });
            Settle();
            return acknowledged;
        }
    }

    /// <summary>Another agent leads from now on; the session has its configuration already.</summary>
    public void Change(VoiceAgent agent, ToolSet tools) => Do(() =>
    {
        _logger.HandedOver(Agent.Name, agent.Name);
        Trace.Tell("openai.realtime.webrtc.handed_over", Now, new KeyValuePair<string, object?>("gen_ai.agent.name", agent.Name));
        Publish(new AgentUpdate(Agent, agent));
        (Agent, Tools) = (agent, tools);
    });

    /// <summary>Tells the service a conversation of before, as much of it as is to be told.</summary>
    public void Replay(HistorySnapshot history) => Do(() =>
    {
        foreach (ConversationItem item in history.ToItems(_options.MaxReplayedCharacters))
            Send(new ConversationItemCreate(item) { EventId = NewId("replay") });
    });

    /// <summary>Lets go of the session, which goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        Get(static s =>
        {
            s.Trace.Abandon(s.Now);
            return 0;
        });
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    // ── Events ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void Handle(ServerEvent serverEvent) => Do(() =>
    {
        Instant now = Now;
        if (_options.IncludeEvents)
            Publish(new ServerEventUpdate(serverEvent));
        bool isTold = _acks.Handle(serverEvent);
        _responses.Handle(serverEvent);
        isTold |= _gate.Handle(serverEvent, now);
        _tools.CloseAllBut(_gate.ActiveResponseId);
        _history.Handle(serverEvent, Time.GetUtcNow());
        _turns.Handle(serverEvent, now);
        _guardrails.Handle(serverEvent, _responses.Outside);
        if (Transcripts.Of(serverEvent, _responses.Outside) is { } words)
            Publish(words);
        if (serverEvent is ServerError { Error: { } error } && !isTold)
            Publish(new ErrorUpdate(error));
    });

    // ── After everything: what is due, and what came of it ─────────────────────────────────────────────────────────────────────

    private void Settle()
    {
        Instant now = Now;
        _gate.HandleTimeout(now);
        _acks.HandleTimeout(now);
        _tools.HandleTimeout(now);
        if (now >= _turns.Turns.NextTimeout)
            _turns.Turns.Listen(Session.OutputLevel, now);
        _tools.CloseAllBut(_gate.ActiveResponseId);
        while (_gate.TryTakeEvent(out ClientEvent? next))
            Send(next);
        while (_gate.TryTakeOutcome(out ResponseOutcome? outcome))
            Tell(outcome);
        while (_history.TryTakeChange(out HistoryChange? change))
            Publish(new HistoryUpdate(change));
        if (_gate.IsAtRest && _tools.IsAtRest && !_turns.Turns.IsAssistantSpeaking)
            _turns.Close(now);
        Arm(now);
    }

    // A timer of the system's counts whole milliseconds and may fire a little early: then it is set anew.
    private void OnTimer() => DoOrEnd(() => _armed = Instant.Never);

    private void Arm(Instant now)
    {
        Instant next = Instant.Min(Instant.Min(_gate.NextTimeout, _acks.NextTimeout), Instant.Min(_tools.NextTimeout, _turns.Turns.NextTimeout));
        if (next == _armed)
            return;
        _armed = next;
        double milliseconds = Math.Clamp(Math.Ceiling((next - now).TotalMilliseconds), 1, LongestTimer.TotalMilliseconds);
        _timer.Change(next == Instant.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void Tell(ResponseOutcome outcome)
    {
        if (_waiters.Remove(outcome.Request, out TaskCompletionSource<ResponseSnapshot>? waiter))
        {
            _ = outcome switch
            {
                { Kind: ResponseOutcomeKind.Finished, Response: { } response } => waiter.TrySetResult(response),
                { Kind: ResponseOutcomeKind.Refused, Error: { } error } => waiter.TrySetException(VoiceConversationException.Refused("the response", error)),
                { Kind: ResponseOutcomeKind.Ended } => waiter.TrySetException(Ended()),
                _ => waiter.TrySetException(VoiceConversationException.Unanswered(outcome.Error?.Message ?? "The service did not answer.")),
            };
            _ = waiter.Task.Exception;      // looked at: who waited may have gone
        }
        else if (outcome is { Kind: ResponseOutcomeKind.Refused or ResponseOutcomeKind.Unanswered, Error: { } unheard })
        {
            _logger.FollowUpFailed(unheard.Code?.Value, unheard.Message is null ? null : Redaction.Hide(unheard.Message));
            Publish(new ErrorUpdate(unheard));
        }
    }

    private void OnNotSent(ClientEvent clientEvent, Exception exception)
    {
        _logger.NotSent(clientEvent.Type, exception.Message);
        var error = new ErrorDetails { EventId = clientEvent.EventId, Message = $"{clientEvent.Type} could not be sent. {exception.Message}" };
        DoOrEnd(() =>
        {
            if (!_acks.Handle(new ServerError { Error = error }) & !_gate.Handle(new ServerError { Error = error }, Now))
                Publish(new ErrorUpdate(error));
        });
    }

    private void OnEnded(SessionEnd? sessionEnd, Exception? failure)
    {
        lock (_lock)
        {
            if (End is not null)
                return;
            if (failure is not null)
                _logger.ConversationFailed(failure);
            End = failure is not null
                ? new ConversationEnd(ConversationEndReason.Failed, $"The conversation failed with {failure.GetType().Name}: {Redaction.Sentence(failure.Message)}")
                : new ConversationEnd(sessionEnd!.Reason == SessionEndReason.ClosedLocally ? ConversationEndReason.ClosedLocally : ConversationEndReason.SessionEnded, sessionEnd.Detail) { Session = sessionEnd };
            _gate.End();
            while (_gate.TryTakeOutcome(out ResponseOutcome? outcome))
                Tell(outcome);
            _acks.End(Ended());
            _tools.End();
            _guardrails.End();
            _turns.End(End, Now);
            Publish(new EndUpdate(End));
            Updates.Complete();
            _timer.Dispose();
            _link.Outbox.Complete();
        }

        _logger.ConversationEnded(End.Reason, End.Detail);
        _completion.TrySetResult(End);
        if (failure is not null)
            _ = Task.Run(() => Session.CloseAsync());       // nobody leads it any more, and it costs
    }

    private bool Answer(Func<bool> answer)
    {
        bool isAnswered = false;
        Do(() => isAnswered = answer());
        return isAnswered;
    }

    private void ThrowIfEnded()
    {
        if (End is not null)
            throw Ended();
    }

    private RealtimeSessionEndedException Ended() => new(End?.Session);
}
