using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Everything that hangs on an object that was read, found by reflection.</summary>
internal sealed class ObjectGraph
{
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    private ObjectGraph(object root) => Visit(root, null, "");

    /// <summary>Fields that found no property: where on the wire, as well as the names of the properties tell.</summary>
    public List<string> Leftovers { get; } = [];

    /// <summary>Every value of an open type, and every text: whose it is, and what it says.</summary>
    public List<(object Owner, object Value, string Text)> Texts { get; } = [];

    /// <summary>JSON that is kept as it is.</summary>
    public List<(string At, JsonElement Json)> FreeJson { get; } = [];

    /// <summary>The types of all objects of ours.</summary>
    public HashSet<Type> Types { get; } = [];

    public static ObjectGraph Of(object root) => new(root);

    private void Visit(object? value, object? owner, string at)
    {
        switch (value)
        {
            case null:
                return;
            case string text:
                Texts.Add((owner!, text, text));
                return;
            case JsonElement element:
                if (element.ValueKind != JsonValueKind.Undefined)
                    FreeJson.Add((at, element));
                return;
            case JsonNode node:
                FreeJson.Add((at, JsonElement.Parse(node.ToJsonString())));
                return;
        }
        Type type = value.GetType();
        if (type.IsPrimitive || type.IsEnum || type.Namespace is not { } space || (!space.StartsWith("OpenAI.Realtime.WebRtc", StringComparison.Ordinal) && value is not IEnumerable))
            return;
        if (IsOptional(type, value, out bool isSet) && !isSet)
            return;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            Visit(type.GetProperty("Value")!.GetValue(value), owner, at);
            return;
        }
        if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IOpenValue<>)))
        {
            Texts.Add((owner!, value, value.ToString()!));
            return;
        }
        if (value is IDictionary map)
        {
            foreach (DictionaryEntry entry in map)
                Visit(entry.Value, owner, $"{at}/{entry.Key}");
            return;
        }
        if (value is IEnumerable elements)
        {
            foreach ((int index, object? element) in elements.Cast<object?>().Index())
                Visit(element, owner, $"{at}/{index}");
            return;
        }
        if (!type.IsValueType && !_seen.Add(value))
            return;
        Types.Add(type);
        foreach (PropertyInfo property in PropertiesOf(type))
            VisitProperty(value, property, at);
    }

    private void VisitProperty(object owner, PropertyInfo property, string at)
    {
        object? value = property.GetValue(owner);
        if (property.Name == "AdditionalProperties" && value is IDictionary { Count: > 0 } unknown)
            Leftovers.AddRange(unknown.Keys.Cast<string>().Select(name => $"{at}/{name}"));
        else if (property.Name == "ExtraProperties" && value is JsonObject { Count: > 0 } extra)
            Leftovers.AddRange(Leaves(extra).Select(path => at + path));
        else if (property.Name is not ("AdditionalProperties" or "ExtraProperties"))
            Visit(value, owner, owner is RawJson ? at : $"{at}/{WireName(property)}");
    }

    /// <summary>What an object is written from: public properties, and internal ones that are marked; not what is computed from them.</summary>
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(p => p.GetIndexParameters().Length == 0 && p.CanRead && p.Name != "EqualityContract")
            .Where(p => p.GetMethod!.IsPublic || p.IsDefined(typeof(JsonIncludeAttribute)))
            .Where(p => p.Name == "ExtraProperties" || p.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always });

    private static bool IsOptional(Type type, object value, out bool isSet)
    {
        PropertyInfo? property = type.IsValueType ? type.GetProperty("IsSet") : null;
        isSet = property?.GetValue(value) is true;
        return property is not null;
    }

    private static string WireName(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static IEnumerable<string> Leaves(JsonObject json, string at = "") =>
        json.Where(m => m.Value is not null) // a known field that came as null stands here too
            .SelectMany(m => m.Value is JsonObject { Count: > 0 } inner ? Leaves(inner, $"{at}/{m.Key}") : [$"{at}/{m.Key}"]);
}
