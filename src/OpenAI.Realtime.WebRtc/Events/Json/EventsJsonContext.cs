using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// What is generated to read and write every event and object. What a property's type calls for must be there: a missing required field and a null where none may be
/// make the event malformed.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true)]
// Values.
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(RawJson))]
// What the service sends, and what is in it.
[JsonSerializable(typeof(ServerError))]
[JsonSerializable(typeof(SessionCreated))]
[JsonSerializable(typeof(SessionUpdated))]
[JsonSerializable(typeof(ConversationCreated))]
[JsonSerializable(typeof(ConversationItemAdded))]
[JsonSerializable(typeof(ConversationItemDone))]
[JsonSerializable(typeof(ConversationItemCreated))]
[JsonSerializable(typeof(ConversationItemInputAudioTranscriptionDelta))]
[JsonSerializable(typeof(ConversationItemInputAudioTranscriptionCompleted))]
[JsonSerializable(typeof(ConversationItemInputAudioTranscriptionFailed))]
[JsonSerializable(typeof(InputAudioBufferSpeechStarted))]
[JsonSerializable(typeof(InputAudioBufferSpeechStopped))]
[JsonSerializable(typeof(InputAudioBufferCommitted))]
[JsonSerializable(typeof(InputAudioBufferCleared))]
[JsonSerializable(typeof(OutputAudioBufferStarted))]
[JsonSerializable(typeof(OutputAudioBufferStopped))]
[JsonSerializable(typeof(OutputAudioBufferCleared))]
[JsonSerializable(typeof(ResponseCreated))]
[JsonSerializable(typeof(ResponseDone))]
[JsonSerializable(typeof(ResponseOutputItemAdded))]
[JsonSerializable(typeof(ResponseOutputItemDone))]
[JsonSerializable(typeof(ResponseContentPartAdded))]
[JsonSerializable(typeof(ResponseContentPartDone))]
[JsonSerializable(typeof(ResponseOutputTextDelta))]
[JsonSerializable(typeof(ResponseOutputTextDone))]
[JsonSerializable(typeof(ResponseOutputAudioTranscriptDelta))]
[JsonSerializable(typeof(ResponseOutputAudioTranscriptDone))]
[JsonSerializable(typeof(ResponseOutputAudioDone))]
[JsonSerializable(typeof(ResponseFunctionCallArgumentsDelta))]
[JsonSerializable(typeof(ResponseFunctionCallArgumentsDone))]
[JsonSerializable(typeof(RateLimitsUpdated))]
[JsonSerializable(typeof(MessageItem))]
[JsonSerializable(typeof(FunctionCallItem))]
[JsonSerializable(typeof(FunctionCallOutputItem))]
[JsonSerializable(typeof(UnknownItem))]
[JsonSerializable(typeof(ConversationItem))]
[JsonSerializable(typeof(ContentPart))]
[JsonSerializable(typeof(RateLimit))]
// What a client sends, and the configuration of sessions.
[JsonSerializable(typeof(SessionUpdate))]
[JsonSerializable(typeof(ConversationItemCreate))]
[JsonSerializable(typeof(ResponseCreate))]
[JsonSerializable(typeof(ResponseCancel))]
[JsonSerializable(typeof(OutputAudioBufferClear))]
[JsonSerializable(typeof(InputAudioBufferCommit))]
[JsonSerializable(typeof(InputAudioBufferClear))]
[JsonSerializable(typeof(SessionConfig))]
[JsonSerializable(typeof(RealtimeSessionConfig))]
[JsonSerializable(typeof(TurnDetection))]
[JsonSerializable(typeof(ServerVad))]
[JsonSerializable(typeof(SemanticVad))]
[JsonSerializable(typeof(UnknownTurnDetection))]
[JsonSerializable(typeof(InputTranscription))]
[JsonSerializable(typeof(NoiseReduction))]
[JsonSerializable(typeof(OutputModality))]
[JsonSerializable(typeof(Eagerness))]
[JsonSerializable(typeof(Voice))]
[JsonSerializable(typeof(RealtimeModel))]
[JsonSerializable(typeof(TranscriptionModel))]
internal sealed partial class EventsJsonContext : JsonSerializerContext;
