using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>A name on the wire and what reads its events; the frequent ones have a reader of their own, which may leave an event to the other.</summary>
internal sealed record ServerEventType(string Name, ServerEventType.Reader Read, bool IsAlias = false, ServerEventType.HandReader? ByHand = null)
{
    public delegate ServerEvent? Reader(ReadOnlySpan<byte> utf8);

    public delegate ServerEvent? HandReader(ref Utf8JsonReader members, RunningIds? ids);

    /// <summary>Every event of a dialect. The beta's are today's, and beside them those that it names differently.</summary>
    public static IReadOnlyCollection<(string Name, ServerEventType Type)> All(RealtimeDialect dialect)
    {
        JsonSerializerOptions json = EventsJson.For(dialect);
        ServerEventType[] types =
        [
            Of<ServerError>("error"),
            Of<SessionCreated>("session.created"),
            Of<SessionUpdated>("session.updated"),
            Of<ConversationCreated>("conversation.created"),
            Of<ConversationItemAdded>("conversation.item.added"),
            Of<ConversationItemDone>("conversation.item.done"),
            Of<ConversationItemCreated>("conversation.item.created"),
            Of<ConversationItemRetrieved>("conversation.item.retrieved"),
            Of<ConversationItemTruncated>("conversation.item.truncated"),
            Of<ConversationItemDeleted>("conversation.item.deleted"),
            Of<ConversationItemInputAudioTranscriptionDelta>(
                "conversation.item.input_audio_transcription.delta", ContentDeltaReader.ReadTranscription),
            Of<ConversationItemInputAudioTranscriptionCompleted>("conversation.item.input_audio_transcription.completed"),
            Of<ConversationItemInputAudioTranscriptionSegment>("conversation.item.input_audio_transcription.segment"),
            Of<ConversationItemInputAudioTranscriptionFailed>("conversation.item.input_audio_transcription.failed"),
            Of<InputAudioBufferSpeechStarted>("input_audio_buffer.speech_started"),
            Of<InputAudioBufferSpeechStopped>("input_audio_buffer.speech_stopped"),
            Of<InputAudioBufferTimeoutTriggered>("input_audio_buffer.timeout_triggered"),
            Of<InputAudioBufferCommitted>("input_audio_buffer.committed"),
            Of<InputAudioBufferCleared>("input_audio_buffer.cleared"),
            Of<InputAudioBufferDtmfEventReceived>("input_audio_buffer.dtmf_event_received"),
            Of<OutputAudioBufferStarted>("output_audio_buffer.started"),
            Of<OutputAudioBufferStopped>("output_audio_buffer.stopped"),
            Of<OutputAudioBufferCleared>("output_audio_buffer.cleared"),
            Of<ResponseCreated>("response.created"),
            Of<ResponseDone>("response.done"),
            Of<ResponseOutputItemAdded>("response.output_item.added"),
            Of<ResponseOutputItemDone>("response.output_item.done"),
            Of<ResponseContentPartAdded>("response.content_part.added"),
            Of<ResponseContentPartDone>("response.content_part.done"),
            Of<ResponseOutputTextDelta>("response.output_text.delta", ContentDeltaReader.ReadText),
            Of<ResponseOutputTextDone>("response.output_text.done"),
            Of<ResponseOutputAudioTranscriptDelta>("response.output_audio_transcript.delta", ContentDeltaReader.ReadTranscript),
            Of<ResponseOutputAudioTranscriptDone>("response.output_audio_transcript.done"),
            Of<ResponseOutputAudioDelta>("response.output_audio.delta"),
            Of<ResponseOutputAudioDone>("response.output_audio.done"),
            Of<ResponseFunctionCallArgumentsDelta>("response.function_call_arguments.delta", ContentDeltaReader.ReadArguments),
            Of<ResponseFunctionCallArgumentsDone>("response.function_call_arguments.done"),
            Of<ResponseMcpCallArgumentsDelta>("response.mcp_call_arguments.delta"),
            Of<ResponseMcpCallArgumentsDone>("response.mcp_call_arguments.done"),
            Of<ResponseMcpCallInProgress>("response.mcp_call.in_progress"),
            Of<ResponseMcpCallCompleted>("response.mcp_call.completed"),
            Of<ResponseMcpCallFailed>("response.mcp_call.failed"),
            Of<McpListToolsInProgress>("mcp_list_tools.in_progress"),
            Of<McpListToolsCompleted>("mcp_list_tools.completed"),
            Of<McpListToolsFailed>("mcp_list_tools.failed"),
            Of<RateLimitsUpdated>("rate_limits.updated"),
            Of<SessionInputTranscriptDelta>("session.input_transcript.delta"),
            Of<SessionOutputTranscriptDelta>("session.output_transcript.delta"),
            Of<SessionOutputAudioDelta>("session.output_audio.delta"),
            Of<SessionClosed>("session.closed"),
        ];
        IEnumerable<ServerEventType> all = types;
        if (dialect == RealtimeDialect.Beta)
        {
            all = all.Concat(types.Where(type => BetaNames.OfEvent(type.Name) != type.Name)
                .Select(type => type with { Name = BetaNames.OfEvent(type.Name), IsAlias = true }))
                .Append(Of<SessionCreated>("transcription_session.created") with { IsAlias = true })
                .Append(Of<SessionUpdated>("transcription_session.updated") with { IsAlias = true });
        }
        return [.. all.Select(type => (type.Name, type))];

        ServerEventType Of<T>(string name, HandReader? byHand = null)
            where T : ServerEvent
        {
            // Looked up when the first of its kind comes: making what reads all of them is a third of what a first connect compiles.
            JsonTypeInfo<T>? info = null;
            return new ServerEventType(name, utf8 => EventsJson.Read(utf8, info ??= json.Of<T>()), ByHand: byHand);
        }
    }
}
