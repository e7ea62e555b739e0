using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>What the objects of every API have in common when they are read and written, whatever its events are.</summary>
internal static class ObjectJson
{
    /// <summary>What reads and writes a <typeparamref name="T"/>.</summary>
    public static JsonTypeInfo<T> Of<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>Reads an object and all that is in it.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        try
        {
            T? read = JsonSerializer.Deserialize(utf8, type);
            ExplicitNulls.Note(utf8, read, type.Options);
            return read;
        }
        catch (Exception e) when ((EventName.IsMisfit(e) || e is ArgumentException) && e is not JsonException)
        {
            throw new JsonException(e.Message, e); // ArgumentException: what a constructor of ours does not take
        }
    }

    /// <summary>
    /// Rules that attributes would repeat on every property. Defaults are left out, which is right for "not set"; a number or a flag that cannot be null is written even
    /// when it is 0, and a null where one was read.
    /// </summary>
    public static void Adjust(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null && !property.PropertyType.IsAssignableTo(typeof(IOptional)))
                property.ShouldSerialize = static (_, _) => true;
            else if (type.Type.IsAssignableTo(typeof(IHasUnknownFields)) && !property.IsExtensionData && !property.PropertyType.IsAssignableTo(typeof(IOptional)))
                property.ShouldSerialize = (owner, value) => value is not null || ((IHasUnknownFields)owner).AdditionalProperties?.HasNull(property.Name) == true;
            if (property.Name == "type")
                property.Order = -2; // first, so that readers need not look for it
        }
    }
}
