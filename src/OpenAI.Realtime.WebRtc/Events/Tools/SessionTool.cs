using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>A tool that the model may use: a <see cref="FunctionDefinition"/> of yours, or those of an <see cref="McpServer"/>.</summary>
[JsonConverter(typeof(SessionToolConverter))]
public abstract record SessionTool : IHasUnknownFields
{
    private protected SessionTool()
    {
    }

    /// <summary>The kind on the wire; null where it is missing.</summary>
    public abstract string? Type { get; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>What <see cref="ToString"/> says beside the kind.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Takes a tool as JSON.</summary>
    public static implicit operator SessionTool(RawJson json) => new UnknownTool(json);

    /// <summary>The kind and the name; never a credential.</summary>
    public sealed override string ToString() => EventText.Of(Type ?? "", Gist);
}

/// <summary><c>function</c>: a function of your program, which the model asks to be called (<see cref="FunctionCallItem"/>).</summary>
public sealed record FunctionDefinition : SessionTool
{
    /// <inheritdoc/>
    public override string Type => "function";

    /// <summary>The function's name.</summary>
    public string? Name { get; set; }

    /// <summary>What it does and when to call it, for the model. Default: not set.</summary>
    public Optional<string?> Description { get; set; }

    /// <summary>Its parameters, as JSON Schema. Default: null, none.</summary>
    public RawJson? Parameters { get; set; }

    private protected override string? Gist => Name;
}

/// <summary>A tool of a kind that this version does not know, or one given as JSON.</summary>
/// <param name="Json">The whole tool.</param>
public sealed record UnknownTool([property: JsonIgnore] RawJson Json) : SessionTool, IKeepsJson
{
    /// <inheritdoc/>
    public override string? Type => Json.KindOf();
}
