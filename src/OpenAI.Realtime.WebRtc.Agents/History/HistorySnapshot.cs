using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>A conversation as it stood at one moment: it never changes, can be saved as JSON, and loaded into another call.</summary>
public sealed record HistorySnapshot
{
    /// <summary>What was said and done, in the order of the conversation.</summary>
    public ImmutableArray<HistoryItem> Items { get; init; } = [];

    /// <summary>How many items of the beginning are missing because they had to make room.</summary>
    public long Forgotten { get; init; }

    /// <summary>A conversation in which nothing has happened.</summary>
    public static HistorySnapshot Empty { get; } = new();

    /// <summary>Reads what <see cref="ToUtf8Json"/> wrote.</summary>
    /// <param name="utf8Json">The JSON, as UTF-8.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    public static HistorySnapshot Read(ReadOnlySpan<byte> utf8Json)
    {
        SavedHistory saved = JsonSerializer.Deserialize(utf8Json, HistoryJsonContext.Default.SavedHistory) ?? throw new JsonException("The history is null.");
        if (saved.Version != SavedHistory.ThisVersion)
            throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"The history is of version {saved.Version}; this is version {SavedHistory.ThisVersion}."));
        if (saved.Items.IsDefault || saved.Items.Contains(null!) || saved.Items.DistinctBy(item => item.Id).Count() != saved.Items.Length)
            throw new JsonException("The history has no items, or an id stands twice.");
        return new HistorySnapshot { Items = saved.Items, Forgotten = saved.Forgotten };
    }

    /// <summary>The conversation as JSON, as UTF-8. It holds what was said: keep it as carefully.</summary>
    public byte[] ToUtf8Json() =>
        JsonSerializer.SerializeToUtf8Bytes(new SavedHistory { Version = SavedHistory.ThisVersion, Forgotten = Forgotten, Items = Items }, HistoryJsonContext.Default.SavedHistory);

    /// <summary>
    /// The conversation as items with which another call can be begun, the newest of them, as much as fits. Of the assistant's words those that were heard; a tool's call with its output; what an MCP
    /// server did as a note, since a client cannot put a call to one into a conversation. Sound and images cannot be told again: of images a note is left.
    /// </summary>
    /// <param name="maxCharacters">How many characters they may have together. Default: 200,000, a part of the model's window.</param>
    public IReadOnlyList<ConversationItem> ToItems(int maxCharacters = 200_000) => Retelling.Of(Items, maxCharacters).Items;

    /// <summary>The conversation in the words of Microsoft.Extensions.AI, for a chat model that is to sum it up, say. Of the assistant's words those that were heard.</summary>
    public IReadOnlyList<ChatMessage> ToChatMessages()
    {
        List<ChatMessage> messages = [];
        foreach (HistoryItem item in Items)
        {
            switch (item)
            {
                case HistoryMessage { Spoken.Length: > 0 } message:
                    messages.Add(new ChatMessage(message.Role, message.Spoken) { MessageId = item.Id, CreatedAt = item.At });
                    break;
                case HistoryToolCall call:
                    string callId = call.CallId ?? call.Id;
                    messages.Add(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent(callId, call.Name, ToolArguments.TryRead(call.Arguments, out Dictionary<string, object?>? read) ? read : null)])
                    {
                        MessageId = item.Id,
                        CreatedAt = item.At,
                    });
                    if (call.Output is { } output)
                        messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId, output)]));
                    break;
            }
        }

        return messages;
    }
}

/// <summary>A history as it is saved.</summary>
internal sealed record SavedHistory
{
    public const int ThisVersion = 1;

    public required int Version { get; init; }

    public long Forgotten { get; init; }

    public required ImmutableArray<HistoryItem> Items { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(SavedHistory))]
internal sealed partial class HistoryJsonContext : JsonSerializerContext;
