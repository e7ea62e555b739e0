namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>response.create</c>: asks the model to answer. One response at a time may run in the conversation.</summary>
public sealed record ResponseCreate : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "response.create";

    /// <summary>What holds for this response alone. Default: null, the session's configuration.</summary>
    public ResponseParameters? Response { get; set; }

    private protected override string? Gist => Response?.Instructions.Value;
}

/// <summary><c>response.cancel</c>: stops the response that is running. Clear the output buffer too, if its audio is to stop at once.</summary>
public sealed record ResponseCancel : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "response.cancel";

    /// <summary>The response to stop. Default: the one running in the conversation.</summary>
    public string? ResponseId { get; init; }
}
