using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>What nobody knows the shape of: kept and written as it came.</summary>
internal interface IKeepsJson
{
    RawJson Json { get; }
}

/// <summary>What is a mere text on the wire, while its siblings are objects.</summary>
internal interface IBareText
{
    string Text { get; }
}

/// <summary>A family whose JSON takes several shapes: a text, objects told apart by their <c>type</c>, and whatever may come yet.</summary>
internal abstract class ShapeConverter<T> : JsonConverter<T>
    where T : class
{
    /// <summary>What a text stands for; null when it may not be one.</summary>
    protected virtual T? FromText(string text) => null;

    /// <summary>The type of an object; null for one that nobody knows.</summary>
    /// <param name="kind">Its <c>type</c>; null when it is missing.</param>
    protected abstract Type? TypeOf(string? kind);

    /// <summary>Everything else.</summary>
    protected abstract T Keep(RawJson json);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && FromText(reader.GetString()!) is { } named)
            return named;
        if (reader.TokenType == JsonTokenType.StartObject && TypeOf(Kind(reader)) is { } type)
            return (T)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(type))!;
        return Keep(JsonElement.ParseValue(ref reader));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value is IKeepsJson { Json: var json })
            JsonSerializer.Serialize(writer, json, options.Of<RawJson>());
        else if (value is IBareText { Text: var text })
            writer.WriteStringValue(text);
        else
            JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
    }

    // Unlike TypePeek this takes a type that is no string for one that nobody knows.
    private static string? Kind(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
            reader.Skip();
        }
        return null;
    }
}

internal static class RawKinds
{
    /// <summary>The <c>type</c> of an object; null where there is none.</summary>
    public static string? KindOf(this RawJson json) =>
        json.Element.ValueKind == JsonValueKind.Object && json.Element.TryGetProperty("type"u8, out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;
}

/// <summary>The kinds of turn detection.</summary>
internal sealed class TurnDetectionConverter : ShapeConverter<TurnDetection>
{
    protected override Type? TypeOf(string? kind) => kind switch
    {
        "server_vad" => typeof(ServerVad),
        "semantic_vad" => typeof(SemanticVad),
        _ => null,
    };

    protected override TurnDetection Keep(RawJson json) => new UnknownTurnDetection(json);
}

/// <summary>The kinds of tool.</summary>
internal sealed class SessionToolConverter : ShapeConverter<SessionTool>
{
    protected override Type? TypeOf(string? kind) => kind switch
    {
        "function" => typeof(FunctionDefinition),
        "mcp" => typeof(McpServer),
        _ => null,
    };

    protected override SessionTool Keep(RawJson json) => new UnknownTool(json);
}

/// <summary>A mode, or a tool.</summary>
internal sealed class ToolChoiceConverter : ShapeConverter<ToolChoice>
{
    protected override ToolChoice FromText(string text) => new ToolChoiceMode(text);

    protected override Type? TypeOf(string? kind) => kind switch
    {
        "function" => typeof(FunctionToolChoice),
        "mcp" => typeof(McpToolChoice),
        _ => null,
    };

    protected override ToolChoice Keep(RawJson json) => new UnknownToolChoice(json);
}

/// <summary><c>auto</c>, or the details.</summary>
internal sealed class TracingConverter : ShapeConverter<Tracing>
{
    protected override Tracing FromText(string text) => new TracingMode(text);

    protected override Type? TypeOf(string? kind) => typeof(TracingDetails);

    protected override Tracing Keep(RawJson json) => new UnknownTracing(json);
}

/// <summary>A mode, or a ratio.</summary>
internal sealed class TruncationConverter : ShapeConverter<Truncation>
{
    protected override Truncation FromText(string text) => new TruncationMode(text);

    protected override Type? TypeOf(string? kind) => kind == "retention_ratio" ? typeof(RetentionRatio) : null;

    protected override Truncation Keep(RawJson json) => new UnknownTruncation(json);
}

/// <summary>A rule for all tools, or rules for some.</summary>
internal sealed class McpApprovalPolicyConverter : ShapeConverter<McpApprovalPolicy>
{
    protected override McpApprovalPolicy FromText(string text) => new McpApprovalMode(text);

    protected override Type? TypeOf(string? kind) => typeof(McpApprovalRules);

    protected override McpApprovalPolicy Keep(RawJson json) => new UnknownMcpApprovalPolicy(json);
}

/// <summary>A text, or something richer.</summary>
internal sealed class PromptVariableConverter : ShapeConverter<PromptVariable>
{
    protected override PromptVariable FromText(string text) => new PromptText(text);

    protected override Type? TypeOf(string? kind) => kind switch
    {
        "input_text" => typeof(PromptInputText),
        "input_image" => typeof(PromptInputImage),
        "input_file" => typeof(PromptInputFile),
        _ => null,
    };

    protected override PromptVariable Keep(RawJson json) => new UnknownPromptVariable(json);
}
