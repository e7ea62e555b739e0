namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// <c>session.input_audio_buffer.append</c> (translation): speech to translate, as 16 bit PCM with 24000 samples a second, mono, best in pieces of 200 ms. Over WebRTC the microphone's
/// track takes its place.
/// </summary>
public sealed record SessionInputAudioBufferAppend : ClientEvent
{
    /// <summary>Appends <paramref name="audio"/>.</summary>
    public SessionInputAudioBufferAppend(AudioData audio) => Audio = audio;

    /// <inheritdoc/>
    public override string Type => "session.input_audio_buffer.append";

    /// <summary>The audio.</summary>
    public AudioData Audio { get; }

    private protected override string Gist => Audio.ToString();
}

/// <summary><c>session.close</c> (translation): translates what has been said, then ends the session. Answered by <c>session.closed</c>.</summary>
public sealed record SessionClose : ClientEvent
{
    /// <inheritdoc/>
    public override string Type => "session.close";
}
