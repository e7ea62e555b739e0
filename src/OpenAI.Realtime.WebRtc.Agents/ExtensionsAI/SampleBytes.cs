using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The bytes of a message as samples and back: 16-bit PCM, little-endian and mono, or G.711.</summary>
internal sealed class SampleBytes
{
    private const int G711Rate = 8_000;

    private readonly string _mediaType;
    private byte? _half; // of a sample whose other half is in the next message

    /// <exception cref="NotSupportedException">The format is neither PCM nor G.711.</exception>
    public SampleBytes(RealtimeAudioFormat? format)
    {
        _mediaType = format?.MediaType ?? "audio/pcm";
        Format = new AudioFormat(_mediaType switch
        {
            "audio/pcm" => format?.SampleRate ?? SessionMapping.SampleRate,
            "audio/pcmu" or "audio/pcma" => G711Rate,
            _ => throw new NotSupportedException($"Sound in messages is audio/pcm, audio/pcmu or audio/pcma; not {_mediaType}."),
        }, 1);
    }

    public AudioFormat Format { get; }

    /// <exception cref="NotSupportedException">The content is of another format.</exception>
    public short[] Read(DataContent content)
    {
        string[] type = content.MediaType.Split(';', StringSplitOptions.TrimEntries);
        string? rate = Array.Find(type, part => part.StartsWith("rate=", StringComparison.OrdinalIgnoreCase))?[5..];
        if (!type[0].Equals(_mediaType, StringComparison.OrdinalIgnoreCase)
            || (rate is not null && rate != Format.SampleRate.ToString(CultureInfo.InvariantCulture)))
            throw new NotSupportedException($"The session's InputAudioFormat is {_mediaType} at {Format.SampleRate} Hz; what was appended is {content.MediaType}.");
        ReadOnlySpan<byte> bytes = content.Data.Span;
        return _mediaType switch
        {
            "audio/pcmu" => [.. bytes.ToArray().Select(G711.FromMuLaw)],
            "audio/pcma" => [.. bytes.ToArray().Select(G711.FromALaw)],
            _ => ReadPcm(bytes),
        };
    }

    public byte[] Write(ReadOnlySpan<short> samples)
    {
        if (_mediaType == "audio/pcmu")
            return [.. samples.ToArray().Select(G711.ToMuLaw)];
        if (_mediaType == "audio/pcma")
            return [.. samples.ToArray().Select(G711.ToALaw)];
        byte[] bytes = new byte[samples.Length * 2];
        for (int i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * 2), samples[i]);
        return bytes;
    }

    private short[] ReadPcm(ReadOnlySpan<byte> bytes)
    {
        int kept = _half is null ? 0 : 1;
        short[] samples = new short[(kept + bytes.Length) / 2];
        int next = 0;
        if (_half is { } half && bytes.Length > 0)
        {
            samples[next++] = (short)(half | (bytes[0] << 8));
            bytes = bytes[1..];
            _half = null;
        }

        for (; bytes.Length >= 2; bytes = bytes[2..])
            samples[next++] = BinaryPrimitives.ReadInt16LittleEndian(bytes);
        if (bytes.Length == 1)
            _half = bytes[0];
        return samples;
    }
}

/// <summary>ITU-T G.711.</summary>
internal static class G711
{
    private const int Bias = 0x84, Clip = 32_635;

    public static short FromMuLaw(byte code)
    {
        int u = ~code & 0xFF;
        int magnitude = ((((u & 0x0F) << 3) + Bias) << ((u >> 4) & 7)) - Bias;
        return (short)((u & 0x80) != 0 ? -magnitude : magnitude);
    }

    public static byte ToMuLaw(short sample)
    {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.Min(Math.Abs((int)sample), Clip) + Bias;
        int exponent = 7 - Math.Max(0, System.Numerics.BitOperations.LeadingZeroCount((uint)magnitude) - 17);
        return (byte)~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F));
    }

    public static short FromALaw(byte code)
    {
        int a = code ^ 0x55;
        int exponent = (a >> 4) & 7, mantissa = ((a & 0x0F) << 4) + 8;
        int magnitude = exponent == 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
        return (short)((a & 0x80) != 0 ? magnitude : -magnitude);
    }

    public static byte ToALaw(short sample)
    {
        int sign = sample >= 0 ? 0x80 : 0;
        int magnitude = (sample >= 0 ? sample : ~sample) >> 3; // 12 bits
        int exponent = Math.Max(0, 27 - System.Numerics.BitOperations.LeadingZeroCount((uint)magnitude));
        return (byte)((sign | (exponent << 4) | ((magnitude >> Math.Max(1, exponent)) & 0x0F)) ^ 0x55);
    }
}
