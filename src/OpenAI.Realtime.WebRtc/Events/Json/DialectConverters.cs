using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The types whose JSON is shaped by the dialect, or in a way that attributes cannot say.</summary>
internal static class DialectConverters
{
    public static IEnumerable<JsonConverter> For(RealtimeDialect dialect)
    {
        yield return new NestedPathsConverter<RealtimeSessionConfig>(dialect, static () => new RealtimeSessionConfig());
        if (dialect == RealtimeDialect.Beta)
        {
            yield return new BetaModalitiesConverter();
            yield return new BetaContentPartTypeConverter();
        }
    }
}
