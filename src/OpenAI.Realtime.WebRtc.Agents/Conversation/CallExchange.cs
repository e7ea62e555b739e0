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
    private readonly SilenceWatch _silence = new(state.Options.Calls.DisconnectTimeout);
    private bool _wasCut;
    private bool _owesAnswer;

    /// <summary>Whether nothing takes the place of the call in use any more, since the conversation is being closed.</summary>
    public bool IsOff { get; set; }

    /// <summary>When to look again.</summary>
    public Instant NextTimeout => Instant.Min(_quiet.NextTimeout, _silence.NextTimeout);

    /// <summary>Another call can be opened from now on: the one in use is watched. Takes the lock.</summary>
    public void Begin() => state.Do(() =>
    {
        if (!state.Leg.IsLost)
            _silence.Begin(state.Now);
    });

    /// <summary>
    /// Looks whether the service still answers over the call in use. One over which it does not counts as lost before it ends by itself, since a session's own patience is half a minute.
    /// </summary>
    public void HandleTimeout(Instant now)
    {
        if (now < _silence.NextTimeout)
            return;
        var end = new SessionEnd(SessionEndReason.ConnectionLost, "The service has not answered for some seconds.");
        if (_silence.Look(state.Session.State, now) && CanReplace(end))
            Lose(end, now);
    }

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
            if (IsOff || next.IsLost || next.IsSilent || next.Agent != state.Agent || (mustBeQuiet && !before.IsLost && !_quiet.IsQuiet(now)))
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
        // The connection may have been gone for a while before that was noticed: what was heard ended with the last packet.
        if (state.Session.GetStatistics().Audio.Received.SinceLastPacket is { } silence)
            turns.Turns.Silenced(new Instant(now.Ticks - silence.Ticks));
        BreakOff(now);
        state.Leg.Lose(end, now);
        _silence.Stop();
        logger.CallLost(end.Reason, end.Detail);
        state.Publish(new ReconnectingUpdate(end, Attempt: 1, Failure: null));
    }

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
        _silence.Begin(now);
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
        string? running = leg.Gate.ActiveResponseId;
        bool runsAsked = leg.Gate is { IsActive: true, RunsUnasked: false };      // that one is asked for again
        bool isRunningHeard = state.IsAssistantSpeaking && running is not null && running == turns.Turns.SpokenResponseId;
        _owesAnswer |= (leg.Gate.RunsUnasked && history.KnowsUser) || (leg.Gate.OwesAnswer(now) && history.EndsWithUser);
        if (state.IsAssistantSpeaking)
            state.Session.FlushOutput();
        bool isCutShort = turns.BreakOff(now) || isRunningHeard;
        bool isHeard = isCutShort && history.IsHeard(turns.Turns.SpokenResponseId);
        history.BreakOff(state.Desk.Knows, leg.Responses.IsText ? null : running);
        if (!runsAsked)
        {
            _wasCut |= isHeard;
            _owesAnswer |= isCutShort && !isHeard && history.KnowsUser;     // there is nothing to go on from: the answer is made anew, where the next call can know to what
        }
        else if (isRunningHeard && isHeard && state.Options.Calls.ContinueInstructions is { } words)
            leg.Gate.AskForRest(asked => asked?.Instructions.Value is { } own ? $"{own}\n\n{words}" : state.WithOwn(words));
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
