namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>error</c>: something went wrong. Most errors leave the session open; <c>session_expired</c> ends it.</summary>
public sealed record ServerError : ServerEvent
{
    /// <summary>What went wrong.</summary>
    public required ErrorDetails Error { get; init; }

    private protected override string WireName => "error";

    private protected override string Gist => $"{Error.Code ?? Error.Type}: {Error.Message}";
}

/// <summary>What went wrong.</summary>
public sealed record ErrorDetails
{
    /// <summary>The kind of error, such as <c>invalid_request_error</c> or <c>server_error</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The error's code, such as <c>session_expired</c>.</summary>
    public string? Code { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The field that is wrong.</summary>
    public string? Param { get; init; }

    /// <summary>The <see cref="ClientEvent.EventId"/> of the event that caused it.</summary>
    public string? EventId { get; init; }
}
