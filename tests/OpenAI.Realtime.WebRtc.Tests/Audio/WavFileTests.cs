using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class WavFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.wav");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(24_000, 1)]
    [InlineData(44_100, 2)]
    public async Task What_was_written_is_read_back(int rate, int channels)
    {
        short[] pcm = Spectrum.Tone(440, rate, rate * channels);
        using (var sink = new WavFileAudioSink(_path, new(rate, channels)))
        {
            foreach (short[] part in pcm.Chunk(882))
                await sink.WriteAsync(part);
            Assert.Equal(TimeSpan.FromSeconds(1), sink.Duration);
        }

        using var source = new WavFileAudioSource(_path);
        Assert.Equal(new AudioFormat(rate, channels), source.Format);
        Assert.Equal(TimeSpan.FromSeconds(1), source.Duration);
        Assert.Equal(pcm, await ReadAll(source));
        Assert.Equal(0, await source.ReadAsync(new short[100]));
    }

    [Fact]
    public async Task The_file_is_valid_when_the_program_dies()
    {
        using var sink = new WavFileAudioSink(_path);
        for (int i = 0; i < 275; i++)
            await sink.WriteAsync(new short[480]);      // 5.5 s, never closed
        byte[] file = ReadShared(_path);
        Assert.Equal(44 + (275 * 960), file.Length);
        uint data = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(40));
        Assert.Equal(5u * 48_000, data);
        Assert.Equal(36 + data, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)));
        sink.Flush();
        Assert.Equal(275u * 960, BinaryPrimitives.ReadUInt32LittleEndian(ReadShared(_path).AsSpan(40)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(1_000_000u)]
    public async Task A_data_size_that_is_unknown_or_too_large_is_read_to_the_end(uint size)
    {
        byte[] file = Wav(Format(1, 1, 24_000, 16), Chunk("data", new byte[200], size));
        Assert.Equal(100, (await ReadAll(new WavFileAudioSource(new MemoryStream(file)))).Length);
    }

    [Fact]
    public async Task Other_chunks_padding_and_the_extensible_form_are_understood()
    {
        byte[] extensible = new byte[40];
        Format(0xFFFE, 2, 48_000, 16).AsSpan(8, 16).CopyTo(extensible);
        extensible[16] = 22;
        SubFormat(1).CopyTo(extensible, 24);
        byte[] file = Wav(Chunk("LIST", [1, 2, 3]), Chunk("fmt ", extensible), Chunk("fact", new byte[4]), Chunk("data", [1, 0, 2, 0, 3, 0, 4, 0]), Chunk("LIST", [9]));
        var source = new WavFileAudioSource(new MemoryStream(file));
        Assert.Equal(new AudioFormat(48_000, 2), source.Format);
        Assert.Equal(new short[] { 1, 2, 3, 4 }, await ReadAll(source));
    }

    // Expected by hand: the form's smallest, largest and middle values, and codes of ITU-T G.711.
    public static TheoryData<string, ushort, ushort, byte[], short[]> Encodings => new()
    {
        { "unsigned 8 bits", 1, 8, [0, 1, 127, 128, 129, 255], [-32_768, -32_512, -256, 0, 256, 32_512] },
        { "16 bits", 1, 16, [0x00, 0x80, 0xFF, 0xFF, 0x01, 0x00, 0xFF, 0x7F], [-32_768, -1, 1, 32_767] },
        { "24 bits", 1, 24, [0, 0, 0x80, 0, 0xFF, 0xFF, 0, 1, 0, 0x7F, 0, 0, 0x80, 0, 0, 0xFF, 0xFF, 0x7F], [-32_768, -1, 1, 0, 1, 32_767] },
        { "32 bits", 1, 32, [0, 0, 0, 0x80, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0xFF, 0x7F, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F], [-32_768, -1, 1, 0, 32_767] },
        { "floats", 3, 32, Floats(-1f, -0.5f, 0f, 0.25f, 1f, 7f, -7f, float.NaN, float.NegativeInfinity), [-32_768, -16_384, 0, 8_192, 32_767, 32_767, -32_768, 0, -32_768] },
        { "doubles", 3, 64, Doubles(-1, 0.5, 1e300, double.NaN, double.PositiveInfinity), [-32_768, 16_384, 32_767, 0, 32_767] },
        { "A-law", 6, 8, [0x00, 0x2A, 0x55, 0x80, 0xAA, 0xD4, 0xD5], [-5_504, -32_256, -8, 5_504, 32_256, 24, 8] },
        { "µ-law", 7, 8, [0x00, 0x01, 0x7F, 0x80, 0x8F, 0xEF, 0xF0, 0xFF], [-32_124, -31_100, 0, 32_124, 16_764, 132, 120, 0] },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Samples_of_every_form_are_read_plain_and_extensible(string form, ushort tag, ushort bits, byte[] data, short[] expected)
    {
        byte[] extensible = [.. Format(0xFFFE, 1, 8_000, bits)[8..], 22, 0, (byte)bits, 0, 4, 0, 0, 0, .. SubFormat(tag)];
        foreach (byte[] format in new[] { Format(tag, 1, 8_000, bits), Chunk("fmt ", extensible) })
        {
            var source = new WavFileAudioSource(new MemoryStream(Wav(format, Chunk("data", data))));
            Assert.Equal(TimeSpan.FromSeconds(expected.Length / 8_000.0), source.Duration);
            short[] read = await ReadAll(source);
            Assert.True(expected.SequenceEqual(read), $"{form}: {string.Join(' ', read)}");
        }
    }

    [Fact]
    public async Task A_frame_that_lies_across_two_reads_is_read_whole()
    {
        // Six bytes a frame divide no power of two: frames lie across the ends of the buffer.
        byte[] data = [.. Enumerable.Range(0, 20_000).SelectMany(i => new byte[] { 0, (byte)i, (byte)(i >> 8) })];
        var source = new WavFileAudioSource(new Pipe(Wav(Format(1, 2, 48_000, 24), Chunk("data", data))));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (short)i), await ReadAll(source));
    }

    [Theory]
    [InlineData(null)]
    [InlineData((byte)0)]
    [InlineData((byte)0x20)]
    public async Task An_odd_chunk_hides_nothing_whatever_its_padding(byte? padding)
    {
        byte[] odd = [.. Chunk("LIST", [1, 2, 3])[..^1]];
        foreach (string before in new[] { "format", "data" })
        {
            byte[] format = Format(1, 1, 24_000, 16), data = Chunk("data", [1, 0, 2, 0]);
            byte[] list = padding is { } pad ? [.. odd, pad] : odd;
            byte[] file = before == "format" ? Wav(list, format, data) : Wav(format, list, data);
            Assert.Equal(new short[] { 1, 2 }, await ReadAll(new WavFileAudioSource(new MemoryStream(file))));
            Assert.Equal(new short[] { 1, 2 }, await ReadAll(new WavFileAudioSource(new Pipe(file))));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x7FFF_F000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public async Task A_pipes_placeholder_for_the_size_is_read_to_the_end_and_is_no_duration(uint size)
    {
        var source = new WavFileAudioSource(new Pipe(Wav(Format(1, 1, 24_000, 16), Chunk("data", new byte[200], size))));
        Assert.Null(source.Duration);
        Assert.Equal(100, (await ReadAll(source)).Length);
    }

    [Fact]
    public void A_file_shorter_than_its_header_says_lasts_as_long_as_there_is_data()
    {
        byte[] file = Wav(Format(1, 1, 24_000, 16), Chunk("data", new byte[48_000], 0x7FFF_F000));
        Assert.Equal(TimeSpan.FromSeconds(1), new WavFileAudioSource(new MemoryStream(file)).Duration);
    }

    [Fact]
    public void Frames_of_another_size_than_their_samples_are_refused()
    {
        byte[] format = Format(1, 1, 48_000, 24);
        format[8 + 12] = 4;     // 24 bits in four bytes
        Assert.Contains("frames of 4 bytes", Assert.Throws<InvalidDataException>(
            () => new WavFileAudioSource(new MemoryStream(Wav(format, Chunk("data", new byte[8]))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_looping_file_begins_again()
    {
        byte[] file = Wav(Format(1, 1, 24_000, 16), Chunk("data", [1, 0, 2, 0, 3, 0]));
        var source = new WavFileAudioSource(new MemoryStream(file)) { Loop = true };
        var heard = new List<short>();
        var buffer = new short[4];
        while (heard.Count < 9)
            heard.AddRange(buffer.AsSpan(0, await source.ReadAsync(buffer)));
        Assert.Equal(new short[] { 1, 2, 3, 1, 2, 3, 1, 2, 3 }, heard.Take(9));
    }

    [Theory]
    [InlineData(1, 1, 24_000, 12, "12 bits")]
    [InlineData(3, 1, 24_000, 16, "floating point (0x0003) with 16 bits")]
    [InlineData(2, 1, 24_000, 4, "Microsoft ADPCM (0x0002)")]
    [InlineData(0x55, 1, 24_000, 0, "MP3 (0x0055)")]
    [InlineData(0xFFFE, 1, 24_000, 16, "extensible")]
    [InlineData(0x1234, 1, 24_000, 16, "unknown format (0x1234)")]
    [InlineData(1, 6, 48_000, 16, "6 channels")]
    [InlineData(1, 1, 4_000, 16, "4000 Hz")]
    public void What_cannot_be_read_is_refused_with_the_reason(ushort tag, ushort channels, uint rate, ushort bits, string reason)
    {
        byte[] file = Wav(Format(tag, channels, rate, bits), Chunk("data", new byte[8]));
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => new WavFileAudioSource(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_wav_file_is_refused_and_closed()
    {
        File.WriteAllText(_path, "This is not audio, whatever its name says.");
        Assert.Contains("RIFF", Assert.Throws<InvalidDataException>(() => new WavFileAudioSource(_path)).Message, StringComparison.Ordinal);
        File.Delete(_path);
        Assert.Throws<InvalidDataException>(() => new WavFileAudioSource(new MemoryStream(Wav(Chunk("data", new byte[4])))));
        Assert.Throws<InvalidDataException>(() => new WavFileAudioSource(new MemoryStream(Wav(Format(1, 1, 24_000, 16)))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damaged_files_are_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        byte[] data = new byte[400];
        random.NextBytes(data);
        (ushort Tag, ushort Bits)[] forms = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8), (7, 8)];
        for (int i = 0; i < 5_000; i++)
        {
            (ushort tag, ushort bits) = forms[i % forms.Length];
            byte[] good = Wav(Format(tag, 2, 48_000, bits), Chunk("LIST", [1, 2, 3]), Chunk("data", data));
            byte[] bad = good[..random.Next(good.Length + 1)];
            for (int flips = random.Next(6); flips > 0 && bad.Length > 0; flips--)
                bad[random.Next(Math.Min(bad.Length, 70))] = (byte)random.Next(256);
            try
            {
                var source = new WavFileAudioSource(new MemoryStream(bad));
                Assert.True((await ReadAll(source)).Length <= bad.Length, $"Seed {seed}, input {i}.");
            }
            catch (InvalidDataException)
            {
                // refused with a reason
            }
        }
    }

    private static byte[] SubFormat(ushort tag) => new Guid(tag, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71).ToByteArray();

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Doubles(params double[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static async Task<short[]> ReadAll(WavFileAudioSource source)
    {
        var all = new List<short>();
        var buffer = new short[998];
        for (int count; (count = await source.ReadAsync(buffer)) > 0;)
            all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }

    private static byte[] Wav(params byte[][] chunks) => Chunk("RIFF", [.. "WAVE"u8, .. chunks.SelectMany(c => c)]);

    private static byte[] Format(ushort tag, ushort channels, uint rate, ushort bits)
    {
        byte[] body = new byte[16];
        BinaryPrimitives.WriteUInt16LittleEndian(body, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), channels);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), rate);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(14), bits);
        return Chunk("fmt ", body);
    }

    private static byte[] Chunk(string id, byte[] body, uint? size = null)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, size ?? (uint)body.Length);
        return [.. System.Text.Encoding.ASCII.GetBytes(id), .. length, .. body, .. new byte[body.Length & 1]];
    }

    /// <summary>A stream that cannot seek, and gives a few bytes at a time.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
