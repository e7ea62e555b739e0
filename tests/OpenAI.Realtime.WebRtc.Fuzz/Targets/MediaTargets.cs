using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>WAV files, and what is read off an Opus packet before it is decoded.</summary>
internal static class MediaTargets
{
    public static IEnumerable<FuzzTarget> All() => [new("wav", ReadWav, WavSeeds), new("opus-packets", ReadOpus, OpusSeeds) { MayNotCatch = true }];

    private static void ReadWav(byte[] input)
    {
        ReadWav(new MemoryStream(input), loop: false, most: input.Length);
        ReadWav(new MemoryStream(input), loop: true, most: 100_000);
        ReadWav(new Pipe(input), loop: false, most: input.Length);
    }

    /// <summary>A file that cannot be read says so by the documented exception; one that can has no more samples than bytes.</summary>
    private static void ReadWav(Stream stream, bool loop, int most)
    {
        short[] buffer = new short[1920];
        try
        {
            using WavFileAudioSource source = new(stream) { Loop = loop };
            _ = source.Duration;
            int read, total = 0;
            while ((read = source.ReadAsync(buffer).AsTask().GetAwaiter().GetResult()) > 0 && !(loop && total > most))
            {
                total += read;
                if (!loop && total > most)
                    throw new FuzzFailureException($"{total} samples came out of {most} bytes.");
            }
        }
        catch (InvalidDataException)
        {
        }
    }

    private static void ReadOpus(byte[] input)
    {
        if (OpusPacket.TryGetDuration(input, out int samples) && samples is <= 0 or > IOpusDecoder.MaxPacketSamples)
            throw new FuzzFailureException($"A packet lasts {samples} samples.");
        OpusPacket.HasFec(input);
        OpusPacket.IsDtx(input);
    }

    private static IEnumerable<byte[]> WavSeeds()
    {
        byte[] riff = [.. "RIFF"u8, 100, 0, 0, 0, .. "WAVE"u8];
        foreach ((byte tag, byte bits) in ((byte, byte)[])[(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8), (7, 8)])
        {
            byte[] format = [.. "fmt "u8, 16, 0, 0, 0, tag, 0, 1, 0, 0x80, 0xBB, 0, 0, 0, 0, 0, 0, (byte)(bits / 8), 0, bits, 0];
            yield return [.. riff, .. format, .. "data"u8, 48, 0, 0, 0, .. new byte[48]];
        }

        byte[] extensible = [.. "fmt "u8, 40, 0, 0, 0, 0xFE, 0xFF, 2, 0, 0x80, 0xBB, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0, 22, 0, 16, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
        yield return [.. riff, .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0, .. extensible, .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[40]];
    }

    private static IEnumerable<byte[]> OpusSeeds() => [[0xF8, 0xFF, 0xFE], [0x0B, 0xC2, 0xFF, 3, 252, 1, 9, 9], [0x4A, 253, 2, 1, 1], [0x3F, 0x41, 5], [0x0C, 0xA0, 1]];

    /// <summary>A stream that cannot seek and gives out a few bytes at a time.</summary>
    private sealed class Pipe(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
