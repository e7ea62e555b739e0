using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What the program asks of a conversation, and who of it waits for an answer. Takes the conversation's lock.</summary>
internal sealed class ProgramRequests(ConversationState state, TurnReport turns)
{
    private readonly Dictionary<ResponseRequest, TaskCompletionSource<ResponseSnapshot>> _waiters = [];

    /// <summary>Files a request for a response that somebody waits for.</summary>
    public (ResponseRequest Request, Task<ResponseSnapshot> Answer) Request(ResponseParameters? parameters) => state.Ask(() =>
    {
        bool isBeside = parameters?.Conversation.Value is { } where && where == ResponseConversation.None;
        if (!isBeside && !state.Desk.IsAwaited)     // a tool that asks for a response must not make a loop without an end
            state.Desk.StartTurn();
        ResponseRequest request = state.Gate.Request(isBeside ? ResponseRequestKind.OutOfBand : ResponseRequestKind.Manual, state.Now, parameters);
        if (!_waiters.TryGetValue(request, out TaskCompletionSource<ResponseSnapshot>? answer))
            _waiters.Add(request, answer = NewSource<ResponseSnapshot>());
        return (request, answer.Task);
    });

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(ResponseRequest request) => _waiters.Remove(request);

    /// <summary>Tells who waits how a request ended. Under the lock.</summary>
    /// <returns>Whether anybody waited.</returns>
    public bool Tell(ResponseOutcome outcome)
    {
        if (!_waiters.Remove(outcome.Request, out TaskCompletionSource<ResponseSnapshot>? waiter))
            return false;
        _ = outcome switch
        {
            { Kind: ResponseOutcomeKind.Finished, Response: { } response } => waiter.TrySetResult(response),
            { Kind: ResponseOutcomeKind.Refused, Error: { } error } => waiter.TrySetException(VoiceConversationException.Refused("the response", error)),
            { Kind: ResponseOutcomeKind.Ended } => waiter.TrySetException(state.Ending.EndedException()),
            _ => waiter.TrySetException(VoiceConversationException.Unanswered(outcome.Error?.Message ?? "The service did not answer.")),
        };
        _ = waiter.Task.Exception;      // looked at: who waited may have gone
        return true;
    }

    /// <summary>Puts an item into the conversation.</summary>
    public Task AddItemAsync(ConversationItem item, bool isUsersTurn, bool respond) => state.Ask(() =>
    {
        TaskCompletionSource sent = NewSource();
        string id = state.NewId("item");
        state.Send(new ConversationItemCreate(item.Id is null ? item with { Id = id } : item) { EventId = id }, sent);
        if (isUsersTurn)
        {
            state.Ending.OnUser();
            turns.BeginAndEnd(state.Now);
        }

        if (respond)
            state.Gate.Request(ResponseRequestKind.Manual, state.Now);
        return sent.Task;
    });

    /// <summary>Stops what the assistant says.</summary>
    /// <param name="sent">Completes when the service has been told; null when there was nothing to stop.</param>
    public bool Interrupt(out Task? sent)
    {
        Task? cleared = null;
        bool wasStopped = false;
        state.Do(() => wasStopped = Stop("program", state.Gate.ActiveResponseId, isActive: true, turns.Turns.IsAudible, out cleared));
        sent = cleared;
        return wasStopped;
    }

    /// <summary>Stops one response, under the lock: what is left to generate of it, and what is left to hear.</summary>
    /// <param name="responseId">The response.</param>
    /// <param name="isSpoken">Whether it is spoken, and not written.</param>
    /// <param name="by">What stops it, as the meters say it.</param>
    /// <returns>Whether there was something to stop.</returns>
    public bool StopResponse(string responseId, bool isSpoken, string by)
    {
        bool isNext = isSpoken && !turns.Turns.IsAssistantSpeaking && turns.Turns.SpokenResponseId != responseId;       // all of it was generated before any was heard
        bool isHeard = turns.Turns.IsAssistantSpeaking && turns.Turns.SpokenResponseId == responseId;
        bool wasStopped = Stop(by, responseId, state.Gate.ActiveResponseId == responseId, isHeard || isNext, out Task? cleared);
        _ = cleared?.ContinueWith(static sent => sent.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);     // looked at: nobody waits for it
        return wasStopped;
    }

    private bool Stop(string by, string? responseId, bool isActive, bool isHeard, out Task? cleared)
    {
        cleared = null;
        bool cancelled = isActive && state.Gate.Cancel(state.Now);
        if (!cancelled && !isHeard)
            return false;
        turns.Stop(by, responseId, state.Now);
        state.Session.FlushOutput();        // before anything is sent: a word more would be heard meanwhile
        while (state.Gate.TryTakeEvent(out ClientEvent? next))      // response.cancel goes first
            state.Send(next);
        if (!isHeard && state.Leg.Responses.IsText)
            return true;
        TaskCompletionSource source = NewSource();
        state.Send(new OutputAudioBufferClear { EventId = state.NewId("clear") }, source);
        cleared = source.Task;
        return true;
    }

    /// <summary>The user takes the floor by a button, or gives it back.</summary>
    public Task PushToTalkAsync(bool begins, bool commit, bool respond) => state.Ask(() =>
    {
        ServerEvent heard = begins ? new InputAudioBufferSpeechStarted() : new InputAudioBufferSpeechStopped();
        TaskCompletionSource sent = NewSource();
        state.Gate.Handle(heard, state.Now);
        turns.Handle(heard, state.Now);
        if (begins)
            state.Ending.OnUser();
        state.Send(commit ? new InputAudioBufferCommit { EventId = state.NewId("commit") } : new InputAudioBufferClear { EventId = state.NewId("drop") }, sent);
        if (commit && respond)
            state.Gate.Request(ResponseRequestKind.Manual, state.Now);
        return sent.Task;
    });

    /// <summary>Sends a configuration over the call in use and waits until it is in effect. Which call that is is settled under the lock: one that was exchanged meanwhile is nobody's, and would never answer.</summary>
    public Task ConfigureAsync(SessionConfig config) => state.Ask(() => Configure(state.Leg, config));

    /// <summary>The same over a call that is to come into use.</summary>
    public Task ConfigureAsync(CallLeg next, SessionConfig config) => state.Ask(() => Configure(next, config));

    public bool Approve(ApprovalRequest request, bool always) => Answer(() => state.Desk.Approve(request, always));

    public bool Refuse(ApprovalRequest request, string? reason) => Answer(() => state.Desk.Refuse(request, reason));

    private Task Configure(CallLeg leg, SessionConfig config)
    {
        string id = state.NewId("config");
        Task acknowledged = leg.Acks.ExpectAsync(id, "the configuration", static e => e is SessionUpdated, state.Now + state.Options.ConfigureTimeout);
        leg.Link.Outbox.Add(new SessionUpdate(config) { EventId = id });
        return acknowledged;
    }

    private bool Answer(Func<bool> answer)
    {
        bool isAnswered = false;
        state.Do(() => isAnswered = answer());
        return isAnswered;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
