using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// <c>response.item.create</c>: gives the Responses model an item: the output of a function call, or a message. It is not acknowledged, and does nothing before a
/// <see cref="LiveResponseCreate"/>. A session takes some 128 items and 32,768 bytes in all, as others have measured it.
/// </summary>
public sealed record LiveResponseItemCreate : LiveClientEvent
{
    /// <summary>Gives the model <paramref name="item"/>.</summary>
    /// <param name="item">An input item as the Responses API has it: a JSON object with a <c>type</c>.</param>
    public LiveResponseItemCreate(RawJson item) => Item = item;

    /// <inheritdoc/>
    public override string Type => "response.item.create";

    /// <summary>The item.</summary>
    public RawJson Item { get; }

    private protected override string? Gist => Item.KindOf();

    /// <summary>The output of a function call.</summary>
    /// <param name="callId">The call's id, from the item of type <c>function_call</c> in <c>response.output_item.done</c>.</param>
    /// <param name="output">The result, as the model is to read it.</param>
    public static LiveResponseItemCreate FunctionOutput(string callId, string output)
    {
        ArgumentNullException.ThrowIfNull(callId);
        ArgumentNullException.ThrowIfNull(output);
        return new LiveResponseItemCreate(Written(writer =>
        {
            writer.WriteString("type"u8, "function_call_output"u8);
            writer.WriteString("call_id"u8, callId);
            writer.WriteString("output"u8, output);
        }));
    }

    /// <summary>A message of text from the user.</summary>
    /// <param name="text">What the user has typed. The voice model does not get to know of it.</param>
    public static LiveResponseItemCreate UserText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new LiveResponseItemCreate(Written(writer =>
        {
            writer.WriteString("type"u8, "message"u8);
            writer.WriteString("role"u8, "user"u8);
            writer.WriteStartArray("content"u8);
            writer.WriteStartObject();
            writer.WriteString("type"u8, "input_text"u8);
            writer.WriteString("text"u8, text);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }));
    }

    private static RawJson Written(Action<Utf8JsonWriter> members)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.Written.Span);
    }
}

/// <summary>
/// <c>response.create</c>: lets the Responses model work on what it has been given. It is not acknowledged; <see cref="LiveResponseEvent"/>s follow. Refused with
/// <see cref="LiveErrorCode.FunctionCallOutputsRequired"/> while a function call is unanswered.
/// </summary>
public sealed record LiveResponseCreate : LiveClientEvent
{
    /// <inheritdoc/>
    public override string Type => "response.create";
}
