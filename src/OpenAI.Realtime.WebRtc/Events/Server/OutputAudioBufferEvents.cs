namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>output_audio_buffer.started</c> (WebRTC only): the service begins to send audio.</summary>
public sealed record OutputAudioBufferStarted : ServerEvent
{
    /// <summary>The response that is heard.</summary>
    public string? ResponseId { get; init; }

    private protected override string WireName => "output_audio_buffer.started";

    private protected override string? Gist => ResponseId;
}

/// <summary><c>output_audio_buffer.stopped</c> (WebRTC only): all audio of the response has been sent.</summary>
public sealed record OutputAudioBufferStopped : ServerEvent
{
    /// <summary>The response that was heard.</summary>
    public string? ResponseId { get; init; }

    private protected override string WireName => "output_audio_buffer.stopped";

    private protected override string? Gist => ResponseId;
}

/// <summary>
/// <c>output_audio_buffer.cleared</c> (WebRTC only): the service has dropped the audio not yet sent, because the user spoke or the client asked for it. The
/// session drops what it has queued itself at the same moment.
/// </summary>
public sealed record OutputAudioBufferCleared : ServerEvent
{
    /// <summary>The response that was cut off.</summary>
    public string? ResponseId { get; init; }

    private protected override string WireName => "output_audio_buffer.cleared";

    private protected override string? Gist => ResponseId;
}
