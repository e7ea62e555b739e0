using System.Globalization;
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
/// here but what a session does at once. The call beneath may be exchanged for another (<see cref="CallExchange"/>).
/// </summary>
internal sealed class ConversationState : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);      // a longer one is set in pieces

    private readonly Lock _lock = new();
    private readonly ILogger _logger;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly ConversationHistory _history;
    private readonly TurnReport _turns;
    private readonly PendingItems _pending = new();
    private Instant _armed = Instant.Never;
    private int _count;

    public ConversationState(VoiceConversation conversation, IRealtimeSession session, VoiceAgent agent, ToolSet tools, VoiceConversationOptions options, bool isEndless)
    {
        (Conversation, Agent, Tools, Options, IsEndless) = (conversation, agent, tools, options, isEndless);
        Time = options.TimeProvider;
        _logger = GuardedLogger.Create(options.LoggerFactory, AgentsLog.Category);
        _origin = Time.GetTimestamp();
        IdPrefix = $"va_{RandomNumberGenerator.GetHexString(8, lowercase: true)}_";
        Updates = new UpdateQueue(options.UpdateCapacity);
        _history = new ConversationHistory(options.MaxHistoryItems);
        if (options.History is { } before)
            _history.Load(before);
        Desk = new ToolDesk(this, options.Tools, new ToolRunner(options.Tools, options.Services, Time, _logger));
        Trace = new ConversationTrace(Time);
        _turns = new TurnReport(this, _history, Desk, Trace);
        Guardrails = new GuardrailDesk(this, options.Guardrails);
        Program = new ProgramRequests(this, _turns);
        Leg = NewLeg(1, session, agent);
        Exchange = new CallExchange(this, _history, _turns, _pending, _logger);
        Ending = new ConversationEnding(this, _logger);
        _timer = Time.CreateTimer(static state => ((ConversationState)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public VoiceConversation Conversation { get; }

    public VoiceConversationOptions Options { get; }

    public VoiceAgent Agent { get; private set; }

    public ToolSet Tools { get; private set; }

    public ToolDesk Desk { get; }

    public GuardrailDesk Guardrails { get; }

    /// <summary>The conversation's spans.</summary>
    public ConversationTrace Trace { get; }

    /// <summary>What the program asks for.</summary>
    public ProgramRequests Program { get; }

    /// <summary>Puts other calls in the place of the one in use.</summary>
    public CallExchange Exchange { get; }

    /// <summary>How it ends, or has ended.</summary>
    public ConversationEnding Ending { get; }

    public TimeProvider Time { get; }

    /// <summary>What ids of events and items begin with.</summary>
    public string IdPrefix { get; }

    public UpdateQueue Updates { get; }

    /// <summary>Whether another call can be opened.</summary>
    public bool IsEndless { get; }

    /// <summary>The call in use, or the last one while there is none.</summary>
    public CallLeg Leg { get; set; }

    public IRealtimeSession Session => Leg.Session;

    public ResponseGate Gate => Leg.Gate;

    public Instant Now => new(Time.GetElapsedTime(_origin).Ticks);

    public HistorySnapshot History => _history.Snapshot();

    public UsageDetails Usage => TokenUsage.Copy(_turns.Turns.Usage);

    public bool IsUserSpeaking => _turns.Turns.IsUserSpeaking;

    public bool IsAssistantSpeaking => _turns.Turns.IsAssistantSpeaking;

    /// <summary>The response that is, or was last, heard.</summary>
    public string? SpokenResponseId => _turns.Turns.SpokenResponseId;

    /// <summary>Which turn of the user's is the last.</summary>
    public int TurnNumber => _turns.Turns.Number;

    /// <summary>Another call, which is not in use yet.</summary>
    public CallLeg NewLeg(int number, IRealtimeSession session, VoiceAgent? agent) => new(number, session, agent, this, _history);

    /// <summary>Begins to read a call's events.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads them already.</exception>
    public Task StartAsync(CallLeg leg)
    {
        if (leg.Number == 1)
        {
            _logger.ConversationStarted(Agent.Name, leg.Session.CallId);
            Trace.Begin(Agent, leg.Session.CallId);
        }

        return leg.Link.StartAsync(serverEvent => Handle(leg, serverEvent), (end, failure) => Ending.OnCallEnded(leg, end, failure));
    }

    // ── The lock ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Does something under the lock, and carries out what follows from it.</summary>
    public void Do(Action action)
    {
        lock (_lock)
        {
            if (Ending.HasEnded)
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
            Ending.Fail(e);
        }
    }

    /// <summary>Does something that a caller waits for.</summary>
    /// <exception cref="RealtimeSessionEndedException">The conversation has ended.</exception>
    public T Ask<T>(Func<T> ask)
    {
        lock (_lock)
        {
            if (Ending.HasEnded)
                throw Ending.EndedException();
            T answer = ask();
            Settle();
            return answer;
        }
    }

    /// <summary>Does something that may not come about. Not at all when the conversation has ended.</summary>
    public bool Try(Func<bool> action)
    {
        lock (_lock)
        {
            if (Ending.HasEnded || !action())
                return false;
            Settle();
            return true;
        }
    }

    /// <summary>Reads something under the lock.</summary>
    public T Get<T>(Func<ConversationState, T> read)
    {
        lock (_lock)
            return read(this);
    }

    /// <summary>Does something under the lock, whether or not the conversation has ended, and nothing else.</summary>
    public void Alone(Action action)
    {
        lock (_lock)
            action();
    }

    // ── What the parts ask for, under the lock ─────────────────────────────────────────────────────────────────────────────────

    public string NewId(string kind) => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{kind}{++_count}");

    /// <summary>Sends an event over the call in use. While there is none, items wait for the next.</summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="sent">Told when it has been sent, or why not.</param>
    public void Send(ClientEvent clientEvent, TaskCompletionSource? sent = null)
    {
        bool isKept = IsEndless && PendingItems.Keeps(clientEvent);
        if (isKept)
            _pending.Add((ConversationItemCreate)clientEvent, sent);
        if (!Leg.IsLost)
            Leg.Link.Outbox.Add(clientEvent, sent);
        else if (!isKept)
            sent?.TrySetException(VoiceConversationException.Unanswered("There is no call at this moment: the last one was lost, and another is being opened."));
    }

    public void Publish(ConversationUpdate update)
    {
        long lost = Updates.Lost;
        Updates.Add(update);
        if (Updates.Lost > lost && System.Numerics.BitOperations.IsPow2(Updates.Lost))
            _logger.UpdatesLost(Updates.Lost);
    }

    /// <summary>Something is there that the assistant is to speak of when nobody else speaks.</summary>
    public void RequestFollowUp(ResponseParameters? parameters, IReadOnlyList<string> about) => Gate.Request(ResponseRequestKind.Automatic, Now, parameters, about);

    /// <summary>The assistant is to say something in between, and to call nothing.</summary>
    public ResponseRequest RequestRemark(string instructions) => Gate.Request(ResponseRequestKind.Automatic, Now, InBetween(instructions));

    public void Withdraw(ResponseRequest request)
    {
        if (Gate.Withdraw(request))
            Program.Forget(request);
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

    /// <summary>What a response is told beside the instructions of the session, which its own would replace.</summary>
    public string WithOwn(string instructions) =>
        (Agent.Instructions ?? Agent.Session.Instructions.Value) is { Length: > 0 } own ? $"{own}\n\n{instructions}" : instructions;

    /// <summary>A response that is told something more, and may call nothing.</summary>
    public ResponseParameters InBetween(string instructions) => new() { Instructions = WithOwn(instructions), ToolChoice = ToolChoice.None };

    // ── What happens to it ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Another agent leads from now on; the session has its configuration already.</summary>
    public void Change(VoiceAgent agent, ToolSet tools) => Do(() =>
    {
        _logger.HandedOver(Agent.Name, agent.Name);
        Trace.Tell("openai.realtime.webrtc.handed_over", Now, new KeyValuePair<string, object?>("gen_ai.agent.name", agent.Name));
        Publish(new AgentUpdate(Agent, agent));
        (Agent, Tools, Leg.Agent) = (agent, tools, agent);
    });

    /// <summary>Tells the service a conversation of before, as much of it as is to be told.</summary>
    public void Replay(HistorySnapshot history) => Do(() =>
    {
        IReadOnlyList<ConversationItem> items = history.ToItems(Options.MaxReplayedCharacters);
        _history.Retell(items.Select(item => item.Id));
        foreach (ConversationItem item in items)
            Leg.Link.Outbox.Add(new ConversationItemCreate(item) { EventId = NewId("replay") });
    });

    /// <summary>Lets go of the session, which goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Ending.AbandonAsync().ConfigureAwait(false);
        lock (_lock)
            Trace.Abandon(Now);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Leg.Link.DisposeAsync().ConfigureAwait(false);
    }

    public void OnNotSent(CallLeg leg, ClientEvent clientEvent, Exception exception)
    {
        _logger.NotSent(clientEvent.Type, exception.Message);
        var error = new ErrorDetails { EventId = clientEvent.EventId, Message = $"{clientEvent.Type} could not be sent. {exception.Message}" };
        DoOrEnd(() =>
        {
            _pending.Drop(clientEvent.EventId);
            if (!leg.Acks.Handle(new ServerError { Error = error }) & !leg.Gate.Handle(new ServerError { Error = error }, Now))
                Publish(new ErrorUpdate(error));
        });
    }

    private void Handle(CallLeg leg, ServerEvent serverEvent) => Do(() =>
    {
        Instant now = Now;
        if (leg != Leg)
        {
            leg.Prepare(serverEvent, now);
            return;
        }

        if (leg.IsLost)
            return;

        if (Options.IncludeEvents)
            Publish(new ServerEventUpdate(serverEvent));
        bool isTold = leg.Acks.Handle(serverEvent);
        _pending.Handle(serverEvent);
        leg.Responses.Handle(serverEvent);
        isTold |= leg.Gate.Handle(serverEvent, now);
        Desk.Handle(serverEvent);
        Desk.CloseAllBut(leg.Gate.ActiveResponseId);
        _history.Handle(serverEvent, Time.GetUtcNow());
        _turns.Handle(serverEvent, now);
        Guardrails.Handle(serverEvent, leg.Responses.Outside);
        if (serverEvent is InputAudioBufferSpeechStarted)
            Ending.OnUser();
        if (Transcripts.Of(serverEvent, leg.Responses.Outside) is { } words)
            Publish(words);
        if (serverEvent is ServerError { Error: { } error } && !isTold)
            Publish(new ErrorUpdate(error));
    });

    // ── After everything: what is due, and what came of it ─────────────────────────────────────────────────────────────────────

    private void Settle()
    {
        Instant now = Now;
        Exchange.HandleTimeout(now);
        Gate.HandleTimeout(now);
        Leg.Acks.HandleTimeout(now);
        Desk.HandleTimeout(now);
        if (now >= _turns.Turns.NextTimeout)
            _turns.Turns.Listen(Session.OutputLevel, now);
        Desk.CloseAllBut(Gate.ActiveResponseId);
        Ending.Look(_turns.Turns.Usage.TotalTokenCount ?? 0, now);
        while (Gate.TryTakeEvent(out ClientEvent? next))
            Send(next);
        while (Gate.TryTakeOutcome(out ResponseOutcome? outcome))
            Tell(outcome);
        while (_history.TryTakeChange(out HistoryChange? change))
            Publish(new HistoryUpdate(change));
        if (Gate.IsAtRest && Desk.IsAtRest && !IsAssistantSpeaking)
            _turns.Close(now);
        Exchange.Look(now);
        Arm(now);
    }

    // A timer of the system's counts whole milliseconds and may fire a little early: then it is set anew.
    private void OnTimer() => DoOrEnd(() => _armed = Instant.Never);

    private void Arm(Instant now)
    {
        Instant next = Instant.Min(Instant.Min(Gate.NextTimeout, Leg.Acks.NextTimeout), Instant.Min(Desk.NextTimeout, _turns.Turns.NextTimeout));
        next = Instant.Min(next, Instant.Min(Exchange.NextTimeout, Ending.NextTimeout));
        if (next == _armed)
            return;
        _armed = next;
        double milliseconds = Math.Clamp(Math.Ceiling((next - now).TotalMilliseconds), 1, LongestTimer.TotalMilliseconds);
        _timer.Change(next == Instant.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void Tell(ResponseOutcome outcome)
    {
        if (!Ending.Handle(outcome) && !Program.Tell(outcome) && outcome is { Kind: ResponseOutcomeKind.Refused or ResponseOutcomeKind.Unanswered, Error: { } unheard })
        {
            _logger.FollowUpFailed(unheard.Code?.Value, unheard.Message is null ? null : Redaction.Hide(unheard.Message));
            Publish(new ErrorUpdate(unheard));
        }
    }

    // ── The end ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>The conversation has ended: who waits is told, and nothing is done any more. Under the lock.</summary>
    public void Release(ConversationEnd end)
    {
        Gate.End();
        while (Gate.TryTakeOutcome(out ResponseOutcome? outcome))
            Tell(outcome);
        Leg.Acks.End(Ending.EndedException());
        _pending.End(Ending.EndedException());
        Desk.End();
        Guardrails.End();
        _turns.End(end, Now);
        Publish(new EndUpdate(end));
        Updates.Complete();
        _timer.Dispose();
        Leg.Link.Outbox.Complete();
    }
}
