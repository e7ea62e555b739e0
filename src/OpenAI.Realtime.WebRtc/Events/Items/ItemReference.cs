namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>item_reference</c>: stands for an item of the conversation, by its <see cref="ConversationItem.Id"/>, in the input of a response.</summary>
public sealed record ItemReference : ConversationItem
{
    /// <inheritdoc/>
    public override string Type => "item_reference";

    private protected override string? Gist => Id;
}
