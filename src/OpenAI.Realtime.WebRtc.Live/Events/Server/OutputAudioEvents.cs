using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

// Events of a WebSocket. Over WebRTC the audio comes by its own track; whether recordings can be played over the data channel is not known.

/// <summary><c>session.output_audio.fixture.playing</c>: the recording of a <see cref="LiveOutputAudioFixturePlay"/> has begun. Texts are refused until it ends.</summary>
public sealed record LiveOutputAudioFixturePlaying : LiveServerEvent
{
    private protected override string WireName => "session.output_audio.fixture.playing";
}

/// <summary><c>session.output_audio.fixture.played</c>: the recording has ended.</summary>
public sealed record LiveOutputAudioFixturePlayed : LiveServerEvent
{
    private protected override string WireName => "session.output_audio.fixture.played";
}

/// <summary><c>session.output_audio.delta</c>: what the model says, as audio. On a WebSocket alone; it has no id.</summary>
public sealed record LiveOutputAudioDelta : LiveServerEvent
{
    /// <summary>The piece: 16 bit PCM, mono, 24000 samples a second on a sideband.</summary>
    public required AudioData Delta { get; init; }

    /// <summary>Where on the session's clock it begins; null where the service does not say.</summary>
    [JsonPropertyName("start_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Start { get; init; }

    /// <summary>Where it ends.</summary>
    [JsonPropertyName("end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? End { get; init; }

    private protected override string WireName => "session.output_audio.delta";

    private protected override string Gist => Delta.ToString();
}

/// <summary><c>session.input_audio.append</c>: what the user says, as a sideband hears it. It has no id.</summary>
public sealed record LiveInputAudioHeard : LiveServerEvent
{
    /// <summary>The piece: 16 bit PCM, mono, 24000 samples a second.</summary>
    public required AudioData Audio { get; init; }

    private protected override string WireName => "session.input_audio.append";

    private protected override string Gist => Audio.ToString();
}
