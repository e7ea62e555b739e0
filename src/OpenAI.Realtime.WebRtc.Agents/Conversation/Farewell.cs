using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Ends a conversation by itself: sees when it is time, has the assistant say a last word, and then says that it is over. Under the conversation's lock.</summary>
internal sealed class Farewell(ConversationState state)
{
    private readonly EndWatch _watch = new(state.Options.Limits, state.Now);
    private ResponseRequest? _word;
    private string? _spoken;        // the response that says it, once it is generated

    /// <summary>Why it ends, once that is settled.</summary>
    public ConversationEnd? Ending { get; private set; }

    public Instant NextTimeout => Ending is null ? _watch.NextTimeout : Instant.Never;

    /// <summary>The user has said or done something: one who was idle is not any more.</summary>
    public void OnUser()
    {
        if (!_watch.OnUser(state.Now) || _word is not { } word)
            return;
        state.Withdraw(word);
        (_word, _spoken) = (null, null);
    }

    /// <summary>Whether an outcome is the last word's.</summary>
    public bool Handle(ResponseOutcome outcome)
    {
        if (outcome.Request != _word)
            return false;
        if (outcome.Response is { } response && (response.Status is null || response.Status == ResponseState.Completed) && !state.Leg.Responses.IsText)
            _spoken = response.Id;
        _watch.OnSaid(state.Now);
        return true;
    }

    /// <summary>Looks what time it is.</summary>
    /// <param name="isBusy">Whether somebody speaks, or something is under way.</param>
    /// <param name="tokens">The tokens of all responses until now.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is over since this moment.</returns>
    public bool IsTime(bool isBusy, long tokens, Instant now)
    {
        if (Ending is not null)
            return false;
        if (_watch.Look(isBusy, tokens, now) && state.Options.Limits.Farewell is { } words && !state.Leg.IsLost)
            _word = state.Gate.Request(ResponseRequestKind.Manual, now, state.InBetween(words));
        if (_watch.Due is { } due && (_word is null || _watch.IsOver(state.IsAssistantSpeaking || (_spoken is not null && _spoken != state.SpokenResponseId), now)))
            Ending = due;
        return Ending is not null;
    }
}
