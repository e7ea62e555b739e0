using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Changes to a piece of JSON.</summary>
internal static class JsonEdit
{
    /// <summary>The value at a place put another way.</summary>
    public static JsonElement With(JsonElement json, string pointer, JsonNode? value)
    {
        JsonNode root = ToNode(json)!;
        string[] steps = pointer.Split('/')[1..];
        JsonNode at = root;
        foreach (string step in steps[..^1])
            at = at is JsonArray array ? array[int.Parse(step, null)]! : at[step]!;
        if (at is JsonArray elements)
            elements[int.Parse(steps[^1], null)] = value;
        else
            at[steps[^1]] = value;
        return ToElement(root);
    }

    /// <summary>The value at a place.</summary>
    public static JsonElement At(JsonElement json, string pointer) =>
        pointer.Split('/')[1..].Aggregate(json, (at, step) => at.ValueKind == JsonValueKind.Array ? at[int.Parse(step, null)] : at.GetProperty(step));

    /// <summary>A member more in every object at every depth; a text in those that are maps.</summary>
    public static JsonElement WithUnknownFields(JsonElement json, IReadOnlyCollection<string> maps, string name, string value)
    {
        JsonNode root = ToNode(json)!;
        Visit(root, "");
        return ToElement(root);

        void Visit(JsonNode? node, string at)
        {
            if (node is JsonArray array)
            {
                foreach ((int index, JsonNode? element) in array.Index())
                    Visit(element, $"{at}/{index}");
            }
            else if (node is JsonObject members)
            {
                foreach ((string key, JsonNode? member) in members.ToArray())
                    Visit(member, $"{at}/{key}");
                members[name] = maps.Contains(at) ? JsonValue.Create("a text") : JsonNode.Parse(value);
            }
        }
    }

    /// <summary>The members of every object in another order.</summary>
    public static JsonElement Shuffled(JsonElement json, Random random)
    {
        return ToElement(Shuffle(json));

        JsonNode? Shuffle(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    JsonProperty[] members = [.. element.EnumerateObject()];
                    random.Shuffle(members);
                    var shuffled = new JsonObject();
                    foreach (JsonProperty member in members)
                        shuffled[member.Name] = Shuffle(member.Value);
                    return shuffled;
                case JsonValueKind.Array:
                    return new JsonArray([.. element.EnumerateArray().Select(Shuffle)]);
                default:
                    return ToNode(element);
            }
        }
    }

    /// <summary>The places of all values in a piece of JSON, outermost first, its own left out.</summary>
    public static IEnumerable<string> Places(JsonElement json, string at = "")
    {
        IEnumerable<(string Step, JsonElement Value)> inner = json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().Select(m => (m.Name, m.Value)),
            JsonValueKind.Array => json.EnumerateArray().Index().Select(e => ($"{e.Index}", e.Item)),
            _ => [],
        };
        return inner.SelectMany(i => Places(i.Value, $"{at}/{i.Step}").Prepend($"{at}/{i.Step}"));
    }

    public static JsonNode? ToNode(JsonElement json) => JsonNode.Parse(json.GetRawText());

    private static JsonElement ToElement(JsonNode? node) => JsonElement.Parse(node?.ToJsonString() ?? "null");
}
