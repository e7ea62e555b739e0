using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// What a connection's events have in common: the ids of the response, the item and the call that are running, which most events of a response repeat, and characters cut in
/// two. One reader at a time.
/// </summary>
internal sealed class RunningIds
{
    private (byte[] Utf8, string Text) _response = ([], "");
    private (byte[] Utf8, string Text) _item = ([], "");
    private (byte[] Utf8, string Text) _call = ([], "");

    /// <summary>The halves of surrogate pairs that wait for the next piece of their text.</summary>
    public RealtimeSplitPairs SplitPairs { get; } = new();

    public string Response(ref Utf8JsonReader reader) => Same(ref reader, ref _response);

    public string Item(ref Utf8JsonReader reader) => Same(ref reader, ref _item);

    public string Call(ref Utf8JsonReader reader) => Same(ref reader, ref _call);

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
/// Reads by hand the events that come by the dozen a second: pieces of a transcript, a text or a call's arguments. It takes only what has exactly the members that
/// these events are known to have; everything else (another member, another kind of value, something missing) is left to the generated reader, which alone decides
/// what it is.
/// </summary>
internal static class ContentDeltaReader
{
    public static ResponseOutputAudioTranscriptDelta? ReadTranscript(ref Utf8JsonReader reader, RunningIds? ids) =>
        !TryRead(ref reader, ids, out Members m) || !m.IsOfContent ? null : new ResponseOutputAudioTranscriptDelta
        {
            EventId = m.EventId,
            ResponseId = m.ResponseId!,
            ItemId = m.ItemId!,
            OutputIndex = m.OutputIndex ?? 0,
            ContentIndex = m.ContentIndex ?? 0,
            Delta = m.Delta!,
        };

    public static ResponseOutputTextDelta? ReadText(ref Utf8JsonReader reader, RunningIds? ids) =>
        !TryRead(ref reader, ids, out Members m) || !m.IsOfContent ? null : new ResponseOutputTextDelta
        {
            EventId = m.EventId,
            ResponseId = m.ResponseId!,
            ItemId = m.ItemId!,
            OutputIndex = m.OutputIndex ?? 0,
            ContentIndex = m.ContentIndex ?? 0,
            Delta = m.Delta!,
        };

    public static ResponseFunctionCallArgumentsDelta? ReadArguments(ref Utf8JsonReader reader, RunningIds? ids) =>
        !TryRead(ref reader, ids, out Members m) || !m.IsOfCall ? null : new ResponseFunctionCallArgumentsDelta
        {
            EventId = m.EventId,
            ResponseId = m.ResponseId!,
            ItemId = m.ItemId!,
            OutputIndex = m.OutputIndex ?? 0,
            CallId = m.CallId,
            Delta = m.Delta!,
        };

    public static ConversationItemInputAudioTranscriptionDelta? ReadTranscription(ref Utf8JsonReader reader, RunningIds? ids) =>
        !TryRead(ref reader, ids, out Members m) || !m.IsOfInput ? null : new ConversationItemInputAudioTranscriptionDelta
        {
            EventId = m.EventId,
            ItemId = m.ItemId!,
            ContentIndex = m.ContentIndex,
            Delta = m.Delta,
            Obfuscation = m.Obfuscation,
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
            bool isKnown = reader.TokenType switch
            {
                JsonTokenType.String => TryReadText(ref reader, name, ids, ref members),
                JsonTokenType.Number => TryReadIndex(ref reader, name, ref members),
                _ => false,
            };
            if (!isKnown)
                return false;
        }

        reader.Read(); // throws, as the generated reader does, when something follows the object
        return true;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, RunningIds? ids, ref Members members)
    {
        if (reader.ValueIsEscaped && HalfSurrogates.In(reader.ValueSpan))
            return false;
        if (name.SequenceEqual("delta"u8))
            members.Delta = reader.GetString();
        else if (name.SequenceEqual("event_id"u8))
            members.EventId = reader.GetString();
        else if (name.SequenceEqual("response_id"u8))
            members.ResponseId = ids is null ? reader.GetString() : ids.Response(ref reader);
        else if (name.SequenceEqual("item_id"u8))
            members.ItemId = ids is null ? reader.GetString() : ids.Item(ref reader);
        else if (name.SequenceEqual("call_id"u8))
            members.CallId = ids is null ? reader.GetString() : ids.Call(ref reader);
        else if (name.SequenceEqual("obfuscation"u8))
            members.Obfuscation = reader.GetString();
        else
            return name.SequenceEqual("type"u8); // known already
        return true;
    }

    private static bool TryReadIndex(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref Members members)
    {
        if (!reader.TryGetInt32(out int index))
            return false;
        if (name.SequenceEqual("output_index"u8))
            members.OutputIndex = index;
        else if (name.SequenceEqual("content_index"u8))
            members.ContentIndex = index;
        else
            return false;
        return true;
    }

    /// <summary>The members of all these events. Each event has some of them, and must not have the others.</summary>
    private struct Members
    {
        public string? EventId, ResponseId, ItemId, CallId, Delta, Obfuscation;
        public int? OutputIndex, ContentIndex;

        public readonly bool IsOfContent => IsOfResponse && CallId is null;

        public readonly bool IsOfCall => IsOfResponse && ContentIndex is null;

        public readonly bool IsOfInput => ItemId is not null && ResponseId is null && CallId is null && OutputIndex is null;

        private readonly bool IsOfResponse => ResponseId is not null && ItemId is not null && Delta is not null && Obfuscation is null;
    }
}
