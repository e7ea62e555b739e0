using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An item of the conversation: a message, a function call or its output. Fields that its kind does not have are null.</summary>
public sealed class ConversationItem
{
    /// <summary>The item's id, such as <c>item_…</c>. A client may choose one for what it creates.</summary>
    public string? Id { get; init; }

    /// <summary>The kind: <c>message</c>, <c>function_call</c>, <c>function_call_output</c>, <c>mcp_call</c> and others to come.</summary>
    public required string Type { get; init; }

    /// <summary><c>completed</c>, <c>incomplete</c> or <c>in_progress</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Who speaks, in a message: <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
    public string? Role { get; init; }

    /// <summary>What a message consists of.</summary>
    public IReadOnlyList<ContentPart>? Content { get; init; }

    /// <summary>The function's name, in a function call.</summary>
    public string? Name { get; init; }

    /// <summary>Links a function call and its output.</summary>
    public string? CallId { get; init; }

    /// <summary>The function's arguments, as JSON text.</summary>
    public string? Arguments { get; init; }

    /// <summary>The function's result, in an output.</summary>
    public string? Output { get; init; }

    /// <summary>Every other field.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? AdditionalProperties { get; set; }

    /// <summary>A message of text from the user.</summary>
    /// <param name="text">What the user says.</param>
    public static ConversationItem UserText(string text) => Message("user", "input_text", text);

    /// <summary>A message of text from the system: instructions in the middle of a conversation.</summary>
    /// <param name="text">What the model is told.</param>
    public static ConversationItem SystemText(string text) => Message("system", "input_text", text);

    /// <summary>A message of text from the assistant, such as one of an earlier conversation.</summary>
    /// <param name="text">What the assistant said.</param>
    public static ConversationItem AssistantText(string text) => Message("assistant", "output_text", text);

    /// <summary>The result of a function call.</summary>
    /// <param name="callId">The call's <see cref="CallId"/>.</param>
    /// <param name="output">The result, as the model is to read it.</param>
    public static ConversationItem FunctionOutput(string callId, string output)
    {
        ArgumentException.ThrowIfNullOrEmpty(callId);
        ArgumentNullException.ThrowIfNull(output);
        return new ConversationItem { Type = "function_call_output", CallId = callId, Output = output };
    }

    private static ConversationItem Message(string role, string contentType, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConversationItem { Type = "message", Role = role, Content = [new ContentPart { Type = contentType, Text = text }] };
    }

    internal void Write(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, Type);
        WriteIfSet(writer, "id"u8, Id);
        WriteIfSet(writer, "status"u8, Status);
        WriteIfSet(writer, "role"u8, Role);
        if (Content is not null)
        {
            writer.WriteStartArray("content"u8);
            foreach (ContentPart part in Content)
                part.Write(writer, dialect);
            writer.WriteEndArray();
        }
        WriteIfSet(writer, "name"u8, Name);
        WriteIfSet(writer, "call_id"u8, CallId);
        WriteIfSet(writer, "arguments"u8, Arguments);
        WriteIfSet(writer, "output"u8, Output);
        WriteAdditional(writer, AdditionalProperties);
        writer.WriteEndObject();
    }

    internal static void WriteIfSet(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    internal static void WriteAdditional(Utf8JsonWriter writer, Dictionary<string, JsonElement>? properties)
    {
        foreach ((string name, JsonElement value) in properties ?? [])
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}

/// <summary>A part of a message.</summary>
public sealed class ContentPart
{
    /// <summary>
    /// The kind: <c>input_text</c>, <c>input_audio</c>, <c>input_image</c>, <c>output_text</c>, <c>output_audio</c>; in streaming events <c>text</c> and <c>audio</c>.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>The text, in a part of text.</summary>
    public string? Text { get; init; }

    /// <summary>What was said, in a part of audio.</summary>
    public string? Transcript { get; init; }

    /// <summary>Every other field.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? AdditionalProperties { get; set; }

    internal void Write(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
        writer.WriteStartObject();
        string? type = (dialect, Type) switch
        {
            (RealtimeDialect.Beta, "output_text") => "text",
            (RealtimeDialect.Beta, "output_audio") => "audio",
            _ => Type,
        };
        ConversationItem.WriteIfSet(writer, "type"u8, type);
        ConversationItem.WriteIfSet(writer, "text"u8, Text);
        ConversationItem.WriteIfSet(writer, "transcript"u8, Transcript);
        ConversationItem.WriteAdditional(writer, AdditionalProperties);
        writer.WriteEndObject();
    }
}
