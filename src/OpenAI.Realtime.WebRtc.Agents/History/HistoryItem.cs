using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>One thing that was said or done in a conversation, as it stood when it was looked at: it never changes.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(HistoryMessage), "message")]
[JsonDerivedType(typeof(HistoryToolCall), "tool_call")]
public abstract record HistoryItem
{
    private protected HistoryItem()
    {
    }

    /// <summary>The item's id in the conversation, such as <c>item_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>When it came into the conversation, by this machine's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether nothing of it is missing any more.</summary>
    public bool IsComplete { get; init; }
}

/// <summary>What the user, the assistant or the system said.</summary>
public sealed record HistoryMessage : HistoryItem
{
    /// <summary>Who: <see cref="ChatRole.User"/>, <see cref="ChatRole.Assistant"/> or <see cref="ChatRole.System"/>.</summary>
    public required ChatRole Role { get; init; }

    /// <summary>What was written, or the transcript of what was said; empty while there is none. Of the assistant all that it meant to say, heard or not.</summary>
    public string Text { get; init; } = "";

    /// <summary>How much of the assistant's speech was heard before it was cut off; null when it was not.</summary>
    public TimeSpan? Heard { get; init; }

    /// <summary>
    /// The part of <see cref="Text"/> that was heard before the speech was cut off; null when it was not cut off. An estimate to the word: the service says how much sound was played, and nobody
    /// when each word was.
    /// </summary>
    public string? HeardText { get; init; }

    /// <summary>Whether the user's speech could not be written down, or only in part.</summary>
    public bool TranscriptionFailed { get; init; }

    /// <summary>How many images it shows; they are not kept.</summary>
    public int Images { get; init; }

    /// <summary>Whether the assistant was cut off.</summary>
    [JsonIgnore]
    public bool WasInterrupted => Heard is not null;

    /// <summary>What reached the other side: <see cref="HeardText"/> where the speech was cut off, else <see cref="Text"/>.</summary>
    [JsonIgnore]
    public string Spoken => HeardText ?? Text;

    /// <summary>Who said what.</summary>
    public override string ToString() => $"{Role}: {Spoken}";
}

/// <summary>A tool that the model called, and what came of it.</summary>
public sealed record HistoryToolCall : HistoryItem
{
    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>What links a function's call and its output; null for a tool of an MCP server.</summary>
    public string? CallId { get; init; }

    /// <summary>The MCP server whose tool it is, by its label; null for a function of the program.</summary>
    public string? ServerLabel { get; init; }

    /// <summary>The arguments, as JSON text of the model's own.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>What the model was told of the result; null while it has not been told.</summary>
    public string? Output { get; init; }

    /// <summary>The call and its output.</summary>
    public override string ToString() => $"{(ServerLabel is null ? "" : ServerLabel + ".")}{Name}({Arguments}) = {Output ?? "…"}";
}

/// <summary>How the history changed.</summary>
public enum HistoryChangeKind
{
    /// <summary>The item is new.</summary>
    Added,

    /// <summary>The item is another than it was: its transcript or its output has come, it was cut off, it is complete. Pieces of a transcript are no change of their own.</summary>
    Updated,

    /// <summary>The item is no longer in the conversation. What only had to make room stays with the service, and is not said.</summary>
    Removed,
}

/// <summary>One change of a history.</summary>
/// <param name="Kind">How it changed.</param>
/// <param name="Item">The item as it is now, or was at the last.</param>
public sealed record HistoryChange(HistoryChangeKind Kind, HistoryItem Item);
