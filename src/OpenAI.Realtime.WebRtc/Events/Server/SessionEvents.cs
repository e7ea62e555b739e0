using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>session.created</c>: the first event of a session.</summary>
public sealed record SessionCreated : ServerEvent
{
    /// <summary>The configuration in effect.</summary>
    public required SessionInfo Session { get; init; }

    private protected override string WireName => "session.created";
}

/// <summary><c>session.updated</c>: a <c>session.update</c> has taken effect.</summary>
public sealed record SessionUpdated : ServerEvent
{
    /// <summary>The configuration in effect, whole.</summary>
    public required SessionInfo Session { get; init; }

    private protected override string WireName => "session.updated";
}

/// <summary><c>conversation.created</c>: the session has a conversation. Sent by older servers.</summary>
public sealed record ConversationCreated : ServerEvent
{
    /// <summary>The conversation, as JSON.</summary>
    public required RawJson Conversation { get; init; }

    private protected override string WireName => "conversation.created";
}

/// <summary>A session's configuration as the service states it. What has no property of its own stands in <see cref="AdditionalProperties"/>.</summary>
public sealed record SessionInfo : IHasUnknownFields
{
    /// <summary>The session's id, such as <c>sess_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>realtime</c> or <c>transcription</c>; null in the beta.</summary>
    public string? Type { get; init; }

    /// <summary>The model that answers.</summary>
    public string? Model { get; init; }

    /// <summary>What the model has been told.</summary>
    public string? Instructions { get; init; }

    /// <summary>What the model answers with: <c>audio</c> or <c>text</c>.</summary>
    public OptionalList<OutputModality> OutputModalities { get; init; }

    /// <summary>When the session ends at the latest; null when the service does not say.</summary>
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Every other field.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
