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
        extensible[24] = 1;     // the sub-format: PCM
        byte[] file = Wav(Chunk("LIST", [1, 2, 3]), Chunk("fmt ", extensible), Chunk("fact", new byte[4]), Chunk("data", [1, 0, 2, 0, 3, 0, 4, 0]), Chunk("LIST", [9]));
        var source = new WavFileAudioSource(new MemoryStream(file));
        Assert.Equal(new AudioFormat(48_000, 2), source.Format);
        Assert.Equal(new short[] { 1, 2, 3, 4 }, await ReadAll(source));
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
    [InlineData(1, 1, 24_000, 8, "8 bits")]
    [InlineData(1, 6, 48_000, 16, "6 channels")]
    [InlineData(3, 1, 48_000, 32, "0x0003")]
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
        byte[] good = Wav(Format(1, 2, 48_000, 16), Chunk("LIST", [1, 2, 3]), Chunk("data", new byte[400]));
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bad = good[..random.Next(good.Length + 1)];
            for (int flips = random.Next(6); flips > 0 && bad.Length > 0; flips--)
                bad[random.Next(Math.Min(bad.Length, 70))] = (byte)random.Next(256);
            try
            {
                var source = new WavFileAudioSource(new MemoryStream(bad));
                Assert.True((await ReadAll(source)).Length <= bad.Length / 2, $"Seed {seed}, input {i}.");
            }
            catch (InvalidDataException)
            {
                // refused with a reason
            }
        }
    }

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
}
