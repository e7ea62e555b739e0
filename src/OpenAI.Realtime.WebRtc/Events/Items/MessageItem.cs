using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>message</c>: what the user, the assistant or the system said.</summary>
public sealed record MessageItem : ConversationItem
{
    /// <summary>Makes a message.</summary>
    /// <param name="role">Who speaks.</param>
    [JsonConstructor]
    public MessageItem(ItemRole? role) => Role = role;

    /// <inheritdoc/>
    public override string Type => "message";

    /// <summary>Who speaks; null only where the service does not say.</summary>
    public ItemRole? Role { get; }

    /// <summary>What it consists of; empty while the model is still producing it.</summary>
    public OptionalList<ContentPart> Content { get; init; }

    /// <summary>All text of the message, written or transcribed, one part a line.</summary>
    [JsonIgnore]
    public string Text => string.Join('\n', Content.Select(part => part.Text ?? part.Transcript).Where(text => !string.IsNullOrEmpty(text)));

    private protected override string Gist => $"{Role}: {Text}";
}
