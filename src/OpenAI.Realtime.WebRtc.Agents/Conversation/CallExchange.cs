using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Exchanges the call beneath a conversation: what was said is told to the next one, and what was under way goes on there. Under the conversation's lock.
/// </summary>
/// <remarks>
/// <code>
///   in use ─► lost: what was being said breaks off ─► nothing is sent ─► the next call takes over
///     └──────────────────────── a moment, quiet or the latest ────────────────────► ┘
/// </code>
/// </remarks>
internal sealed class CallExchange(ConversationState state, ConversationHistory history, TurnReport turns, PendingItems pending, ILogger logger)
{
    private bool _wasCut;
    private bool _owesAnswer;

    /// <summary>Whether a call that ended so is replaced.</summary>
    public bool CanReplace(SessionEnd end) => state.Options.Calls.ReconnectTimeout > TimeSpan.Zero && end.Reason switch
    {
        SessionEndReason.ClosedLocally => false,
        SessionEndReason.ClosedByPeer => state.Options.Calls.ReconnectWhenHungUp,
        _ => true,
    };

    /// <summary>The call in use has ended, and another is to be opened.</summary>
    public void Lose(SessionEnd end, Instant now)
    {
        BreakOff(now);
        state.Leg.Lose(end, now);
        logger.CallLost(end.Reason, end.Detail);
        state.Publish(new ReconnectingUpdate(end, Attempt: 1, Failure: null));
    }

    /// <summary>Puts another call, which is connected and configured, in the place of the one in use.</summary>
    public void TakeOver(CallLeg next, Instant now)
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
