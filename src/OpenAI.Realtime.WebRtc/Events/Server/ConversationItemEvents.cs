namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation.item.added</c>: an item has come into the conversation; its content may still be empty.</summary>
public sealed record ConversationItemAdded : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.added";
}

/// <summary><c>conversation.item.done</c>: an item is complete.</summary>
public sealed record ConversationItemDone : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item, with all its content except audio.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.done";
}

/// <summary><c>conversation.item.created</c>: what the beta sends in place of <c>conversation.item.added</c> and <c>conversation.item.done</c>.</summary>
public sealed record ConversationItemCreated : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.created";
}
