namespace OpenAI.Realtime.WebRtc.Events.Json;

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
