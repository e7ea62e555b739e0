using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

internal sealed partial class OptionalConverterFactory
{
    private static IEnumerable<JsonConverter> All() =>
    [
        new OptionalConverter<string>(),
        new OptionalConverter<double>(),
        new OptionalConverter<InputTranscription?>(),
        new OptionalConverter<TurnDetection?>(),
        new OptionalConverter<NoiseReduction?>(),
        new OptionalConverter<bool>(),
        new OptionalMillisecondsConverter(),
        new OptionalValueConverter<Voice>(),
        new OptionalValueConverter<RealtimeModel>(),
        new OptionalValueConverter<TranscriptionModel>(),
        new OptionalValueConverter<Eagerness>(),
        new OptionalListConverter<OutputModality>(),
        new OptionalListConverter<RawJson>(),
        new OptionalListConverter<ContentPart>(),
        new OptionalListConverter<ConversationItem>(),
        new OptionalListConverter<RateLimit>(),
    ];
}
