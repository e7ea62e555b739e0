using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>The next piece of what one side says. Pieces carry their own blanks and are to be put together as they are; those of the two sides come in between each other.</summary>
public abstract record LiveTranscriptDelta : LiveServerEvent
{
    private protected LiveTranscriptDelta()
    {
    }

    /// <summary>The piece; may be empty.</summary>
    public required string Delta { get; init; }

    /// <summary>Where on the session's clock it begins, approximately; null where the service does not say.</summary>
    [JsonPropertyName("start_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Start { get; init; }

    /// <summary>Where it ends: the first moment that is no longer in it.</summary>
    [JsonPropertyName("end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? End { get; init; }

    private protected override string Gist => Delta;
}

/// <summary><c>session.input_transcript.delta</c>: what the user says.</summary>
public sealed record LiveInputTranscriptDelta : LiveTranscriptDelta
{
    private protected override string WireName => "session.input_transcript.delta";
}

/// <summary><c>session.output_transcript.delta</c>: what the model says.</summary>
public sealed record LiveOutputTranscriptDelta : LiveTranscriptDelta
{
    private protected override string WireName => "session.output_transcript.delta";
}
