using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The ids of the response and the item that are running: most events of a response repeat them. One reader at a time.</summary>
internal sealed class RunningIds
{
    private (byte[] Utf8, string Text) _response = ([], "");
    private (byte[] Utf8, string Text) _item = ([], "");

    public string Response(ref Utf8JsonReader reader) => Same(ref reader, ref _response);

    public string Item(ref Utf8JsonReader reader) => Same(ref reader, ref _item);

    // Compared as bytes: an id with an escape in it is another one each time, and still right.
    private static string Same(ref Utf8JsonReader reader, ref (byte[] Utf8, string Text) running)
    {
        if (!reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual(running.Utf8))
            return running.Text;
        string text = reader.GetString()!;
        if (!reader.ValueIsEscaped)
            running = (reader.ValueSpan.ToArray(), text);
        return text;
    }
}

/// <summary>
/// Reads by hand the events that come by the dozen a second: pieces of a transcript or a text. It takes only what has exactly the members that these events
/// are known to have; everything else (another member, another kind of value, something missing) is left to the generated reader, which alone decides what it is.
/// </summary>
internal static class ContentDeltaReader
{
    public static ResponseOutputAudioTranscriptDelta? ReadTranscript(ref Utf8JsonReader members, RunningIds? ids) =>
        !TryRead(ref members, ids, out Members m) ? null : new ResponseOutputAudioTranscriptDelta
        {
            EventId = m.EventId,
            ResponseId = m.ResponseId!,
            ItemId = m.ItemId!,
            OutputIndex = m.OutputIndex,
            ContentIndex = m.ContentIndex,
            Delta = m.Delta!,
        };

    public static ResponseOutputTextDelta? ReadText(ref Utf8JsonReader members, RunningIds? ids) =>
        !TryRead(ref members, ids, out Members m) ? null : new ResponseOutputTextDelta
        {
            EventId = m.EventId,
            ResponseId = m.ResponseId!,
            ItemId = m.ItemId!,
            OutputIndex = m.OutputIndex,
            ContentIndex = m.ContentIndex,
            Delta = m.Delta!,
        };

    // The reader stands at the brace, or at the value of a type that is the first member.
    private static bool TryRead(ref Utf8JsonReader reader, RunningIds? ids, out Members members)
    {
        members = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped)
                return false;
            ReadOnlySpan<byte> name = reader.ValueSpan;
            reader.Read();
            bool isText = reader.TokenType == JsonTokenType.String;
            if (isText && name.SequenceEqual("type"u8))
                continue; // known already
            else if (isText && name.SequenceEqual("event_id"u8))
                members.EventId = reader.GetString();
            else if (isText && name.SequenceEqual("response_id"u8))
                members.ResponseId = ids is null ? reader.GetString() : ids.Response(ref reader);
            else if (isText && name.SequenceEqual("item_id"u8))
                members.ItemId = ids is null ? reader.GetString() : ids.Item(ref reader);
            else if (isText && name.SequenceEqual("delta"u8))
                members.Delta = reader.GetString();
            else if (!TryReadIndex(ref reader, name, ref members))
                return false;
        }

        reader.Read(); // throws, as the generated reader does, when something follows the object
        return members is { ResponseId: not null, ItemId: not null, Delta: not null };
    }

    private static bool TryReadIndex(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref Members members)
    {
        if (reader.TokenType != JsonTokenType.Number)
            return false;
        return name.SequenceEqual("output_index"u8) ? reader.TryGetInt32(out members.OutputIndex)
            : name.SequenceEqual("content_index"u8) && reader.TryGetInt32(out members.ContentIndex);
    }

    private struct Members
    {
        public string? EventId, ResponseId, ItemId, Delta;
        public int OutputIndex, ContentIndex;
    }
}
