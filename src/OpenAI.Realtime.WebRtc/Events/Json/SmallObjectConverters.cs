using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

// Small objects that have another shape too. They are read member by member: one that does not fit its property is kept as an unknown field, so these never
// make an event malformed.

/// <summary>A name, or <c>{"id"}</c>.</summary>
internal sealed class VoiceConverter : JsonConverter<Voice>
{
    public override Voice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new Voice(reader.GetString()!);
        JsonElement json = JsonElement.ParseValue(ref reader);
        return json.ValueKind == JsonValueKind.Object && json.GetPropertyCount() == 1 && json.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String
            ? Voice.Custom(id.GetString()!)
            : new Voice("") { Json = json };
    }

    public override void Write(Utf8JsonWriter writer, Voice value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
        {
            writer.WriteAsItCame(json.Element);
        }
        else if (value.IsCustom)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, value.Value);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStringValue(value.Value ?? "");
        }
    }
}

/// <summary>A number, <c>inf</c>, or null.</summary>
internal sealed class OutputLimitConverter : JsonConverter<OutputLimit>
{
    public override bool HandleNull => true;

    public override OutputLimit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return (int?)null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int tokens))
            return tokens;
        return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("inf"u8)
            ? OutputLimit.Unlimited
            : new OutputLimit(null, isUnlimited: false, JsonElement.ParseValue(ref reader));
    }

    public override void Write(Utf8JsonWriter writer, OutputLimit value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
            writer.WriteAsItCame(json.Element);
        else if (value.IsUnlimited)
            writer.WriteStringValue("inf"u8);
        else if (value.Tokens is { } tokens)
            writer.WriteNumberValue(tokens);
        else
            writer.WriteNullValue();
    }
}

/// <summary>An object with <c>type</c> and <c>rate</c>; in the beta a name, which some replies of today have too.</summary>
internal sealed class AudioEncodingConverter(RealtimeDialect dialect) : JsonConverter<AudioEncoding>
{
    private static readonly (string Ga, string Beta)[] Names = [("audio/pcm", "pcm16"), ("audio/pcmu", "g711_ulaw"), ("audio/pcma", "g711_alaw")];

    private bool IsBeta => dialect == RealtimeDialect.Beta;

    public override AudioEncoding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            string name = reader.GetString()!;
            string known = IsBeta ? Names.FirstOrDefault(names => names.Beta == name).Ga ?? name : name;
            return new AudioEncoding
            {
                Type = known,
                Rate = IsBeta && known == "audio/pcm" ? 24000 : default(Optional<int?>),
                IsName = IsBeta ? null : true,
            };
        }
        JsonElement json = JsonElement.ParseValue(ref reader);
        if (json.ValueKind != JsonValueKind.Object)
            return new AudioEncoding { Json = json };
        var encoding = new AudioEncoding { IsName = IsBeta ? false : null };
        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (member.NameEquals("type"u8) && member.Value.ValueKind == JsonValueKind.String)
                encoding.Type = member.Value.GetString()!;
            else if (member.NameEquals("rate"u8) && member.Value.ValueKind == JsonValueKind.Null)
                encoding.Rate = null;
            else if (member.NameEquals("rate"u8) && member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out int rate))
                encoding.Rate = rate;
            else
                (encoding.AdditionalProperties ??= [])[member.Name] = member.Value;
        }
        return encoding;
    }

    public override void Write(Utf8JsonWriter writer, AudioEncoding value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
        {
            writer.WriteAsItCame(json.Element);
            return;
        }
        if (value.IsName ?? IsBeta)
        {
            string name = value.Type?.Value ?? "";
            writer.WriteStringValue(IsBeta ? Names.FirstOrDefault(names => names.Ga == name).Beta ?? name : name);
            return;
        }
        writer.WriteStartObject();
        if (value.Type is { } type)
            writer.WriteString("type"u8, type.Value);
        if (value.Rate.Value is { } rate)
            writer.WriteNumber("rate"u8, rate);
        else if (value.Rate.IsSet)
            writer.WriteNull("rate"u8);
        Members.Write(writer, value.AdditionalProperties);
        writer.WriteEndObject();
    }
}

/// <summary>A list of names, or an object with <c>tool_names</c> and <c>read_only</c>.</summary>
internal sealed class McpToolSelectionConverter : JsonConverter<McpToolSelection>
{
    public override McpToolSelection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement json = JsonElement.ParseValue(ref reader);
        if (Texts(json) is { } names)
            return new McpToolSelection { ToolNames = names, IsList = true };
        if (json.ValueKind != JsonValueKind.Object)
            return new McpToolSelection { Json = json };
        var selection = new McpToolSelection();
        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (member.NameEquals("tool_names"u8) && (member.Value.ValueKind == JsonValueKind.Null || Texts(member.Value) is not null))
                selection.ToolNames = Texts(member.Value);
            else if (member.NameEquals("read_only"u8) && member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
                selection.ReadOnly = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value.GetBoolean();
            else
                (selection.AdditionalProperties ??= [])[member.Name] = member.Value;
        }
        return selection;
    }

    public override void Write(Utf8JsonWriter writer, McpToolSelection value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
        {
            writer.WriteAsItCame(json.Element);
            return;
        }
        if (value.IsList)
        {
            Write(writer, value.ToolNames);
            return;
        }
        writer.WriteStartObject();
        if (value.ToolNames.IsSet)
        {
            writer.WritePropertyName("tool_names"u8);
            Write(writer, value.ToolNames);
        }
        if (value.ReadOnly.Value is { } readOnly)
            writer.WriteBoolean("read_only"u8, readOnly);
        else if (value.ReadOnly.IsSet)
            writer.WriteNull("read_only"u8);
        Members.Write(writer, value.AdditionalProperties);
        writer.WriteEndObject();
    }

    private static string[]? Texts(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? [.. json.EnumerateArray().Select(name => name.GetString()!)]
            : null;

    private static void Write(Utf8JsonWriter writer, OptionalList<string> names)
    {
        if (names.IsNull)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartArray();
        foreach (string name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}

file static class Members
{
    public static void Write(Utf8JsonWriter writer, UnknownFields? fields)
    {
        foreach ((string name, JsonElement value) in fields ?? [])
        {
            writer.WritePropertyName(name);
            writer.WriteAsItCame(value);
        }
    }
}
