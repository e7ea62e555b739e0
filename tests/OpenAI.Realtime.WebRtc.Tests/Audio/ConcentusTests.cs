using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;
using Spectrum = OpenAI.Realtime.WebRtc.Conformance.Spectrum;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>Concentus behind the codec's seam; libopus is the oracle.</summary>
public sealed class ConcentusTests
{
    private const int Frame = IOpusEncoder.FrameSamples;
    private static readonly ConcentusCodecFactory Concentus = ConcentusCodecFactory.Default;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_tone_keeps_its_frequency_whoever_decodes_it(bool concentusEncodes, bool concentusDecodes)
    {
        using IOpusEncoder encoder = Codec(concentusEncodes).CreateEncoder(new());
        using IOpusDecoder decoder = Codec(concentusDecodes).CreateDecoder();
        short[] heard = [.. Encode(encoder, Tone(50)).SelectMany(packet => Decode(decoder, packet))];
        Assert.InRange(Spectrum.DominantFrequency(heard.AsSpan(9_600, 24_000), 48_000), 995, 1_005);
    }

    [Fact]
    public void Options_mean_what_they_mean_to_libopus()
    {
        using IOpusEncoder encoder = Concentus.CreateEncoder(new() { Bitrate = 64_000, VariableBitrate = false });
        byte[] packet = new byte[EncodedAudio.MaxLength];
        Assert.Equal(160, encoder.Encode(Tone(1), packet));
        encoder.Tune(new OpusEncoderOptions { Bitrate = 16_000, VariableBitrate = false }.ToTuning());
        Assert.Equal(40, encoder.Encode(Tone(1), packet));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Tune(new OpusEncoderOptions { Bitrate = 1 }.ToTuning()));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Tune(new OpusEncoderOptions { ExpectedPacketLossPercent = 101 }.ToTuning()));
        Assert.Throws<ArgumentException>(() => encoder.Encode(new short[480], packet));
        Assert.Throws<ArgumentOutOfRangeException>(() => Concentus.CreateEncoder(new() { Bitrate = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Concentus.CreateEncoder(new() { Complexity = 11 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Concentus.CreateEncoder(new() { Application = (OpusApplication)1 }));
    }

    [Fact]
    public void After_its_rehearsal_a_call_s_first_frames_leave_next_to_nothing_to_compile()
    {
        ConcentusRehearsal.Run(new());
        using IOpusEncoder encoder = Concentus.CreateEncoder(new());
        using IOpusDecoder decoder = Concentus.CreateDecoder();
        long before = System.Runtime.JitInfo.GetCompiledMethodCount(currentThread: true);
        foreach (byte[] packet in Encode(encoder, Tone(20)))
            Decode(decoder, packet);
        Assert.InRange(System.Runtime.JitInfo.GetCompiledMethodCount(currentThread: true) - before, 0, 80);       // 495 without, 32 with it; the test has its own, too
    }

    [Fact]
    public void A_rehearsal_that_fails_ends_no_process() => ConcentusRehearsal.Run(new() { Bitrate = 1 });      // CreateEncoder throws, on a thread of the pool's

    [Fact]
    public void A_lost_packet_is_restored_from_the_next_or_made_up()
    {
        using IOpusEncoder encoder = Concentus.CreateEncoder(new() { ExpectedPacketLossPercent = 20, Bitrate = 24_000 });
        byte[][] packets = [.. Encode(encoder, Tone(30))];
        using IOpusDecoder decoder = Concentus.CreateDecoder();
        foreach (byte[] packet in packets[..20])
            Decode(decoder, packet);
        short[] lost = new short[Frame];
        Assert.True(decoder.TryDecodeFec(packets[21], lost));
        Assert.True(Level(lost) > 1_000);
        Decode(decoder, packets[21]);
        Array.Clear(lost);
        decoder.Conceal(lost);
        Assert.True(Level(lost) > 500, "A tone that stops for 20 ms is gone on with.");
        decoder.Reset();
        Decode(decoder, packets[22]);
    }

    [Fact]
    public void Nothing_that_a_peer_sends_makes_it_throw()
    {
        const int seed = 5;
        var random = new Random(seed);
        using IOpusEncoder encoder = Concentus.CreateEncoder(new());
        byte[][] good = [.. Encode(encoder, Tone(20))];
        using IOpusDecoder decoder = Concentus.CreateDecoder();
        short[] pcm = new short[IOpusDecoder.MaxPacketSamples];
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] packet = i % 2 == 0 ? new byte[random.Next(1, 400)] : (byte[])good[i % good.Length].Clone();
            if (i % 2 == 0)
                random.NextBytes(packet);
            else
                packet[random.Next(packet.Length)] ^= (byte)random.Next(1, 256);
            if (!decoder.TryDecode(packet, pcm, out int samples))
                refused++;
            Assert.InRange(samples, 0, pcm.Length);
            decoder.TryDecodeFec(packet, pcm.AsSpan(0, Frame));
        }

        Assert.True(refused > 100, $"Only {refused} packets were refused (seed {seed}).");
        Assert.False(decoder.TryDecode([], pcm, out _));
        Assert.Equal(Frame, Decode(decoder, good[0]).Length);
    }

    [Fact]
    public void Concentus_runs_where_libopus_is_missing()
    {
        Assert.Same(ConcentusCodecFactory.Default, OpusCodecs.Choose(() => throw new OpusLibraryNotFoundException("not here")));
        Assert.Same(LibOpusCodecFactory.Default, OpusCodecs.Choose(() => { }));
    }

    [Theory]
    [InlineData(OpusCodecChoice.LibOpus, "libopus")]
    [InlineData(OpusCodecChoice.Concentus, "Concentus")]
    public async Task An_option_forces_a_codec(OpusCodecChoice choice, string name)
    {
        await using var port = new MediaPort(new AudioOptions { Codec = choice }, new SendingTrack((_, _) => { }));
        Assert.Equal(name, port.Codec);
    }

    [Fact]
    public void Contradictory_and_unknown_codecs_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new AudioOptions { Codec = OpusCodecChoice.LibOpus, CodecFactory = Concentus }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioOptions { Codec = (OpusCodecChoice)9 }.Validate());
    }

    private static IOpusCodecFactory Codec(bool concentus) => concentus ? Concentus : LibOpusCodecFactory.Default;

    private static short[] Tone(int frames) => [.. Enumerable.Range(0, frames * Frame).Select(i => (short)(10_000 * Math.Sin(2 * Math.PI * 1_000 * i / 48_000)))];

    private static IEnumerable<byte[]> Encode(IOpusEncoder encoder, short[] pcm) => pcm.Chunk(Frame).Select(frame =>
    {
        byte[] packet = new byte[EncodedAudio.MaxLength];
        return packet[..encoder.Encode(frame, packet)];
    });

    private static short[] Decode(IOpusDecoder decoder, byte[] packet)
    {
        short[] pcm = new short[IOpusDecoder.MaxPacketSamples];
        Assert.True(decoder.TryDecode(packet, pcm, out int samples));
        return pcm[..samples];
    }

    private static double Level(short[] pcm) => Math.Sqrt(pcm.Average(s => (double)s * s));
}
