using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>prompt</c>: a prompt that is stored at the service. OpenAI has announced to end these on 2026-11-30.</summary>
public sealed record PromptTemplate : IHasUnknownFields
{
    /// <summary>Its id, <c>pmpt_…</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Its version. Default: not set, the current one.</summary>
    public Optional<string?> Version { get; set; }

    /// <summary>What its variables are to be. Default: not set.</summary>
    public Optional<PromptVariables?> Variables { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>variables</c>: values by name. Equal when the entries are, in whatever order.</summary>
public sealed class PromptVariables : Dictionary<string, PromptVariable?>, IEquatable<PromptVariables>
{
    /// <summary>Makes an empty one.</summary>
    public PromptVariables()
        : base(StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public bool Equals(PromptVariables? other) =>
        other is not null && other.Count == Count && this.All(entry => other.TryGetValue(entry.Key, out PromptVariable? value) && value == entry.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PromptVariables);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <summary>The names.</summary>
    public override string ToString() => string.Join(", ", Keys);
}

/// <summary>The value of a variable. Takes text.</summary>
[JsonConverter(typeof(PromptVariableConverter))]
public abstract record PromptVariable
{
    private protected PromptVariable()
    {
    }

    /// <summary>Takes text.</summary>
    public static implicit operator PromptVariable(string text) => new PromptText(text);

    /// <summary>The value as JSON, without files, long texts cut.</summary>
    public sealed override string ToString() => ShownJson.Of(JsonSerializer.SerializeToUtf8Bytes(this, EventsJson.Ga.Of<PromptVariable>()));
}

/// <summary>A text.</summary>
/// <param name="Text">The text.</param>
public sealed record PromptText(string Text) : PromptVariable, IBareText;

/// <summary><c>input_text</c>: a text.</summary>
public sealed record PromptInputText : PromptVariable, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "input_text";

    /// <summary>The text.</summary>
    public Optional<string?> Text { get; set; }

    /// <summary>That what stands before it is to be cached. Default: null, not set.</summary>
    public RawJson? PromptCacheBreakpoint { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>input_image</c>: an image, by its address or as an uploaded file.</summary>
public sealed record PromptInputImage : PromptVariable, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "input_image";

    /// <summary>Its address, which may be a <c>data:</c> one.</summary>
    public Optional<string?> ImageUrl { get; set; }

    /// <summary>The id of an uploaded file.</summary>
    public Optional<string?> FileId { get; set; }

    /// <summary>How closely the model looks at it.</summary>
    public OptionalValue<ImageDetail> Detail { get; set; }

    /// <summary>That what stands before it is to be cached. Default: null, not set.</summary>
    public RawJson? PromptCacheBreakpoint { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>input_file</c>: a file, by its id, by its address, or itself.</summary>
public sealed record PromptInputFile : PromptVariable, IHasUnknownFields
{
    /// <summary>The kind on the wire.</summary>
    public string Type { get; } = "input_file";

    /// <summary>The id of an uploaded file.</summary>
    public Optional<string?> FileId { get; set; }

    /// <summary>Its name.</summary>
    public Optional<string?> Filename { get; set; }

    /// <summary>The file, as the service wants it: a <c>data:</c> address or base64.</summary>
    public Optional<string?> FileData { get; set; }

    /// <summary>Its address.</summary>
    public Optional<string?> FileUrl { get; set; }

    /// <summary>How closely the model looks at it.</summary>
    public OptionalValue<ImageDetail> Detail { get; set; }

    /// <summary>That what stands before it is to be cached. Default: null, not set.</summary>
    public RawJson? PromptCacheBreakpoint { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>A value in a shape that this version does not know.</summary>
/// <param name="Json">All of it.</param>
public sealed record UnknownPromptVariable(RawJson Json) : PromptVariable, IKeepsJson;
