using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// The generated readers of all typed server events. What a property's type calls for must be there: a missing required field and a null where none may be
/// make the event malformed.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    RespectNullableAnnotations = true)]
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
internal sealed partial class EventsJsonContext : JsonSerializerContext;
