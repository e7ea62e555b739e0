using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>What the Decisions model has before it: a message, a call or the output of one.</summary>
[JsonConverter(typeof(LiveDecisionItemConverter))]
public abstract record LiveDecisionItem : IHasUnknownFields
{
    private protected LiveDecisionItem()
    {
    }

    /// <summary>The item's id; the service gives one where you do not.</summary>
    [JsonPropertyOrder(-1)]
    public string? Id { get; init; }

    /// <summary>How far it is. Default: not set.</summary>
    public OptionalValue<LiveItemStatus> Status { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The kind on the wire; null where it is missing, as it may be from a message.</summary>
    private protected abstract string? Kind { get; }

    /// <summary>A message from the user.</summary>
    public static LiveDecisionMessage User(LiveContent content) => new() { Type = "message", Role = LiveRole.User, Content = content };

    /// <summary>A message from you.</summary>
    public static LiveDecisionMessage Developer(LiveContent content) => new() { Type = "message", Role = LiveRole.Developer, Content = content };

    /// <summary>The output of a call.</summary>
    public static LiveDecisionCallOutput FunctionOutput(string callId, LiveContent output) => new("function_call_output") { CallId = callId, Output = output };

    /// <summary>The kind and the id.</summary>
    public sealed override string ToString() => EventText.Of(Kind ?? "", Id);
}

/// <summary><c>message</c>: something that was said.</summary>
public sealed record LiveDecisionMessage : LiveDecisionItem
{
    /// <summary><c>message</c>; may be missing.</summary>
    public string? Type { get; init; }

    /// <summary>Who said it.</summary>
    public LiveRole? Role { get; init; }

    /// <summary>What was said.</summary>
    public LiveContent? Content { get; init; }

    /// <summary>What it was for, of the assistant's. Default: not set.</summary>
    public OptionalValue<LiveMessagePhase> Phase { get; init; }

    private protected override string? Kind => Type ?? "message";
}

/// <summary><c>function_call</c>, <c>custom_tool_call</c>: a call of a tool.</summary>
public sealed record LiveDecisionCall : LiveDecisionItem
{
    /// <summary>Makes one.</summary>
    /// <param name="type">The kind: <c>function_call</c> or <c>custom_tool_call</c>.</param>
    public LiveDecisionCall(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
    }

    /// <summary>The kind on the wire.</summary>
    public string Type { get; }

    /// <summary>Links the call and its output.</summary>
    public string? CallId { get; init; }

    /// <summary>The tool's name.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments, as JSON text, of a <c>function_call</c>.</summary>
    public string? Arguments { get; init; }

    /// <summary>What the tool is given, of a <c>custom_tool_call</c>.</summary>
    public string? Input { get; init; }

    /// <summary>Where the tool belongs. Default: not set.</summary>
    public Optional<string?> Namespace { get; init; }

    private protected override string Kind => Type;
}

/// <summary><c>function_call_output</c>, <c>custom_tool_call_output</c>: what a call came to.</summary>
public sealed record LiveDecisionCallOutput : LiveDecisionItem
{
    /// <summary>Makes one.</summary>
    /// <param name="type">The kind: <c>function_call_output</c> or <c>custom_tool_call_output</c>.</param>
    public LiveDecisionCallOutput(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
    }

    /// <summary>The kind on the wire.</summary>
    public string Type { get; }

    /// <summary>The call.</summary>
    public string? CallId { get; init; }

    /// <summary>What it came to: text, or parts of text and images.</summary>
    public LiveContent? Output { get; init; }

    private protected override string Kind => Type;
}

/// <summary>An item in a shape that this version does not know.</summary>
/// <param name="Json">The whole item.</param>
public sealed record UnknownLiveDecisionItem([property: JsonIgnore] RawJson Json) : LiveDecisionItem, IKeepsJson
{
    private protected override string? Kind => Json.KindOf();
}
