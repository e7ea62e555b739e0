using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>Encoded audio inside an event; base64 on the wire, bytes here. Equal when the bytes are.</summary>
[JsonConverter(typeof(AudioDataConverter))]
public readonly struct AudioData : IEquatable<AudioData>
{
    /// <summary>Takes audio; not copied, so leave it alone afterwards.</summary>
    public AudioData(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>Takes text that should have been base64.</summary>
    internal AudioData(string undecoded) => Undecoded = undecoded;

    /// <summary>The audio, in the format of the session.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The text that came where it is no base64; otherwise null. It is written again as it came.</summary>
    public string? Undecoded { get; }

    /// <summary>Takes audio; not copied.</summary>
    public static implicit operator AudioData(byte[] bytes) => new(bytes);

    /// <summary>Takes audio; not copied.</summary>
    public static implicit operator AudioData(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <inheritdoc/>
    public bool Equals(AudioData other) => Undecoded == other.Undecoded && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AudioData other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        hash.Add(Undecoded);
        return hash.ToHashCode();
    }

    /// <summary>Whether both hold the same bytes.</summary>
    public static bool operator ==(AudioData left, AudioData right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(AudioData left, AudioData right) => !left.Equals(right);

    /// <summary>How much it is; never the audio.</summary>
    public override string ToString() => Undecoded is null ? $"{Bytes.Length} bytes of audio" : "no base64";
}
