namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>input_audio_buffer.append</c>: audio of the user, in the session's input format, at most 15 MiB. Not acknowledged. Over WebRTC the microphone's track takes its place;
/// whether the service accepts the event there is not verified.
/// </summary>
public sealed record InputAudioBufferAppend : ClientEvent
{
    /// <summary>Appends <paramref name="audio"/>.</summary>
    public InputAudioBufferAppend(AudioData audio) => Audio = audio;

    /// <inheritdoc/>
    public override string Type => "input_audio_buffer.append";

    /// <summary>The audio.</summary>
    public AudioData Audio { get; }

    private protected override string Gist => Audio.ToString();
}

/// <summary><c>output_audio_buffer.clear</c> (WebRTC only): drops the audio that has not been sent yet. Answered by <see cref="OutputAudioBufferCleared"/>.</summary>
public sealed record OutputAudioBufferClear : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "output_audio_buffer.clear";
}

/// <summary><c>input_audio_buffer.commit</c>: makes an item of what has been heard; for sessions without turn detection.</summary>
public sealed record InputAudioBufferCommit : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "input_audio_buffer.commit";
}

/// <summary><c>input_audio_buffer.clear</c>: drops what has been heard and not committed.</summary>
public sealed record InputAudioBufferClear : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "input_audio_buffer.clear";
}
