using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>An object that keeps the fields it does not know in a tree shaped as on the wire.</summary>
internal interface IHasExtraProperties
{
    JsonObject? ExtraProperties { get; set; }
}

/// <summary>
/// Reads and writes a type whose properties are flat while its JSON is nested: a property named <c>audio.output.voice</c> stands in the object
/// <c>output</c> in the object <c>audio</c>. The beta is flat and has other names; see <see cref="BetaNames"/>. Written in one pass.
/// </summary>
internal sealed class NestedPathsConverter<T> : JsonConverter<T>
    where T : class, IHasExtraProperties
{
    private readonly Func<T> _create;
    private readonly Lazy<Node> _root;

    /// <param name="dialect">Whose names and places.</param>
    /// <param name="create">Makes an empty one.</param>
    /// <param name="betaPaths">What the beta calls differently here, beside <see cref="BetaNames"/>.</param>
    public NestedPathsConverter(RealtimeDialect dialect, Func<T> create, IReadOnlyDictionary<string, string>? betaPaths = null)
    {
        _create = create;
        _root = new(() => Tree(dialect, betaPaths)); // when the first of its kind is read or written: a call needs one of five
    }

    private static Node Tree(RealtimeDialect dialect, IReadOnlyDictionary<string, string>? betaPaths)
    {
        Node root = new();
        foreach (JsonPropertyInfo property in EventsJsonContext.Default.GetTypeInfo(typeof(T))!.Properties)
        {
            if (property.Get is null || (property.Name == "type" && dialect == RealtimeDialect.Beta)) // the beta tells kinds of session apart by the event
                continue;
            Node node = root;
            foreach (string name in (dialect == RealtimeDialect.Beta ? betaPaths?.GetValueOrDefault(property.Name) ?? BetaNames.Of(property.Name) : property.Name).Split('.'))
                node = node.Child(name);
            node.Property = property;
        }

        return root;
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        T target = _create();
        JsonObject? extra = ReadMembers(ref reader, _root.Value, target, options);
        target.ExtraProperties = extra;
        return target;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteMembers(writer, value, options);
        writer.WriteEndObject();
    }

    /// <summary>Writes what stands between the braces; the constant <c>type</c> only when asked for.</summary>
    public void WriteMembers(Utf8JsonWriter writer, T value, JsonSerializerOptions options, bool withType = true) =>
        WriteMembers(writer, _root.Value, value, value.ExtraProperties, options, withType);

    /// <summary>Reads an object; returns what nothing here has a property for.</summary>
    private static JsonObject? ReadMembers(ref Utf8JsonReader reader, Node node, T target, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"A {typeof(T).Name} is a JSON object.");
        JsonObject? extra = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            Node? child = node.Children.GetValueOrDefault(name);
            if (child?.Property is { Set: { } set } property)
            {
                Utf8JsonReader again = reader;
                object? value = JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(property.PropertyType));
                set(target, value);
                if (value is null)
                    (extra ??= [])[name] = null; // null, and not missing
                else
                    ExplicitNulls.Note(ref again, value, options);
            }
            else if (child is { Property: null } && reader.TokenType == JsonTokenType.StartObject)
            {
                Utf8JsonReader next = reader;
                bool isEmpty = next.Read() && next.TokenType == JsonTokenType.EndObject;
                Add(ref extra, name, ReadMembers(ref reader, child, target, options) ?? (isEmpty ? new JsonObject() : null)); // {} is to be written again
            }
            else if (child?.Property is not null)
                reader.Skip(); // a constant of the type, such as "type"
            else
                (extra ??= [])[name] = JsonNodes.Copy(JsonElement.ParseValue(ref reader));
        }
        return extra;
    }

    private static void Add(ref JsonObject? extra, string name, JsonObject? inner)
    {
        if (inner is not null)
            (extra ??= [])[name] = inner;
    }

    private static void WriteMembers(Utf8JsonWriter writer, Node node, T value, JsonObject? extra, JsonSerializerOptions options, bool withType)
    {
        foreach ((string name, Node child) in node.Children)
        {
            JsonNode? laidOver = null;
            if (extra?.TryGetPropertyValue(name, out laidOver) == true && (child.Property is not null || laidOver is not JsonObject))
                continue; // written below, in place of ours
            if (!withType && child.Property is { Name: "type" })
                continue;
            if (child.Property is { } property)
                WriteProperty(writer, name, property, value, options);
            else if (laidOver is not null || child.AnySet(value))
            {
                writer.WriteStartObject(name);
                WriteMembers(writer, child, value, laidOver as JsonObject, options, withType);
                writer.WriteEndObject();
            }
        }
        foreach ((string name, JsonNode? laidOver) in extra ?? [])
        {
            if (laidOver is JsonObject && node.Children.TryGetValue(name, out Node? child) && child.Property is null)
                continue; // merged above
            writer.WritePropertyName(name);
            if (laidOver is null)
                writer.WriteNullValue();
            else
                writer.WriteAsItCame(laidOver);
        }
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, JsonPropertyInfo property, T value, JsonSerializerOptions options)
    {
        object? set = property.Get!(value);
        if (!IsSet(set))
            return;
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, set, options.GetTypeInfo(property.PropertyType));
    }

    private static bool IsSet(object? value) => value is IOptional optional ? optional.IsSet : value is not null;

    /// <summary>An object on the wire, or a field in it.</summary>
    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public JsonPropertyInfo? Property { get; set; }

        public Node Child(string name) => Children.TryGetValue(name, out Node? child) ? child : Children[name] = new Node();

        public bool AnySet(T value) => Property is { } property ? IsSet(property.Get!(value)) : Children.Values.Any(child => child.AnySet(value));
    }
}
