using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events.Json;

/// <summary>How the objects of the Live API are read and written: the generated <see cref="LiveJsonContext"/>, the rules of all our objects, and a converter for each field of three states.</summary>
internal static class LiveJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(LiveJsonContext.Default.Options)
        {
            TypeInfoResolver = LiveJsonContext.Default.WithAddedModifier(Adjust),
        };
        foreach (JsonConverter converter in Converters())
            options.Converters.Add(converter);
        options.MakeReadOnly();
        return options;
    }

    private static void Adjust(JsonTypeInfo type)
    {
        ObjectJson.Adjust(type);
        if (!type.Type.IsAssignableTo(typeof(LiveTextAppend)))
            return;
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.Name == "delegation_id")
                property.ShouldSerialize = static (_, _) => true;       // the service refuses a text without it, and takes null
        }
    }

    // They come before what the attributes on the types say, which know the fields of their own package alone. What T is stands in LiveJsonContext too.
    private static IEnumerable<JsonConverter> Converters() =>
    [
        new ElementConverter(),
        new FiniteNumberConverter(),
        new OptionalConverter<string?>(),
        new OptionalConverter<int?>(),
        new OptionalConverter<bool?>(),
        new OptionalMillisecondsConverter(),
        new OptionalConverter<LiveAudioConfig?>(),
        new OptionalConverter<LiveAudioOutput?>(),
        new OptionalConverter<LiveAudioFormat?>(),
        new OptionalConverter<LiveClientConfig?>(),
        new OptionalConverter<LiveDataChannelConfig?>(),
        new OptionalConverter<LiveAllowedClientEvents?>(),
        new OptionalConverter<LiveAllowedServerEvents?>(),
        new OptionalConverter<LiveDelegationConfig?>(),
        new OptionalConverter<LiveResponsesConfig?>(),
        new OptionalConverter<LiveDecisionsConfig?>(),
        new OptionalConverter<LiveReasoning?>(),
        new OptionalConverter<LiveTextConfig?>(),
        new OptionalConverter<LiveToolChoice?>(),
        new OptionalValueConverter<LiveModel>(),
        new OptionalValueConverter<LiveVoice>(),
        new OptionalValueConverter<LiveItemStatus>(),
        new OptionalValueConverter<LiveImageDetail>(),
        new OptionalValueConverter<LiveMessagePhase>(),
        new OptionalValueConverter<LiveReasoningEffort>(),
        new OptionalValueConverter<LiveReasoningSummary>(),
        new OptionalValueConverter<LiveServiceTier>(),
        new OptionalValueConverter<LiveVerbosity>(),
        new OptionalListConverter<string>(),
        new OptionalListConverter<LiveServerEventSelector>(),
        new OptionalListConverter<LiveMessage>(),
        new OptionalListConverter<LiveContentPart>(),
        new OptionalListConverter<LiveTool>(),
        new OptionalListConverter<LiveToolChoice>(),
        new OptionalListConverter<LiveDecisionTrigger>(),
        new OptionalListConverter<LiveDecisionQuestion>(),
        new OptionalListConverter<LiveDecisionChoice>(),
        new OptionalListConverter<LiveDecisionLevel>(),
        new OptionalListConverter<LiveDecisionAnswer>(),
        new OptionalListConverter<LiveDecisionProbability>(),
        new OptionalListConverter<SipHeader>(),
    ];
}
