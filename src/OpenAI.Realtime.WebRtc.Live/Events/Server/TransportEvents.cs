namespace OpenAI.Realtime.WebRtc.Live.Events;

// Events of a telephone call, on its sideband.

/// <summary><c>transport.dtmf.received</c>: the other side has pressed a key.</summary>
public sealed record LiveDtmfReceived : LiveServerEvent
{
    /// <summary>The key: <c>0</c> to <c>9</c>, <c>A</c> to <c>D</c>, <c>*</c> or <c>#</c>.</summary>
    public required string Event { get; init; }

    private protected override string WireName => "transport.dtmf.received";

    private protected override string Gist => Event;
}

/// <summary><c>transport.dtmf.send</c>: somebody has asked for a key to be pressed, as a sideband sees it.</summary>
public sealed record LiveDtmfSending : LiveServerEvent
{
    /// <summary>The key.</summary>
    public required string Event { get; init; }

    private protected override string WireName => "transport.dtmf.send";

    private protected override string Gist => Event;
}

/// <summary><c>transport.dtmf.sent</c>: a key was pressed for the other side to hear. Answers <see cref="LiveDtmfSend"/>.</summary>
public sealed record LiveDtmfSent : LiveServerEvent
{
    /// <summary>The key.</summary>
    public required string Event { get; init; }

    private protected override string WireName => "transport.dtmf.sent";

    private protected override string Gist => Event;
}

/// <summary><c>transport.ringing</c>: the telephone at the other side rings.</summary>
public sealed record LiveTransportRinging : LiveServerEvent
{
    /// <summary>The session.</summary>
    public string? SessionId { get; init; }

    private protected override string WireName => "transport.ringing";

    private protected override string? Gist => SessionId;
}

/// <summary><c>transport.answered</c>: somebody has picked up.</summary>
public sealed record LiveTransportAnswered : LiveServerEvent
{
    /// <summary>The session.</summary>
    public string? SessionId { get; init; }

    private protected override string WireName => "transport.answered";

    private protected override string? Gist => SessionId;
}

/// <summary><c>transport.failed</c>: the call came to nothing.</summary>
public sealed record LiveTransportFailed : LiveServerEvent
{
    /// <summary>The session.</summary>
    public string? SessionId { get; init; }

    /// <summary>Why; its type is <c>call_error</c>.</summary>
    public required LiveErrorDetails Error { get; init; }

    private protected override string WireName => "transport.failed";

    private protected override string Gist => Error.ToString();
}
