using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

// A session of translation has no turns and no responses: what is heard comes back in another language as it goes on, until the session is closed.
// It shares session.created, session.updated and error with the other kinds.

/// <summary><c>session.input_transcript.delta</c> (translation): the next piece of what was said.</summary>
public sealed record SessionInputTranscriptDelta : ServerEvent
{
    /// <summary>The piece, in the language that was spoken.</summary>
    public required string Delta { get; init; }

    /// <summary>Where in the audio it stands; null where the service does not say.</summary>
    [JsonPropertyName("elapsed_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Elapsed { get; init; }

    private protected override string WireName => "session.input_transcript.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>session.output_transcript.delta</c> (translation): the next piece of the translation, as text.</summary>
public sealed record SessionOutputTranscriptDelta : ServerEvent
{
    /// <summary>The piece, in the language that was asked for.</summary>
    public required string Delta { get; init; }

    /// <summary>Where in the audio it stands; null where the service does not say.</summary>
    [JsonPropertyName("elapsed_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Elapsed { get; init; }

    private protected override string WireName => "session.output_transcript.delta";

    private protected override string Gist => Delta;
}

/// <summary><c>session.output_audio.delta</c> (translation): the next piece of the translation, as audio. Over WebRTC the audio comes by its own track instead.</summary>
public sealed record SessionOutputAudioDelta : ServerEvent
{
    /// <summary>The piece: samples of 16 bits, least significant byte first.</summary>
    public required AudioData Delta { get; init; }

    /// <summary>Samples a second; null where the service does not say (24000).</summary>
    public int? SampleRate { get; init; }

    /// <summary>Channels; null where the service does not say (1).</summary>
    public int? Channels { get; init; }

    /// <summary>The format; null where the service does not say (<c>pcm16</c>).</summary>
    public string? Format { get; init; }

    /// <summary>Where in the audio it stands; null where the service does not say.</summary>
    [JsonPropertyName("elapsed_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Elapsed { get; init; }

    private protected override string WireName => "session.output_audio.delta";

    private protected override string Gist => Delta.ToString();
}

/// <summary><c>session.closed</c> (translation): everything has been translated and sent. Answers <c>session.close</c>; nothing follows.</summary>
public sealed record SessionClosed : ServerEvent
{
    private protected override string WireName => "session.closed";
}
