using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// The converter of a closed <see cref="Optional{T}"/>, <see cref="OptionalValue{T}"/> or <see cref="OptionalList{T}"/> of this package: what stands in an attribute on them, so that a
/// <see cref="JsonSerializerContext"/> of another assembly can hold objects that have such fields. Each is named here, because making one at run time would need reflection.
/// </summary>
/// <remarks>Fields of other types need a converter among the options of that context, which is asked first.</remarks>
public sealed class OptionalConverterFactory : JsonConverterFactory
{
    private static readonly Dictionary<Type, JsonConverter> Converters = All().ToDictionary(converter => converter.Type!);

    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => true;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">No field of this package has that type.</exception>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        Converters.TryGetValue(typeToConvert, out JsonConverter? converter)
            ? converter
            : throw new NotSupportedException($"{typeToConvert} has no converter: add one to the options; those of this package stand in {nameof(OptionalConverterFactory)}.");

    // What T is stands in EventsJsonContext too.
    private static IEnumerable<JsonConverter> All() =>
    [
        // Sessions, tools and what a client asks for.
        new OptionalConverter<string?>(),
        new OptionalConverter<double?>(),
        new OptionalConverter<int?>(),
        new OptionalConverter<bool?>(),
        new OptionalMillisecondsConverter(),
        new OptionalConverter<AudioEncoding?>(),
        new OptionalConverter<InputTranscription?>(),
        new OptionalConverter<NoiseReduction?>(),
        new OptionalConverter<TurnDetection?>(),
        new OptionalConverter<Tracing?>(),
        new OptionalConverter<Truncation?>(),
        new OptionalConverter<TokenLimits?>(),
        new OptionalConverter<ReasoningOptions?>(),
        new OptionalConverter<PromptTemplate?>(),
        new OptionalConverter<PromptVariables?>(),
        new OptionalConverter<ToolChoice?>(),
        new OptionalConverter<McpToolSelection?>(),
        new OptionalConverter<McpApprovalPolicy?>(),
        new OptionalConverter<StringMap?>(),
        new OptionalValueConverter<Voice>(),
        new OptionalValueConverter<RealtimeModel>(),
        new OptionalValueConverter<TranscriptionModel>(),
        new OptionalValueConverter<TranslationModel>(),
        new OptionalValueConverter<TranscriptionDelay>(),
        new OptionalValueConverter<Eagerness>(),
        new OptionalValueConverter<ReasoningEffort>(),
        new OptionalValueConverter<ResponseConversation>(),
        new OptionalValueConverter<ImageDetail>(),
        new OptionalValueConverter<McpConnector>(),
        new OptionalListConverter<string>(),
        new OptionalListConverter<OutputModality>(),
        new OptionalListConverter<SessionInclude>(),
        new OptionalListConverter<SessionTool>(),
        new OptionalListConverter<ToolCaller>(),
        new OptionalListConverter<SipHeader>(),
        // What the service sends.
        new OptionalListConverter<RawJson>(),
        new OptionalListConverter<ContentPart>(),
        new OptionalListConverter<ConversationItem>(),
        new OptionalListConverter<RateLimit>(),
        new OptionalListConverter<McpServerTool>(),
        new OptionalListConverter<TokenLogProbability>(),
        new OptionalListConverter<TranscriptionLanguage>(),
        new OptionalListConverter<int>(),
    ];
}
