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

    /// <summary>What reads and writes a <typeparamref name="T"/>.</summary>
    public static JsonTypeInfo<T> Of<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>Reads an object and all that is in it.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        T? read = JsonSerializer.Deserialize(utf8, type);
        ExplicitNulls.Note(utf8, read, type.Options);
        return read;
    }

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

    /// <summary>
    /// Rules that attributes would repeat on every property. Defaults are left out, which is right for "not set"; a number or a flag that cannot be null is written even
    /// when it is 0, and a null where one was read. And an event bears the name that the dialect gives it.
    /// </summary>
    private static void Adjust(JsonTypeInfo type, RealtimeDialect dialect)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null && !property.PropertyType.IsAssignableTo(typeof(IOptional)))
                property.ShouldSerialize = static (_, _) => true;
            else if (type.Type.IsAssignableTo(typeof(IHasUnknownFields)) && !property.IsExtensionData && !property.PropertyType.IsAssignableTo(typeof(IOptional)))
                property.ShouldSerialize = (owner, value) => value is not null || ((IHasUnknownFields)owner).AdditionalProperties?.HasNull(property.Name) == true;
            if (property.Name != "type")
                continue;
            property.Order = -2; // first, so that readers need not look for it
            if (type.Type.IsAssignableTo(typeof(ServerEvent)))
                property.Get = it => ((ServerEvent)it).NameIn(dialect);
            else if (type.Type.IsAssignableTo(typeof(ClientEvent)))
                property.Get = it => ((ClientEvent)it).NameIn(dialect);
        }
    }
}
