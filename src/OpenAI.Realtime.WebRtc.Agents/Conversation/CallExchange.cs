using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Exchanges the call beneath a conversation: what was said is told to the next one, and what was under way goes on there. Under the conversation's lock, but for what waits and tries.
/// </summary>
/// <remarks>
/// <code>
///   in use ─► lost: what was being said breaks off ─► nothing is sent ─► the next call takes over
///     └──────────────────────── a moment, quiet or the latest ────────────────────► ┘
/// </code>
/// </remarks>
internal sealed class CallExchange(ConversationState state, ConversationHistory history, TurnReport turns, PendingItems pending, ILogger logger)
{
    private static readonly TimeSpan TranscriptPatience = TimeSpan.FromSeconds(10);

    private readonly QuietWatch _quiet = new(state.Options.Calls.QuietTime);
    private bool _wasCut;
    private bool _owesAnswer;

    /// <summary>Whether nothing takes the place of the call in use any more, since the conversation is being closed.</summary>
    public bool IsOff { get; set; }

    /// <summary>When to look again.</summary>
    public Instant NextTimeout => _quiet.NextTimeout;

    /// <summary>Looks whether this is a moment in which another call could take over, and nobody would miss a word.</summary>
    public void Look(Instant now)
    {
        ResponseGate gate = state.Gate;
        bool isStill = !state.Leg.IsLost && gate.IsAtRest && !gate.OwesAnswer(now) && !state.Desk.IsAwaited && !state.Leg.Acks.IsAwaited
            && !state.IsUserSpeaking && !state.IsAssistantSpeaking && !history.AwaitsTranscript(state.Time.GetUtcNow() - TranscriptPatience);
        _quiet.Look(isStill, now);
    }

    /// <summary>Completes in the next such moment that has lasted long enough. Takes the lock.</summary>
    public Task WaitForQuietAsync()
    {
        Task? quiet = null;
        state.Do(() => quiet = _quiet.WaitAsync(state.Now));
        return quiet ?? Task.CompletedTask;
    }

    /// <summary>Puts another call in the place of the one in use. Takes the lock.</summary>
    /// <param name="next">The other call.</param>
    /// <param name="mustBeQuiet">Whether only when nobody would notice.</param>
    /// <param name="old">The call of before, to be hung up.</param>
    /// <returns>Whether that was done; then the caller gives it the sound.</returns>
    public bool TryTakeOver(CallLeg next, bool mustBeQuiet, out CallLeg old)
    {
        CallLeg before = state.Leg;
        bool isDone = state.Try(() =>
        {
            Instant now = state.Now;
            before = state.Leg;
            if (IsOff || next.IsLost || next.Agent != state.Agent || (mustBeQuiet && !before.IsLost && !_quiet.IsQuiet(now)))
                return false;
            TakeOver(next, now);
            return true;
        });
        old = before;
        return isDone;
    }

    /// <summary>Whether a call that ended so is replaced.</summary>
    public bool CanReplace(SessionEnd end) => state.IsEndless && !IsOff && state.Options.Calls.ReconnectTimeout > TimeSpan.Zero && end.Reason switch
    {
        SessionEndReason.ClosedLocally => false,
        SessionEndReason.ClosedByPeer => state.Options.Calls.ReconnectWhenHungUp,
        _ => true,
    };

    /// <summary>The call in use has ended, or the service does not answer any more, and another is to be opened.</summary>
    public void Lose(SessionEnd end, Instant now)
    {
        turns.Turns.LoseSound();
        BreakOff(now);
        state.Leg.Lose(end, now);
        logger.CallLost(end.Reason, end.Detail);
        state.Publish(new ReconnectingUpdate(end, Attempt: 1, Failure: null));
    }

    /// <summary>The service has not answered over a call for so long that another is to take its place, should it come back or not. Takes the lock.</summary>
    public void Forsake(CallLeg leg) => state.Do(() =>
    {
        var end = new SessionEnd(SessionEndReason.ConnectionLost, "The service has not answered for some seconds.");
        if (leg == state.Leg && !leg.IsLost && leg.Session.State == SessionState.Disconnected && CanReplace(end))
            Lose(end, state.Now);
    });

    private void TakeOver(CallLeg next, Instant now)
    {
        CallLeg old = state.Leg;
        if (!old.IsLost)
            BreakOff(now);
        Retelling told = Retelling.Of(history.Snapshot().Items, state.Options.MaxReplayedCharacters, state.Desk.OutputOf);
        foreach (ConversationItem item in told.Items)
            next.Link.Outbox.Add(new ConversationItemCreate(item) { EventId = state.NewId("replay") });
        history.Retell(told.Items.Select(item => item.Id));
        state.Leg = next;
        pending.SendTo(next.Link.Outbox, [.. told.Items.Select(item => item.Id).OfType<string>()]);
        state.Desk.MoveTo(next, [.. told.Items.OfType<FunctionCallItem>().Select(call => call.CallId).OfType<string>()]);
        old.Gate.HandOver(next.Gate, now);
        RequestRest(next, now);
        next.Gate.Resume(now);
        Tell(old, next, told.Untold, now);
    }

    // What the assistant had still to say. While a function runs there is nothing to say; a response follows its output.
    private void RequestRest(CallLeg next, Instant now)
    {
        (bool wasCut, bool owesAnswer) = (_wasCut, _owesAnswer);
        (_wasCut, _owesAnswer) = (false, false);
        if (state.Desk.IsAwaited)
            return;
        if (wasCut && state.Options.Calls.ContinueInstructions is { } words)
            next.Gate.Request(ResponseRequestKind.Automatic, now, new ResponseParameters { Instructions = state.WithOwn(words) });
        else if (owesAnswer)
            next.Gate.Request(ResponseRequestKind.Automatic, now);
    }

    // What the assistant says is heard no further, and what the service was about to do it will not do.
    private void BreakOff(Instant now)
    {
        CallLeg leg = state.Leg;
        string? unheard = leg.Responses.IsText ? null : leg.Gate.ActiveResponseId;
        bool runsAsked = leg.Gate is { IsActive: true, RunsUnasked: false };      // that one is asked for again as it was
        _owesAnswer |= (leg.Gate.RunsUnasked && history.KnowsUser) || (leg.Gate.OwesAnswer(now) && history.EndsWithUser);
        if (state.IsAssistantSpeaking)
            state.Session.FlushOutput();
        _wasCut |= turns.BreakOff(now) && !runsAsked;
        history.BreakOff(state.Desk.Knows, unheard);
        state.Guardrails.BreakOff();
        leg.Gate.Pause(now);
        leg.Acks.End(VoiceConversationException.Unanswered("The call was exchanged before the service had acknowledged it."));
    }

    private void Tell(CallLeg old, CallLeg next, IReadOnlyList<HistoryItem> untold, Instant now)
    {
        var change = new CallChange
        {
            Number = next.Number,
            PreviousCallId = old.Session.CallId,
            CallId = next.Session.CallId,
            Gap = old.IsLost ? now - old.LostAt : TimeSpan.Zero,
            Untold = untold,
        };
        string why = old.IsLost ? "lost" : "old";
        state.Trace.Tell("openai.realtime.webrtc.call_changed", now, new("reason", why), new("openai.realtime.webrtc.call.id", change.CallId));
        AgentsTelemetry.CallChanges.Add(1, new KeyValuePair<string, object?>("reason", why));
        logger.CallExchanged(change.CallId, change.PreviousCallId, why, change.Gap.TotalMilliseconds, untold.Count);
        state.Publish(old.IsLost ? new ReconnectedUpdate(change) : new RotatedUpdate(change));
    }
}
