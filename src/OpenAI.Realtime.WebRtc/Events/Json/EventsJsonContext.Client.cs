using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <content>What a client sends, and the configuration of sessions.</content>
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
internal sealed partial class EventsJsonContext;
