using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

internal sealed partial class OptionalConverterFactory
{
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
