using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>session</c>: a session as the service states it. What is in effect stands in <see cref="Config"/>, with all that this version does not know.</summary>
public sealed record SessionInfo
{
    /// <summary>The session's id, such as <c>sess_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>object</c>: <c>realtime.session</c> or <c>realtime.transcription_session</c>, where the service says so.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; init; }

    /// <summary>When the session ends at the latest; null when the service does not say (it writes 0).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The configuration in effect.</summary>
    public required SessionConfig Config { get; init; }

    /// <summary>The kind of session: <c>realtime</c>, <c>transcription</c>, <c>translation</c>.</summary>
    public string Type => Config.Type;

    /// <summary>The model; null when the kind of session has none, or none was said.</summary>
    [JsonIgnore]
    public string? Model => Config switch
    {
        RealtimeSessionConfig realtime => realtime.Model.Value?.Value,
        TranslationSessionConfig translation => translation.Model.Value?.Value,
        _ => null,
    };

    /// <summary>Whether there was a <c>type</c>; null for as usual in the dialect.</summary>
    internal bool? HasType { get; init; }

    /// <summary>What of the fields above came as something else, such as an expiry of 0; written again as it came.</summary>
    internal UnknownFields? Unread { get; init; }

    /// <summary>The kind and the id.</summary>
    public override string ToString() => EventText.Of(Type, Id);
}
