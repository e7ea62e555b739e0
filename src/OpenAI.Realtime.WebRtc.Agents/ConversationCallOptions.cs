namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// How a conversation outlives its calls: the service ends one after 60 minutes, and a network may at any time. For conversations that can open another call:
/// <see cref="VoiceConversationExtensions"/>, and the overload of <see cref="VoiceConversation"/>'s <c>StartAsync</c> that is given a callback.
/// </summary>
public sealed class ConversationCallOptions
{
    /// <summary>How old a call becomes before the next one is opened beside it, which takes over in the next quiet moment. Default: 57 min. Null: never, the conversation ends with the service's limit.</summary>
    public TimeSpan? RotateAfter { get; set; } = TimeSpan.FromMinutes(57);

    /// <summary>How old a call becomes at most: then the next one takes over, whatever is being said. Default: 59 min 30 s.</summary>
    public TimeSpan MaxAge { get; set; } = new(0, 59, 30);

    /// <summary>For how long nobody may have spoken, and nothing may have been under way, in a moment that counts as quiet. Default: 1 s.</summary>
    public TimeSpan QuietTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the service may not answer over a call (<see cref="SessionState.Disconnected"/>, which is some seconds of silence already) before the call counts as lost. Default: 3 s. Null: until the session
    /// itself ends, which takes half a minute.
    /// </summary>
    public TimeSpan? DisconnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a call that was lost is tried to be replaced; then the conversation ends. Default: 2 min. Zero: not at all.</summary>
    public TimeSpan ReconnectTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long to wait after the first attempt that failed; twice as long after each further one, up to <see cref="MaxRetryDelay"/>. Of each wait a random part of up to a half is left out, so that many
    /// programs that lost the same service do not come back at the same moment. Default: 500 ms.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two attempts, unless the service asks for a longer one. Default: 15 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one attempt may take. Default: 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call is replaced as well when the service has hung up in an orderly way, which somebody may have meant. Default: false, the conversation ends.</summary>
    public bool ReconnectWhenHungUp { get; set; }

    /// <summary>
    /// What the model is told, behind its own instructions, when the exchange of the call has cut the assistant off. Default: to go on where it was cut off. Null: nothing is asked of it.
    /// </summary>
    public string? ContinueInstructions { get; set; } =
        "The connection was exchanged while you were speaking, and the user heard only what stands in your last message. Go on from there in the same language, without greeting and without repeating what was heard.";

    /// <summary>Whether anything here can happen.</summary>
    internal bool IsEndless => RotateAfter is not null || ReconnectTimeout > TimeSpan.Zero;

    internal void Validate()
    {
        foreach ((TimeSpan limit, string name) in new[] { (RotateAfter ?? MaxAge, nameof(RotateAfter)), (RetryDelay, nameof(RetryDelay)), (ConnectTimeout, nameof(ConnectTimeout)), (DisconnectTimeout ?? ConnectTimeout, nameof(DisconnectTimeout)) })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaxAge, TimeSpan.Zero);
        if (RotateAfter > MaxAge)
            throw new ArgumentOutOfRangeException(nameof(RotateAfter), RotateAfter, $"{nameof(RotateAfter)} has to come before {nameof(MaxAge)} ({MaxAge}), when the call is exchanged whatever is being said.");
        ArgumentOutOfRangeException.ThrowIfLessThan(QuietTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReconnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetryDelay, RetryDelay);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAge, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ReconnectTimeout, TimeSpan.FromDays(1));
    }
}
