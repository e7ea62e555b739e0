using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>session.update</c>: changes the session's configuration; only the fields that are set. Answered by <see cref="SessionUpdated"/>.</summary>
public sealed class SessionUpdate : ClientEvent
{
    /// <summary>Changes what <paramref name="session"/> sets.</summary>
    public SessionUpdate(RealtimeSessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Session = session;
    }

    /// <inheritdoc/>
    public override string Type => "session.update";

    /// <summary>The fields to change. The model cannot be changed and is not sent.</summary>
    public RealtimeSessionConfig Session { get; }

    private protected override void WriteBody(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
        writer.WritePropertyName("session"u8);
        Session.Write(writer, dialect, model: null);
    }
}

/// <summary><c>conversation.item.create</c>: puts an item into the conversation. It does not make the model answer; <see cref="ResponseCreate"/> does.</summary>
public sealed class ConversationItemCreate : ClientEvent
{
    /// <summary>Puts <paramref name="item"/> into the conversation.</summary>
    public ConversationItemCreate(ConversationItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Item = item;
    }

    /// <inheritdoc/>
    public override string Type => "conversation.item.create";

    /// <summary>The item.</summary>
    public ConversationItem Item { get; }

    /// <summary>The item after which it goes; <c>root</c> for the front. Default: null, at the end.</summary>
    public string? PreviousItemId { get; init; }

    /// <summary>A message of text from the user.</summary>
    /// <param name="text">What the user says.</param>
    public static ConversationItemCreate UserText(string text) => new(ConversationItem.UserText(text));

    private protected override void WriteBody(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
        ConversationItem.WriteIfSet(writer, "previous_item_id"u8, PreviousItemId);
        writer.WritePropertyName("item"u8);
        Item.Write(writer, dialect);
    }
}

/// <summary><c>response.create</c>: asks the model to answer. One response at a time may run in the conversation.</summary>
public sealed class ResponseCreate : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "response.create";

    /// <summary>Instructions for this response alone. Default: the session's.</summary>
    public string? Instructions { get; init; }

    /// <summary>What to answer with: <c>audio</c> or <c>text</c>. Default: the session's.</summary>
    public IReadOnlyList<string>? OutputModalities { get; init; }

    /// <summary>Any other field of the response's parameters, as a JSON object. Default: none.</summary>
    public JsonElement? ExtraProperties { get; init; }

    private protected override void WriteBody(Utf8JsonWriter writer, RealtimeDialect dialect)
    {
        if (Instructions is null && OutputModalities is null && ExtraProperties is null)
            return;
        writer.WriteStartObject("response"u8);
        ConversationItem.WriteIfSet(writer, "instructions"u8, Instructions);
        if (OutputModalities is not null)
            RealtimeSessionConfig.WriteModalities(writer, dialect, OutputModalities);
        if (ExtraProperties is { ValueKind: JsonValueKind.Object } extra)
        {
            foreach (JsonProperty property in extra.EnumerateObject())
                property.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary><c>response.cancel</c>: stops the response that is running. Clear the output buffer too, if its audio is to stop at once.</summary>
public sealed class ResponseCancel : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "response.cancel";

    /// <summary>The response to stop. Default: the one running in the conversation.</summary>
    public string? ResponseId { get; init; }

    private protected override void WriteBody(Utf8JsonWriter writer, RealtimeDialect dialect) =>
        ConversationItem.WriteIfSet(writer, "response_id"u8, ResponseId);
}

/// <summary><c>output_audio_buffer.clear</c> (WebRTC only): drops the audio that has not been sent yet. Answered by <see cref="OutputAudioBufferCleared"/>.</summary>
public sealed class OutputAudioBufferClear : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "output_audio_buffer.clear";
}

/// <summary><c>input_audio_buffer.commit</c>: makes an item of what has been heard; for sessions without turn detection.</summary>
public sealed class InputAudioBufferCommit : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "input_audio_buffer.commit";
}

/// <summary><c>input_audio_buffer.clear</c>: drops what has been heard and not committed.</summary>
public sealed class InputAudioBufferClear : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "input_audio_buffer.clear";
}
