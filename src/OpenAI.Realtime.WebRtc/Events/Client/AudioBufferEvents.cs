namespace OpenAI.Realtime.WebRtc.Events;

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
