using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation.item.added</c>: an item has come into the conversation; its content may still be empty.</summary>
public sealed record ConversationItemAdded : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.added";

    private protected override string Gist => Item.ToString();
}

/// <summary><c>conversation.item.done</c>: an item is complete.</summary>
public sealed record ConversationItemDone : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item, with all its content except audio.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.done";

    private protected override string Gist => Item.ToString();
}

/// <summary><c>conversation.item.created</c>: what the beta sends in place of <c>conversation.item.added</c> and <c>conversation.item.done</c>.</summary>
public sealed record ConversationItemCreated : ServerEvent
{
    /// <summary>The item before it; null for the first.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.created";

    private protected override string Gist => Item.ToString();
}

/// <summary><c>conversation.item.retrieved</c>: the item that was asked for with <c>conversation.item.retrieve</c>.</summary>
public sealed record ConversationItemRetrieved : ServerEvent
{
    /// <summary>The item, with its audio.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "conversation.item.retrieved";

    private protected override string Gist => Item.ToString();
}

/// <summary>
/// <c>conversation.item.truncated</c>: the model no longer remembers what the user has not heard of an item. Answers <c>conversation.item.truncate</c>.
/// </summary>
public sealed record ConversationItemTruncated : ServerEvent
{
    /// <summary>The assistant's item.</summary>
    public required string ItemId { get; init; }

    /// <summary>The part of the item.</summary>
    public int ContentIndex { get; init; }

    /// <summary>How much audio is left, from the part's beginning.</summary>
    [JsonPropertyName("audio_end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan AudioEnd { get; init; }

    private protected override string WireName => "conversation.item.truncated";

    private protected override string Gist => $"{ItemId} ends at {EventText.Of(AudioEnd)}";
}

/// <summary><c>conversation.item.deleted</c>: an item is gone. Answers <c>conversation.item.delete</c>.</summary>
public sealed record ConversationItemDeleted : ServerEvent
{
    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    private protected override string WireName => "conversation.item.deleted";

    private protected override string Gist => ItemId;
}
