using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// Reads an event: finds <c>type</c> wherever it stands in the object, then reads the whole into the type that the name belongs to. Never throws: what
/// cannot be read becomes a <see cref="MalformedServerEvent"/>.
/// </summary>
internal static class ServerEventReader
{
    private delegate ServerEvent? Read(ReadOnlySpan<byte> utf8);

    private delegate ServerEvent? ReadByHand(ref Utf8JsonReader members, RunningIds? ids);

    /// <summary>A name and what reads its events; the frequent ones have a reader of their own, which may leave an event to the other.</summary>
    private sealed record Entry(string Name, Read Read, bool IsAlias, ReadByHand? ByHand = null);

    private static readonly EventsJsonContext Json = EventsJsonContext.Default;

    private static readonly Entry[] Entries =
    [
        Of("error", Json.ServerError),
        Of("session.created", Json.SessionCreated),
        Of("session.updated", Json.SessionUpdated),
        Of("conversation.created", Json.ConversationCreated),
        Of("conversation.item.added", Json.ConversationItemAdded),
        Of("conversation.item.done", Json.ConversationItemDone),
        Of("conversation.item.created", Json.ConversationItemCreated),
        Of("conversation.item.input_audio_transcription.delta", Json.ConversationItemInputAudioTranscriptionDelta),
        Of("conversation.item.input_audio_transcription.completed", Json.ConversationItemInputAudioTranscriptionCompleted),
        Of("conversation.item.input_audio_transcription.failed", Json.ConversationItemInputAudioTranscriptionFailed),
        Of("input_audio_buffer.speech_started", Json.InputAudioBufferSpeechStarted),
        Of("input_audio_buffer.speech_stopped", Json.InputAudioBufferSpeechStopped),
        Of("input_audio_buffer.committed", Json.InputAudioBufferCommitted),
        Of("input_audio_buffer.cleared", Json.InputAudioBufferCleared),
        Of("output_audio_buffer.started", Json.OutputAudioBufferStarted),
        Of("output_audio_buffer.stopped", Json.OutputAudioBufferStopped),
        Of("output_audio_buffer.cleared", Json.OutputAudioBufferCleared),
        Of("response.created", Json.ResponseCreated),
        Of("response.done", Json.ResponseDone),
        Of("response.output_item.added", Json.ResponseOutputItemAdded),
        Of("response.output_item.done", Json.ResponseOutputItemDone),
        Of("response.content_part.added", Json.ResponseContentPartAdded),
        Of("response.content_part.done", Json.ResponseContentPartDone),
        Of("response.output_text.delta", Json.ResponseOutputTextDelta, byHand: ContentDeltaReader.ReadText),
        Of("response.output_text.done", Json.ResponseOutputTextDone),
        Of("response.output_audio_transcript.delta", Json.ResponseOutputAudioTranscriptDelta, byHand: ContentDeltaReader.ReadTranscript),
        Of("response.output_audio_transcript.done", Json.ResponseOutputAudioTranscriptDone),
        Of("response.output_audio.done", Json.ResponseOutputAudioDone),
        Of("response.function_call_arguments.delta", Json.ResponseFunctionCallArgumentsDelta),
        Of("response.function_call_arguments.done", Json.ResponseFunctionCallArgumentsDone),
        Of("rate_limits.updated", Json.RateLimitsUpdated),
    ];

    /// <summary>What the beta calls differently. <c>conversation.item.created</c> is a type of its own in both.</summary>
    private static readonly Entry[] BetaAliases =
    [
        Of("response.text.delta", Json.ResponseOutputTextDelta, isAlias: true),
        Of("response.text.done", Json.ResponseOutputTextDone, isAlias: true),
        Of("response.audio_transcript.delta", Json.ResponseOutputAudioTranscriptDelta, isAlias: true),
        Of("response.audio_transcript.done", Json.ResponseOutputAudioTranscriptDone, isAlias: true),
        Of("response.audio.done", Json.ResponseOutputAudioDone, isAlias: true),
        Of("transcription_session.created", Json.SessionCreated, isAlias: true),
        Of("transcription_session.updated", Json.SessionUpdated, isAlias: true),
    ];

    private static readonly Utf8NameTable<Entry> Ga = new([.. Entries.Select(e => (e.Name, e))]);
    private static readonly Utf8NameTable<Entry> Beta = new([.. Entries.Concat(BetaAliases).Select(e => (e.Name, e))]);

    /// <summary>Reads one message of the data channel.</summary>
    /// <param name="utf8">The message.</param>
    /// <param name="dialect">Whose names it bears.</param>
    /// <param name="ids">The ids that the events of this connection repeat; null to make each anew.</param>
    public static ServerEvent ReadEvent(ReadOnlySpan<byte> utf8, RealtimeDialect dialect, RunningIds? ids = null)
    {
        string type = "";
        try
        {
            Utf8NameTable<Entry> table = dialect == RealtimeDialect.Beta ? Beta : Ga;
            var reader = new Utf8JsonReader(utf8);
            Entry? entry = FindType(ref reader, table, ref type, out bool typeIsFirst);
            if (entry is null)
                return new UnknownServerEvent(type, JsonElement.Parse(utf8));
            type = entry.Name;
            ServerEvent? byHand = null;
            if (entry.ByHand is not null)
            {
                if (!typeIsFirst) // then members stand before the place where the reader is now
                {
                    reader = new Utf8JsonReader(utf8);
                    reader.Read();
                }
                byHand = entry.ByHand(ref reader, ids);
            }
            ServerEvent read = byHand ?? entry.Read(utf8) ?? throw new JsonException("The event is null.");
            return entry.IsAlias ? read.ReceivedAs(entry.Name) : read;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // JsonException: no JSON, or not of this shape. The other two: text in it that is not valid UTF-8, or a number out of range.
            return new MalformedServerEvent(type, Encoding.UTF8.GetString(utf8), e.Message);
        }
    }

    /// <summary>Walks the members of the outermost object until one is called <c>type</c>.</summary>
    private static Entry? FindType(ref Utf8JsonReader reader, Utf8NameTable<Entry> table, ref string type, out bool typeIsFirst)
    {
        typeIsFirst = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An event is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (!isType)
            {
                reader.Skip();
                typeIsFirst = false;
                continue;
            }
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("The event's type is no string.");
            if (!reader.ValueIsEscaped && table.Find(reader.ValueSpan) is { } entry)
                return entry;
            type = reader.GetString()!;
            return reader.ValueIsEscaped ? table.Find(Encoding.UTF8.GetBytes(type)) : null;
        }
        throw new JsonException("The event has no type.");
    }

    private static Entry Of<T>(string name, JsonTypeInfo<T> typeInfo, bool isAlias = false, ReadByHand? byHand = null)
        where T : ServerEvent => new(name, utf8 => JsonSerializer.Deserialize(utf8, typeInfo), isAlias, byHand);
}
