using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// A tool of the Responses model: a function of yours (<see cref="LiveFunctionTool"/>), or one that the service runs, as JSON: <c>web_search</c>, <c>file_search</c>, <c>code_interpreter</c>,
/// <c>image_generation</c>, <c>mcp</c>, <c>custom</c>, <c>namespace</c>, <c>tool_search</c>, <c>programmatic_tool_calling</c>, <c>computer</c>, <c>apply_patch</c>, <c>shell</c>.
/// </summary>
[JsonConverter(typeof(LiveToolConverter))]
public abstract record LiveTool : IHasUnknownFields
{
    private protected LiveTool()
    {
    }

    /// <summary>The kind on the wire; null where it is missing.</summary>
    public abstract string? Type { get; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What <see cref="ToString"/> says beside the kind.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Takes a tool as JSON.</summary>
    public static implicit operator LiveTool(RawJson json) => new UnknownLiveTool(json);

    /// <summary>A tool that needs no settings, such as <c>web_search</c>.</summary>
    /// <param name="type">The kind.</param>
    public static LiveTool OfType(string type)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        return new UnknownLiveTool(RawJson.Parse($$"""{"type":"{{JsonEncodedText.Encode(type)}}"}"""));
    }

    /// <summary>The kind and the name; never a credential.</summary>
    public sealed override string ToString() => EventText.Of(Type ?? "", Gist);
}

/// <summary><c>function</c>: a function of your program, which the model asks to be called.</summary>
public sealed record LiveFunctionTool : LiveTool
{
    /// <inheritdoc/>
    public override string Type => "function";

    /// <summary>The function's name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>.</summary>
    public string? Name { get; set; }

    /// <summary>What it does and when to call it, for the model. Default: not set.</summary>
    public Optional<string?> Description { get; set; }

    /// <summary>Its parameters, as JSON Schema. Default: null, none.</summary>
    public RawJson? Parameters { get; set; }

    /// <summary>Whether its arguments keep to the schema in any case. Default: not set.</summary>
    public Optional<bool?> Strict { get; set; }

    private protected override string? Gist => Name;
}

/// <summary>A tool given as JSON, or of a kind that this version has no type for.</summary>
/// <param name="Json">The whole tool.</param>
public sealed record UnknownLiveTool([property: JsonIgnore] RawJson Json) : LiveTool, IKeepsJson
{
    /// <inheritdoc/>
    public override string? Type => Json.KindOf();
}
