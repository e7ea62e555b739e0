using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events.Json;

/// <summary>The kinds of delegation.</summary>
internal sealed class LiveDelegationConfigConverter : ShapeConverter<LiveDelegationConfig>
{
    protected override Type? TypeOf(string? kind) => kind switch
    {
        "client" => typeof(LiveClientDelegation),
        "responses" => typeof(LiveResponsesDelegation),
        "decisions" => typeof(LiveDecisionsDelegation),
        _ => null,
    };

    protected override LiveDelegationConfig Keep(RawJson json) => new UnknownLiveDelegation(json);
}

/// <summary>The kinds of tool.</summary>
internal sealed class LiveToolConverter : ShapeConverter<LiveTool>
{
    protected override Type? TypeOf(string? kind) => kind == "function" ? typeof(LiveFunctionTool) : null;

    protected override LiveTool Keep(RawJson json) => new UnknownLiveTool(json);
}

/// <summary>A mode, a tool, or several.</summary>
internal sealed class LiveToolChoiceConverter : ShapeConverter<LiveToolChoice>
{
    protected override LiveToolChoice FromText(string text) => new LiveToolChoiceMode(text);

    protected override Type? TypeOf(string? kind) => kind switch
    {
        null or "" => null,     // missing, or no string
        "allowed_tools" => typeof(LiveAllowedTools),
        _ => typeof(LiveNamedToolChoice),
    };

    protected override LiveToolChoice Keep(RawJson json) => new UnknownLiveToolChoice(json);
}

/// <summary>What the Decisions model has before it. A message may come without its type.</summary>
internal sealed class LiveDecisionItemConverter : ShapeConverter<LiveDecisionItem>
{
    protected override Type? TypeOf(string? kind) => kind switch
    {
        null or "message" => typeof(LiveDecisionMessage),
        "function_call" or "custom_tool_call" => typeof(LiveDecisionCall),
        "function_call_output" or "custom_tool_call_output" => typeof(LiveDecisionCallOutput),
        _ => null,
    };

    protected override LiveDecisionItem Keep(RawJson json) => new UnknownLiveDecisionItem(json);
}

/// <summary>A name, or <c>{"id"}</c>.</summary>
internal sealed class LiveVoiceConverter : JsonConverter<LiveVoice>
{
    public override LiveVoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new LiveVoice(reader.GetString()!);
        JsonElement json = JsonElement.ParseValue(ref reader);
        return json.ValueKind == JsonValueKind.Object && json.GetPropertyCount() == 1 && json.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String
            ? new LiveVoice(id.GetString()!) { IsCustom = true }
            : new LiveVoice("") { Json = json };
    }

    public override void Write(Utf8JsonWriter writer, LiveVoice value, JsonSerializerOptions options)
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

/// <summary>A text, or parts.</summary>
internal sealed class LiveContentConverter : JsonConverter<LiveContent>
{
    private static readonly OptionalListConverter<LiveContentPart> Parts = new();

    public override LiveContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new LiveContent(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray || !ListItems.AreAll(reader, JsonTokenType.StartObject))
            return new LiveContent((RawJson)JsonElement.ParseValue(ref reader));
        Utf8JsonReader again = reader;
        OptionalList<LiveContentPart> parts = Parts.Read(ref reader, typeof(OptionalList<LiveContentPart>), options);
        ExplicitNulls.Note(ref again, parts, options);
        return new LiveContent(parts.AsSpan());
    }

    public override void Write(Utf8JsonWriter writer, LiveContent value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
            writer.WriteAsItCame(json.Element);
        else if (value.Text is { } text)
            writer.WriteStringValue(text);
        else
            Parts.Write(writer, value.Parts.IsSet ? value.Parts : [], options);
    }
}

/// <summary><c>"all"</c>, or names.</summary>
internal sealed class LiveAllowedClientEventsConverter : JsonConverter<LiveAllowedClientEvents>
{
    private static readonly OptionalListConverter<string> Names = new();

    public override LiveAllowedClientEvents Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray && ListItems.AreAll(reader, JsonTokenType.String)
            ? new LiveAllowedClientEvents(Names.Read(ref reader, typeof(OptionalList<string>), options).AsSpan())
            : new LiveAllowedClientEvents((RawJson)JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, LiveAllowedClientEvents value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
            writer.WriteAsItCame(json.Element);
        else
            Names.Write(writer, value.Types, options);
    }
}

/// <summary><c>"all"</c>, or objects that name events.</summary>
internal sealed class LiveAllowedServerEventsConverter : JsonConverter<LiveAllowedServerEvents>
{
    private static readonly OptionalListConverter<LiveServerEventSelector> Selectors = new();

    public override LiveAllowedServerEvents Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !ListItems.AreAll(reader, JsonTokenType.StartObject))
            return new LiveAllowedServerEvents((RawJson)JsonElement.ParseValue(ref reader));
        Utf8JsonReader again = reader;
        OptionalList<LiveServerEventSelector> events = Selectors.Read(ref reader, typeof(OptionalList<LiveServerEventSelector>), options);
        ExplicitNulls.Note(ref again, events, options);
        return new LiveAllowedServerEvents(events.AsSpan());
    }

    public override void Write(Utf8JsonWriter writer, LiveAllowedServerEvents value, JsonSerializerOptions options)
    {
        if (value.Json is { } json)
            writer.WriteAsItCame(json.Element);
        else
            Selectors.Write(writer, value.Events, options);
    }
}

file static class ListItems
{
    /// <summary>Whether every element of a list begins so. Reads a copy: the reader stays at the bracket.</summary>
    public static bool AreAll(Utf8JsonReader reader, JsonTokenType first)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != first)
                return false;
            reader.Skip();
        }
        return true;
    }
}
