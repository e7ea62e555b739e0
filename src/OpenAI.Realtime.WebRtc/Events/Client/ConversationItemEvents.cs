using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>conversation.item.create</c>: puts an item into the conversation. It does not make the model answer; <see cref="ResponseCreate"/> does.</summary>
public sealed record ConversationItemCreate : ClientEvent
{
    /// <summary>Puts <paramref name="item"/> into the conversation.</summary>
    public ConversationItemCreate(ConversationItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Item = item;
    }

    /// <inheritdoc/>
    public override string Type => "conversation.item.create";

    /// <summary>The item after which it goes; <c>root</c> for the front. Default: null, at the end.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>The item.</summary>
    public ConversationItem Item { get; }

    private protected override string Gist => Item.ToString();

    /// <summary>A message of text from the user.</summary>
    /// <param name="text">What the user says.</param>
    public static ConversationItemCreate UserText(string text) => new(ConversationItem.UserText(text));
}

/// <summary><c>conversation.item.retrieve</c>: asks for an item as the service has it, its audio included. Answered by <c>conversation.item.retrieved</c>.</summary>
public sealed record ConversationItemRetrieve : ClientEvent
{
    /// <summary>Asks for the item <paramref name="itemId"/>.</summary>
    public ConversationItemRetrieve(string itemId)
    {
        ArgumentNullException.ThrowIfNull(itemId);
        ItemId = itemId;
    }

    /// <inheritdoc/>
    public override string Type => "conversation.item.retrieve";

    /// <summary>The item.</summary>
    public string ItemId { get; }

    private protected override string Gist => ItemId;
}

/// <summary><c>conversation.item.delete</c>: takes an item out of the conversation. Answered by <c>conversation.item.deleted</c>.</summary>
public sealed record ConversationItemDelete : ClientEvent
{
    /// <summary>Takes the item <paramref name="itemId"/> out.</summary>
    public ConversationItemDelete(string itemId)
    {
        ArgumentNullException.ThrowIfNull(itemId);
        ItemId = itemId;
    }

    /// <inheritdoc/>
    public override string Type => "conversation.item.delete";

    /// <summary>The item.</summary>
    public string ItemId { get; }

    private protected override string Gist => ItemId;
}

/// <summary>
/// <c>conversation.item.truncate</c>: cuts what the model has said down to what the user has heard. Answered by <c>conversation.item.truncated</c>. Over WebRTC the service does this
/// itself, since it knows what it has played.
/// </summary>
public sealed record ConversationItemTruncate : ClientEvent
{
    /// <summary>Cuts the item <paramref name="itemId"/>.</summary>
    /// <param name="itemId">A message of the assistant.</param>
    /// <param name="audioEnd">How much of its audio stays; more than there is, is an error.</param>
    /// <param name="contentIndex">The part of the message.</param>
    public ConversationItemTruncate(string itemId, TimeSpan audioEnd, int contentIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(itemId);
        ItemId = itemId;
        AudioEnd = audioEnd;
        ContentIndex = contentIndex;
    }

    /// <inheritdoc/>
    public override string Type => "conversation.item.truncate";

    /// <summary>The item.</summary>
    public string ItemId { get; }

    /// <summary>The part of the message; 0 for the first.</summary>
    public int ContentIndex { get; }

    /// <summary>How much of its audio stays, in whole milliseconds.</summary>
    [JsonPropertyName("audio_end_ms")]
    [JsonConverter(typeof(Json.MillisecondsConverter))]
    public TimeSpan AudioEnd { get; }

    private protected override string Gist => ItemId;
}
