using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>error</c>: something went wrong. Most errors leave the session open; <see cref="ErrorCode.SessionExpired"/> ends it.</summary>
public sealed record ServerError : ServerEvent
{
    /// <summary>What went wrong.</summary>
    public required ErrorDetails Error { get; init; }

    private protected override string WireName => "error";

    private protected override string Gist => Error.ToString();
}

/// <summary><c>error</c>: what went wrong, in an <see cref="ServerError"/>, a failed response or a failed transcription.</summary>
public sealed record ErrorDetails : IHasUnknownFields
{
    /// <summary>The kind of error.</summary>
    public ErrorType? Type { get; init; }

    /// <summary>The error's code; null where it has none.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The field that is wrong, such as <c>session.audio</c>.</summary>
    public string? Param { get; init; }

    /// <summary>The <see cref="ClientEvent.EventId"/> of the event that caused it.</summary>
    public string? EventId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The code, or else the kind, and the message.</summary>
    public override string ToString() => EventText.Of(Code?.Value ?? Type?.Value ?? "", Message);
}
