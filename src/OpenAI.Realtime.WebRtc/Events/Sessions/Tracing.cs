using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>tracing</c>: whether the session is recorded on OpenAI's traces dashboard. Cannot be changed once it is on.</summary>
[JsonConverter(typeof(TracingConverter))]
public abstract record Tracing
{
    private protected Tracing()
    {
    }

    /// <summary><c>auto</c>: with names of the service's choice.</summary>
    public static Tracing Auto => new TracingMode("auto");
}

/// <summary>A mode: <c>auto</c>.</summary>
/// <param name="Value">The name on the wire.</param>
public sealed record TracingMode(string Value) : Tracing, IBareText
{
    string IBareText.Text => Value;

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>Names by which the trace can be found.</summary>
public sealed record TracingDetails : Tracing, IHasUnknownFields
{
    /// <summary>The workflow. Default: not set.</summary>
    public Optional<string?> WorkflowName { get; set; }

    /// <summary>What the trace belongs with. Default: not set.</summary>
    public Optional<string?> GroupId { get; set; }

    /// <summary>An object to filter by. Default: null, none.</summary>
    public RawJson? Metadata { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>Tracing in a shape that this version does not know.</summary>
/// <param name="Json">All of it.</param>
public sealed record UnknownTracing(RawJson Json) : Tracing, IKeepsJson;
