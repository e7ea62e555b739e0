using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The arguments of a call as the model wrote them: read, and held against the function's schema so far that the model gets told what is wrong.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Reads the arguments of a call and holds them against the schema of its function.</summary>
    /// <returns>Why the function cannot be run with them, in words that the model can read; null when it can.</returns>
    public static string? WhyNot(string json, JsonElement schema, out Dictionary<string, object?>? arguments) =>
        !TryRead(json, out arguments) ? "The arguments are no JSON object, so the tool was not run. Write them anew."
        : Check(arguments, schema) is { } wrong ? $"The arguments do not fit, so the tool was not run: {wrong}."
        : null;

    /// <summary>Reads an object; a call without arguments may be empty text.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out Dictionary<string, object?>? arguments)
    {
        arguments = null;
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json, ReadOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            arguments = document.RootElement.Clone().EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value, StringComparer.Ordinal);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)      // the latter for a name with half a character in it
        {
            return false;
        }
    }

    /// <summary>What of the arguments does not fit the schema: those that are missing, and those of a wrong kind; null when nothing is. Text is let through for a number or a truth value: functions read it.</summary>
    public static string? Check(IReadOnlyDictionary<string, object?> arguments, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return null;
        List<string> wrong = [];
        if (schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array)
        {
            wrong.AddRange(required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String && !arguments.ContainsKey(name.GetString()!))
                .Select(name => $"'{name.GetString()}' is missing"));
        }

        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (arguments.TryGetValue(property.Name, out object? value) && value is JsonElement given && !Fits(given, property.Value, out string expected))
                    wrong.Add($"'{property.Name}' has to be {expected}");
            }
        }

        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    private static bool Fits(JsonElement value, JsonElement schema, out string expected)
    {
        expected = "";
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out JsonElement type))
            return true;
        string[] kinds = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!],
            JsonValueKind.Array => [.. type.EnumerateArray().Where(kind => kind.ValueKind == JsonValueKind.String).Select(kind => kind.GetString()!)],
            _ => [],
        };
        expected = string.Join(" or ", kinds.Select(kind => $"of type {kind}"));
        return kinds.Length == 0 || kinds.Any(kind => IsOf(value.ValueKind, kind));
    }

    private static bool IsOf(JsonValueKind value, string kind) => kind switch
    {
        "string" => value == JsonValueKind.String,
        "number" or "integer" => value is JsonValueKind.Number or JsonValueKind.String,
        "boolean" => value is JsonValueKind.True or JsonValueKind.False or JsonValueKind.String,
        "object" => value == JsonValueKind.Object,
        "array" => value == JsonValueKind.Array,
        "null" => value == JsonValueKind.Null,
        _ => true,
    };
}
