using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

public sealed class SampleBytesTests
{
    // ITU-T G.711, tables 1 and 2: the decoder's output of some codes, and where the sign lies.
    [Theory]
    [InlineData(0xFF, 0)]
    [InlineData(0x7F, 0)]
    [InlineData(0x00, -32_124)]
    [InlineData(0x80, 32_124)]
    [InlineData(0xEF, 132)]
    [InlineData(0x6F, -132)]
    public void Mu_law_codes_are_the_standards(byte code, short sample) => Assert.Equal(sample, G711.FromMuLaw(code));

    [Theory]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xAA, 32_256)]
    [InlineData(0x2A, -32_256)]
    [InlineData(0xC5, 264)]
    public void A_law_codes_are_the_standards(byte code, short sample) => Assert.Equal(sample, G711.FromALaw(code));

    [Fact]
    public void Every_code_comes_back_as_itself()
    {
        for (int code = 0; code < 256; code++)
        {
            Assert.Equal(G711.FromMuLaw((byte)code), G711.FromMuLaw(G711.ToMuLaw(G711.FromMuLaw((byte)code))));
            Assert.Equal(code, G711.ToALaw(G711.FromALaw((byte)code)));
        }
    }

    [Fact]
    public void Every_sample_is_kept_within_half_a_step()
    {
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            int step = Math.Max(16, Math.Abs(sample) / 16);
            Assert.InRange(Math.Abs(G711.FromALaw(G711.ToALaw((short)sample)) - sample), 0, step);
            Assert.InRange(Math.Abs(G711.FromMuLaw(G711.ToMuLaw((short)sample)) - sample), 0, step);
        }
    }

    [Fact]
    public void A_sample_may_be_cut_in_two_by_messages()
    {
        var bytes = new SampleBytes(null);
        short[] samples = [1, -2, 300, -30_000];
        byte[] wire = bytes.Write(samples);
        List<short> read = [];
        foreach (byte one in wire)
            read.AddRange(bytes.Read(new DataContent(new[] { one }, "audio/pcm;rate=24000")));
        Assert.Equal(samples, read);
    }

    [Fact]
    public void Another_format_than_the_sessions_is_refused_by_name()
    {
        var bytes = new SampleBytes(new RealtimeAudioFormat("audio/pcm", 16_000));
        Assert.Equal(16_000, bytes.Format.SampleRate);
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => bytes.Read(new DataContent(new byte[2], "audio/pcm;rate=24000")));
        Assert.Contains("16000 Hz", refused.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => bytes.Read(new DataContent(new byte[2], "audio/pcmu")));
        Assert.Throws<NotSupportedException>(() => new SampleBytes(new RealtimeAudioFormat("audio/mp3", 44_100)));
    }
}
