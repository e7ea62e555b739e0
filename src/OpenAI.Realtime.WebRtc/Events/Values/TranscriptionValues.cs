using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>What a transcription is billed by.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TranscriptionUsageType>))]
public readonly record struct TranscriptionUsageType(string Value) : IOpenValue<TranscriptionUsageType>
{
    /// <summary><c>tokens</c>: the tokens that the model reads and writes.</summary>
    public static TranscriptionUsageType Tokens => new("tokens");

    /// <summary><c>duration</c>: the time that the audio takes.</summary>
    public static TranscriptionUsageType Duration => new("duration");

    /// <inheritdoc/>
    public static implicit operator TranscriptionUsageType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
