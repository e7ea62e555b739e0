using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Bytes as base64; text that is none stays text.</summary>
public sealed class AudioDataConverter : JsonConverter<AudioData>
{
    /// <inheritdoc/>
    public override AudioData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : new AudioData(reader.GetString()!);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AudioData value, JsonSerializerOptions options)
    {
        if (value.Undecoded is { } text)
            writer.WriteStringValue(text);
        else
            writer.WriteBase64StringValue(value.Bytes.Span);
    }
}
