using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The kinds of turn detection.</summary>
internal sealed class TurnDetectionConverter : KindConverter<TurnDetection>
{
    protected override Type TypeOf(string? kind) => kind switch
    {
        "server_vad" => typeof(ServerVad),
        "semantic_vad" => typeof(SemanticVad),
        null => throw new JsonException("The turn detection has no type."),
        _ => typeof(UnknownTurnDetection),
    };
}

/// <summary>The kinds of session.</summary>
internal sealed class SessionConfigKindConverter : KindConverter<SessionConfig>
{
    protected override Type TypeOf(string? kind) => typeof(RealtimeSessionConfig);
}
