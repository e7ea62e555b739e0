using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Live.Events;

// Commands of a WebSocket or a telephone call. Whether the data channel takes the first of them is not known.

/// <summary><c>session.output_audio.fixture.play</c>: plays a recording to the user in place of the model. Answered by <see cref="LiveOutputAudioFixturePlaying"/>, later by <see cref="LiveOutputAudioFixturePlayed"/>.</summary>
public sealed record LiveOutputAudioFixturePlay : LiveClientEvent
{
    /// <summary>Plays <paramref name="audio"/>.</summary>
    /// <param name="audio">16 bit PCM, mono, 24000 samples a second, of at most 30 s.</param>
    public LiveOutputAudioFixturePlay(AudioData audio) => Audio = audio;

    /// <inheritdoc/>
    public override string Type => "session.output_audio.fixture.play";

    /// <summary>The recording.</summary>
    public AudioData Audio { get; }

    private protected override string Gist => Audio.ToString();
}

/// <summary><c>session.input_audio.append</c>: what the user says, on a WebSocket that is a session's main connection. Over WebRTC the microphone's track takes its place.</summary>
public sealed record LiveInputAudioAppend : LiveClientEvent
{
    /// <summary>Appends <paramref name="audio"/>.</summary>
    /// <param name="audio">In the format of the session.</param>
    public LiveInputAudioAppend(AudioData audio) => Audio = audio;

    /// <inheritdoc/>
    public override string Type => "session.input_audio.append";

    /// <summary>The audio.</summary>
    public AudioData Audio { get; }

    private protected override string Gist => Audio.ToString();
}

/// <summary><c>transport.dtmf.send</c>: presses a key in a telephone call. Answered by <see cref="LiveDtmfSent"/>.</summary>
public sealed record LiveDtmfSend : LiveClientEvent
{
    /// <summary>Presses the key <paramref name="event"/>.</summary>
    /// <param name="event"><c>0</c> to <c>9</c>, <c>A</c> to <c>D</c>, <c>*</c> or <c>#</c>.</param>
    public LiveDtmfSend(string @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        Event = @event;
    }

    /// <inheritdoc/>
    public override string Type => "transport.dtmf.send";

    /// <summary>The key.</summary>
    public string Event { get; }

    private protected override string Gist => Event;
}
