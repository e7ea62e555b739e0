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
