using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The types whose JSON is shaped by the dialect, or in a way that attributes cannot say.</summary>
internal static class DialectConverters
{
    public static IEnumerable<JsonConverter> For(RealtimeDialect dialect)
    {
        yield return new ElementConverter();
        yield return new FiniteNumberConverter();
        var sessions = new SessionShapes(dialect);
        yield return sessions.Realtime;
        yield return sessions.Transcription;
        yield return sessions.Translation;
        yield return new SessionConfigConverter(sessions);
        yield return new SessionInfoConverter(sessions);
        yield return new NestedPathsConverter<ResponseSnapshot>(dialect, static () => new ResponseSnapshot());
        yield return new NestedPathsConverter<ResponseParameters>(dialect, static () => new ResponseParameters(), SessionShapes.BetaPaths);
        yield return new AudioEncodingConverter(dialect);
        yield return new McpToolSelectionConverter();
        if (dialect == RealtimeDialect.Beta)
        {
            yield return new BetaModalitiesConverter();
            yield return new BetaContentPartTypeConverter();
        }
    }
}
