using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// How the objects of the API are read and written, in either dialect: the generated <see cref="EventsJsonContext"/>, with converters in front of the types
/// that a dialect shapes in its own way.
/// </summary>
internal static class EventsJson
{
    /// <summary>The dialect of today.</summary>
    public static JsonSerializerOptions Ga { get; } = Create(RealtimeDialect.Ga);

    /// <summary>The dialect of the beta.</summary>
    public static JsonSerializerOptions Beta { get; } = Create(RealtimeDialect.Beta);

    public static JsonSerializerOptions For(RealtimeDialect dialect) => dialect == RealtimeDialect.Beta ? Beta : Ga;

    /// <inheritdoc cref="ObjectJson.Read{T}"/>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type) => ObjectJson.Read(utf8, type);

    private static JsonSerializerOptions Create(RealtimeDialect dialect)
    {
        var options = new JsonSerializerOptions(EventsJsonContext.Default.Options)
        {
            TypeInfoResolver = EventsJsonContext.Default.WithAddedModifier(type => Adjust(type, dialect)),
        };
        foreach (JsonConverter converter in DialectConverters.For(dialect))
            options.Converters.Add(converter);
        options.MakeReadOnly();
        return options;
    }

    /// <summary>The rules of all objects, and an event bears the name that the dialect gives it.</summary>
    private static void Adjust(JsonTypeInfo type, RealtimeDialect dialect)
    {
        ObjectJson.Adjust(type);
        if (type.Properties.FirstOrDefault(property => property.Name == "type") is not { } name)
            return;
        if (type.Type.IsAssignableTo(typeof(ServerEvent)))
            name.Get = it => ((ServerEvent)it).NameIn(dialect);
        else if (type.Type.IsAssignableTo(typeof(ClientEvent)))
            name.Get = it => ((ClientEvent)it).NameIn(dialect);
    }
}
