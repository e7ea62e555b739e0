using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How a WAV file writes its samples: the format tag, and the bits of a sample.</summary>
internal readonly record struct WavEncoding(ushort Tag, int Bits)
{
    private const ushort Pcm = 1, Float = 3, ALaw = 6, MuLaw = 7;

    /// <summary>Bytes of a sample.</summary>
    public int Bytes => Bits / 8;

    /// <summary>Whether its samples can be read.</summary>
    public bool IsReadable => (Tag, Bits) is (Pcm, 8 or 16 or 24 or 32) or (Float, 32 or 64) or (ALaw or MuLaw, 8);

    /// <summary>What it is called, for a message.</summary>
    public override string ToString()
    {
        string name = Tag switch
        {
            Pcm => "PCM",
            2 => "Microsoft ADPCM",
            Float => "floating point",
            ALaw => "A-law",
            MuLaw => "µ-law",
            0x11 => "IMA ADPCM",
            0x31 => "GSM 6.10",
            0x55 => "MP3",
            0xFFFE => "an extensible format of its own",
            _ => "an unknown format",
        };
        return $"{name} (0x{Tag:X4}) with {Bits} bits a sample";
    }

    /// <summary>Converts whole samples, rounded to 16 bits; <paramref name="pcm"/> has room for them.</summary>
    public void ToSamples(ReadOnlySpan<byte> bytes, Span<short> pcm)
    {
        int count = bytes.Length / Bytes;
        if ((Tag, Bits) == (Pcm, 16))
        {
            PcmBytes.ToSamples(bytes, pcm);
            return;
        }

        for (int i = 0; i < count; i++)
            pcm[i] = ToSample(bytes.Slice(i * Bytes, Bytes));
    }

    private short ToSample(ReadOnlySpan<byte> sample) => (Tag, Bits) switch
    {
        (Pcm, 8) => (short)((sample[0] - 128) << 8),        // the one integer form without a sign
        (Pcm, 24) => Round((sample[0] | (sample[1] << 8) | ((sbyte)sample[2] << 16)) / 256.0),
        (Pcm, _) => Round(BinaryPrimitives.ReadInt32LittleEndian(sample) / 65_536.0),
        (Float, 32) => Round(BinaryPrimitives.ReadSingleLittleEndian(sample) * 32_768.0),
        (Float, _) => Round(BinaryPrimitives.ReadDoubleLittleEndian(sample) * 32_768.0),
        (ALaw, _) => FromALaw(sample[0]),
        _ => FromMuLaw(sample[0]),
    };

    private static short Round(double value) =>
        double.IsNaN(value) ? (short)0 : (short)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), short.MinValue, short.MaxValue);

    // ITU-T G.711, table 1: even bits are inverted; sign (1 is plus), exponent of 3 bits, mantissa of 4. Of 13 bits, here scaled to 16.
    private static short FromALaw(byte code)
    {
        int bits = code ^ 0x55;
        int exponent = (bits >> 4) & 7;
        int step = ((bits & 15) << 4) + 8;      // the middle of the interval
        int magnitude = exponent == 0 ? step : (step + 0x100) << (exponent - 1);
        return (short)((bits & 0x80) != 0 ? magnitude : -magnitude);
    }

    // ITU-T G.711, table 2: all bits are inverted; sign (1 is minus), exponent of 3 bits, mantissa of 4, a bias of 33. Of 14 bits, here scaled to 16.
    private static short FromMuLaw(byte code)
    {
        const int bias = 33 << 2;
        int bits = ~code;
        int magnitude = ((((bits & 15) << 3) + bias) << ((bits >> 4) & 7)) - bias;
        return (short)((bits & 0x80) != 0 ? -magnitude : magnitude);
    }
}
