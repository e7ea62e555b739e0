namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>Reads a conversation's updates over real WebRTC, one test's reader at a time.</summary>
internal static class Reading
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Reads on to the next update that matches, and gives it.</summary>
    public static async Task<ConversationUpdate> UntilAsync(this VoiceConversation talk, Func<ConversationUpdate, bool> matches)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(patience.Token))
        {
            if (matches(update))
                return update;
        }

        throw new InvalidOperationException($"The conversation ended first: {await talk.Completion}");
    }

    /// <summary>Reads on to the next update of a kind.</summary>
    public static async Task<T> UntilAsync<T>(this VoiceConversation talk, Func<T, bool>? matches = null)
        where T : ConversationUpdate => (T)await talk.UntilAsync(update => update is T one && matches?.Invoke(one) != false);
}
