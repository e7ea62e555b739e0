using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>error</c>: something went wrong. One before <see cref="LiveSessionStarted"/> means that the session never starts; one after it leaves the session as it is.</summary>
public sealed record LiveError : LiveServerEvent
{
    /// <summary>What went wrong.</summary>
    public required LiveErrorDetails Error { get; init; }

    private protected override string WireName => "error";

    private protected override string Gist => Error.ToString();
}

/// <summary><c>error</c>: what went wrong.</summary>
public sealed record LiveErrorDetails : IHasUnknownFields
{
    /// <summary>The kind of error, such as <c>invalid_request_error</c>; <c>call_error</c> for a telephone call.</summary>
    public string? Type { get; init; }

    /// <summary>The error's code; null where it has none.</summary>
    public LiveErrorCode? Code { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The field that is wrong, such as <c>delegation_id</c>.</summary>
    public string? Param { get; init; }

    /// <summary>The <see cref="LiveClientEvent.EventId"/> of the command that caused it.</summary>
    public string? ClientEventId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The code, or else the kind, and the message.</summary>
    public override string ToString() => EventText.Of(Code?.Value ?? Type ?? "", Message);
}

/// <summary><c>info</c>: a remark of the service. It may come before <see cref="LiveSessionStarted"/>.</summary>
public sealed record LiveInfo : LiveServerEvent
{
    /// <summary>What it is about.</summary>
    public LiveInfoCode? Code { get; init; }

    /// <summary>The remark, for people.</summary>
    public string? Message { get; init; }

    private protected override string WireName => "info";

    private protected override string? Gist => Message ?? Code?.Value;
}
