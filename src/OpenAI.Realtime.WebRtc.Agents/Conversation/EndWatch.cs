using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Watches what ends a conversation by itself: silence, minutes, tokens. Pure, and told the time; under the conversation's lock.</summary>
internal sealed class EndWatch(ConversationLimits limits, Instant begun)
{
    /// <summary>
    /// The sound of the last words may begin a little after the service has called their response done, and it ends here a little after it ends there: the network, the jitter buffer and the loudspeaker hold some of it.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly Instant _over = limits.MaxDuration is { } duration ? begun + duration : Instant.Never;
    private Instant _still = begun;
    private bool _isBusy;
    private bool _isSpent;
    private Instant? _said;
    private bool _isToBeHeard;

    /// <summary>Why the conversation is about to end; null when it is not.</summary>
    public ConversationEnd? Due { get; private set; }

    /// <summary>When it ends at the latest, once it is about to.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    public Instant NextTimeout
    {
        get
        {
            if (Due is not null)
                return _said is { } said && !_isToBeHeard ? Instant.Min(Deadline, said + Grace) : Deadline;
            return limits.IdleTimeout is { } idle && !_isBusy ? Instant.Min(_over, _still + idle) : _over;
        }
    }

    /// <summary>Looks.</summary>
    /// <param name="isBusy">Whether somebody speaks, or something is under way.</param>
    /// <param name="tokens">The tokens of all responses until now.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is about to end since this moment.</returns>
    public bool Look(bool isBusy, long tokens, Instant now)
    {
        if (isBusy || _isBusy)
            _still = now;
        _isBusy = isBusy;
        if (_isSpent)
            return false;
        ConversationEnd? end = limits.MaxTokens is { } most && tokens >= most ? Spent(string.Create(CultureInfo.InvariantCulture, $"The conversation has used {tokens} tokens of {most}."))
            : now >= _over ? Spent($"The conversation has lasted {Text(limits.MaxDuration.GetValueOrDefault())}.")
            : null;
        _isSpent = end is not null;
        if (end is null && Due is null && limits.IdleTimeout is { } idle && !isBusy && now >= _still + idle)
            end = new ConversationEnd(ConversationEndReason.Idle, $"Nobody has spoken for {Text(idle)}.");
        if (end is null)
            return false;
        bool isNew = Due is null;
        Due = end;
        if (isNew)
            Deadline = now + limits.FarewellTimeout;
        return isNew;
    }

    /// <summary>The last words are said, but for their sound.</summary>
    public void OnSaid(Instant now) => _said ??= now;

    /// <summary>Whether it ends now.</summary>
    /// <param name="isToBeHeard">Whether the service still sends the assistant's voice, or will.</param>
    /// <param name="now">The time.</param>
    public bool IsOver(bool isToBeHeard, Instant now)
    {
        if (_isToBeHeard && !isToBeHeard && _said is not null)
            _said = now;
        _isToBeHeard = isToBeHeard;
        return Due is not null && (now >= Deadline || (!isToBeHeard && _said is { } said && now >= said + Grace));
    }

    /// <summary>The user has said something: one who was idle is not any more.</summary>
    /// <returns>Whether an end is off.</returns>
    public bool OnUser(Instant now)
    {
        _still = now;
        if (Due is not { Reason: ConversationEndReason.Idle })
            return false;
        (Due, Deadline, _said) = (null, Instant.Never, null);
        return true;
    }

    private static ConversationEnd Spent(string why) => new(ConversationEndReason.BudgetSpent, why);

    private static string Text(TimeSpan time) => time.TotalSeconds < 120 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min");
}
