using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How a conversation ends: by a limit of its own, with the call that nothing replaces, by the program, or by a mistake. Whatever comes first is the reason, once. Under the conversation's lock, or takes it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing, and what runs may look at its token when all is over.")]
internal sealed class ConversationEnding(ConversationState state, ILogger logger)
{
    private readonly Farewell _farewell = new(state);
    private readonly TaskCompletionSource<ConversationEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _begun = new();
    private ConversationEnd? _end;

    /// <summary>Completes when the conversation has ended.</summary>
    public Task<ConversationEnd> Completion => _completion.Task;

    /// <summary>Cancelled when the conversation has ended, or is being closed.</summary>
    public CancellationToken Begun => _begun.Token;

    public bool HasEnded => _end is not null;

    /// <summary>Whether it ends by a limit of its own, and has not yet.</summary>
    public bool IsUnderWay => _farewell.Ending is not null && !HasEnded;

    /// <summary>When to look again.</summary>
    public Instant NextTimeout => _farewell.NextTimeout;

    /// <summary>What they are told who ask something of a conversation that has ended.</summary>
    public RealtimeSessionEndedException EndedException() => new(_end?.Session);

    // ── Under the lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Looks whether a limit has been reached.</summary>
    /// <param name="tokens">The tokens of all responses until now.</param>
    /// <param name="now">The time.</param>
    public void Look(long tokens, Instant now)
    {
        bool isBusy = state.Leg.IsLost || !state.Gate.IsAtRest || state.Gate.OwesAnswer(now) || state.Desk.IsBusy || state.IsUserSpeaking || state.IsAssistantSpeaking;
        if (_farewell.IsTime(isBusy, tokens, now))
            _ = Task.Run(() => BeginClosing().CloseAsync());
    }

    /// <summary>The user has done something: one who was idle is not any more.</summary>
    public void OnUser() => _farewell.OnUser();

    /// <summary>Whether an outcome is the last word's.</summary>
    public bool Handle(ResponseOutcome outcome) => _farewell.Handle(outcome);

    // ── Takes the lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>A call has ended, or its events could not be handled: it is replaced, or the conversation ends with it.</summary>
    public void OnCallEnded(CallLeg leg, SessionEnd? end, Exception? failure)
    {
        bool isMistake = false;
        state.Alone(() =>
        {
            if (leg != state.Leg)
                leg.Lose(end ?? new SessionEnd(SessionEndReason.Failed, failure!.Message), state.Now);
            else if (leg.IsLost)
                return;     // it was given up before
            else if (failure is not null)
                isMistake = true;
            else if (state.Exchange.CanReplace(end!))
                state.Do(() => state.Exchange.Lose(end!, state.Now));
            else
                Finish((_farewell.Ending ?? With(end!)) with { Session = end });
        });
        if (isMistake)
            Fail(failure!);
    }

    /// <summary>No call could take the place of the one that was lost.</summary>
    public void GiveUp(SessionEnd lost, Exception? failure, string why)
    {
        state.Alone(() => Finish(new ConversationEnd(ConversationEndReason.SessionEnded, $"{lost.Detail} {why}") { Session = lost, ReconnectFailure = failure }));
        HangUp();       // one that only fell silent costs on
    }

    /// <summary>Nothing takes the place of the call in use any more. While there is none, the conversation is over.</summary>
    /// <returns>The session to be closed.</returns>
    public IRealtimeSession BeginClosing()
    {
        IRealtimeSession? session = null;
        state.Alone(() =>
        {
            state.Exchange.IsOff = true;
            if (state.Leg.IsLost)
                Finish(_farewell.Ending ?? new ConversationEnd(ConversationEndReason.ClosedLocally, "Closed by this side."));
            _ = _begun.CancelAsync();
            session = state.Session;
        });
        return session!;
    }

    /// <summary>A mistake of ours, or of a session of somebody else's: it is logged, and the end says so.</summary>
    public void Fail(Exception failure)
    {
        bool isFirst = false;
        state.Alone(() =>
        {
            if (HasEnded)
                return;
            isFirst = true;
            logger.ConversationFailed(failure);
            Finish(new ConversationEnd(ConversationEndReason.Failed, $"The conversation failed with {failure.GetType().Name}: {Redaction.Sentence(failure.Message)}"));
        });
        if (isFirst)
            HangUp();       // nobody leads it any more, and it costs
    }

    /// <summary>The conversation lets go of its session, which goes on: nobody works for it any more.</summary>
    public Task AbandonAsync() => _begun.CancelAsync();

    private static ConversationEnd With(SessionEnd end) =>
        new(end.Reason == SessionEndReason.ClosedLocally ? ConversationEndReason.ClosedLocally : ConversationEndReason.SessionEnded, end.Detail);

    private void HangUp() => _ = Task.Run(() => state.Session.CloseAsync());

    private void Finish(ConversationEnd end)
    {
        if (HasEnded)
            return;
        _end = end;
        state.Release(end);
        logger.ConversationEnded(end.Reason, end.Detail);
        _completion.TrySetResult(end);
        _ = _begun.CancelAsync();
    }
}
