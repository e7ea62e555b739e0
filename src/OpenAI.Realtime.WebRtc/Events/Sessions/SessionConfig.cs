using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// How a session is to behave. Only what is set is sent: leave a field alone and the service keeps its own default, or what it has. Flat here, and in the beta;
/// nested on the wire of today.
/// </summary>
public abstract record SessionConfig : IHasExtraProperties
{
    private protected SessionConfig()
    {
    }

    /// <summary>The kind of session on the wire.</summary>
    public abstract string Type { get; }

    /// <summary>
    /// Any other field, in the shape of the dialect that is used. Laid over the rest, member by member: <c>{"audio":{"output":{"format":…}}}</c> adds to what is
    /// written there. Where a configuration was received, what this version does not know stands here. Default: null.
    /// </summary>
    [JsonIgnore]
    public JsonObject? ExtraProperties { get; set; }

    /// <summary>The model that is asked for; null when none is, or when the kind has no such field.</summary>
    internal virtual string? ModelName => null;

    /// <summary>Whether anything is set.</summary>
    internal abstract bool HasSettings { get; }

    /// <summary>What a call is opened with: names a model in any case, where the kind has one.</summary>
    internal virtual SessionConfig ForCall(string model) => this;

    /// <summary>What a running session is sent: the model of one cannot be changed.</summary>
    internal virtual SessionConfig ForUpdate() => this;

    /// <summary>Reads a configuration.</summary>
    /// <param name="utf8Json">A session's configuration, as UTF-8.</param>
    /// <param name="dialect">In which shape.</param>
    /// <remarks>One without a <c>type</c> is a translation's in the GA dialect, and a conversation's in the beta.</remarks>
    /// <exception cref="JsonException">It is no configuration.</exception>
    public static SessionConfig Read(ReadOnlySpan<byte> utf8Json, RealtimeDialect dialect = RealtimeDialect.Ga) =>
        EventsJson.Read(utf8Json, EventsJson.For(dialect).Of<SessionConfig>()) ?? throw new JsonException("The configuration is null.");

    /// <summary>The configuration as JSON, as UTF-8.</summary>
    /// <param name="dialect">In which shape.</param>
    public byte[] ToUtf8Json(RealtimeDialect dialect = RealtimeDialect.Ga) => JsonSerializer.SerializeToUtf8Bytes(this, EventsJson.For(dialect).Of<SessionConfig>());

    /// <summary>Whether both say the same.</summary>
    public virtual bool Equals(SessionConfig? other) =>
        other is not null && EqualityContract == other.EqualityContract && SameJson.Same(ExtraProperties, other.ExtraProperties);

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>The configuration as JSON, without credentials, long texts cut.</summary>
    public sealed override string ToString() => ShownJson.Of(ToUtf8Json());
}
