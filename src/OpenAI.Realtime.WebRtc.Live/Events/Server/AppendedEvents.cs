using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>A text was taken up into the session; whether anything is said because of it is another matter.</summary>
public abstract record LiveAppended : LiveServerEvent
{
    private protected LiveAppended()
    {
    }

    /// <summary>Where on the clock of the input audio it begins; null where the service does not say.</summary>
    [JsonPropertyName("start_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Start { get; init; }

    /// <summary>Where it ends.</summary>
    [JsonPropertyName("end_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? End { get; init; }

    private protected override string? Gist => Start is { } start ? EventText.Of(start) : null;
}

/// <summary><c>session.instructions.appended</c>: answers <see cref="LiveInstructionsAppend"/>.</summary>
public sealed record LiveInstructionsAppended : LiveAppended
{
    private protected override string WireName => "session.instructions.appended";
}

/// <summary><c>session.thinking.appended</c>: answers <see cref="LiveThinkingAppend"/>.</summary>
public sealed record LiveThinkingAppended : LiveAppended
{
    private protected override string WireName => "session.thinking.appended";
}

/// <summary><c>session.commentary.appended</c>: answers <see cref="LiveCommentaryAppend"/>.</summary>
public sealed record LiveCommentaryAppended : LiveAppended
{
    private protected override string WireName => "session.commentary.appended";
}
