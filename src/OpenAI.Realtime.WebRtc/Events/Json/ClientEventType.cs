using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>A name on the wire and what reads its events.</summary>
internal sealed record ClientEventType(string Name, ClientEventType.Reader Read)
{
    public delegate ClientEvent? Reader(ReadOnlySpan<byte> utf8);

    /// <summary>Every event of a dialect.</summary>
    public static IReadOnlyCollection<(string Name, ClientEventType Type)> All(RealtimeDialect dialect)
    {
        JsonSerializerOptions json = EventsJson.For(dialect);
        List<ClientEventType> types =
        [
            Of<SessionUpdate>("session.update"),
            Of<ConversationItemCreate>("conversation.item.create"),
            Of<ResponseCreate>("response.create"),
            Of<ResponseCancel>("response.cancel"),
            Of<OutputAudioBufferClear>("output_audio_buffer.clear"),
            Of<InputAudioBufferCommit>("input_audio_buffer.commit"),
            Of<InputAudioBufferClear>("input_audio_buffer.clear"),
            Of<InputAudioBufferAppend>("input_audio_buffer.append"),
            Of<ConversationItemRetrieve>("conversation.item.retrieve"),
            Of<ConversationItemDelete>("conversation.item.delete"),
            Of<ConversationItemTruncate>("conversation.item.truncate"),
            Of<SessionInputAudioBufferAppend>("session.input_audio_buffer.append"),
            Of<SessionClose>("session.close"),
        ];
        if (dialect == RealtimeDialect.Beta)
        {
            JsonTypeInfo<BetaTranscriptionSessionUpdate> update = json.Of<BetaTranscriptionSessionUpdate>();
            types.Add(new ClientEventType("transcription_session.update", utf8 => EventsJson.Read(HalfSurrogates.Replace(utf8) ?? utf8, update)?.ToEvent()));
        }
        return [.. types.Select(type => (type.Name, type))];

        ClientEventType Of<T>(string name)
            where T : ClientEvent
        {
            JsonTypeInfo<T> info = json.Of<T>();
            return new ClientEventType(name, utf8 => EventsJson.Read(HalfSurrogates.Replace(utf8) ?? utf8, info));
        }
    }
}
