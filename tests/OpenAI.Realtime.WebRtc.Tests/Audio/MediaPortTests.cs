using Moq;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>The sound of a call whose track is exchanged beneath it, in virtual time.</summary>
public sealed class MediaPortTests
{
    private const int SamplesPerFrame = 960;

    private readonly ManualTimeProvider _time = new();
    private readonly FakePeerConnection _old = new();
    private readonly FakePeerConnection _new = new();

    [Fact]
    public async Task A_track_exchanged_in_mid_sentence_costs_the_sender_not_one_frame()
    {
        await using MediaPort port = Port(new() { Source = new ToneAudioSource(440) });
        port.StartSending();
        Advance(1_000);
        port.Track = _new;
        Advance(1_000);

        Assert.Equal(100, _old.Sent.Count + _new.Sent.Count);
        Assert.Equal(50, _new.Sent.Count);
        uint[] times = [.. _old.Sent.Concat(_new.Sent).Select(p => p.Timestamp)];
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal((uint)SamplesPerFrame, pair.Second - pair.First));
        Assert.Equal(0, port.GetStatistics().Sent.UnderrunFrames);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(300)]
    public async Task A_track_exchanged_in_mid_sentence_costs_the_listener_no_more_than_the_gap_between_the_networks(int gapMilliseconds)
    {
        var sink = new RecordingSink(AudioFormat.Mono48kHz, _time);
        await using MediaPort port = Port(new() { Sink = sink });
        port.StartReceiving();
        byte[][] tone = Tone(seconds: 4);
        int frame = 0;
        for (int n = 0; n < 75; n++)
            Deliver(_old, ssrc: 1, (ushort)n, (uint)n * SamplesPerFrame, tone[frame++]);

        port.Track = _new;
        Advance(gapMilliseconds);
        for (int n = 0; n < 75; n++)
            Deliver(_new, ssrc: 2, (ushort)(40_000 + n), 7_000_000 + ((uint)n * SamplesPerFrame), tone[frame++]);

        // From the first to the last sound: what was silent or faded between is what the exchange cost.
        int[] loud = [.. sink.Heard.Chunk(480).Select(part => part.Max(s => Math.Abs((int)s)) > 4_000 ? 1 : 0)];
        int first = Array.IndexOf(loud, 1), last = Array.LastIndexOf(loud, 1);
        int silent = loud[first..last].Count(l => l == 0) * 10;
        Assert.InRange(silent, 0, gapMilliseconds + 40);
        Assert.Equal(0, port.GetStatistics().Received.Lost);
    }

    [Fact]
    public async Task A_track_that_has_ended_is_waited_out_until_another_one_comes()
    {
        var sink = new RecordingSink(AudioFormat.Mono48kHz, _time);
        await using MediaPort port = Port(new() { Sink = sink });
        port.StartReceiving();
        _old.EndAudio();
        Advance(200);
        port.Track = _new;
        byte[][] tone = Tone(seconds: 1);
        for (int n = 0; n < 25; n++)
            Deliver(_new, ssrc: 2, (ushort)n, (uint)n * SamplesPerFrame, tone[n]);
        Assert.Equal(25, port.GetStatistics().Received.Packets);
        Assert.Contains(sink.Heard, s => s > 4_000);
    }

    [Theory]
    [InlineData("pcm")]
    [InlineData("packets")]
    public async Task The_time_since_the_last_packet_is_counted(string kind)
    {
        await using MediaPort port = Port(new() { Sink = kind == "pcm" ? new RecordingSink(AudioFormat.Mono48kHz, _time) : null, EncodedSink = kind == "packets" ? Mock.Of<IEncodedAudioSink>() : null });
        port.StartReceiving();
        Assert.Null(port.GetStatistics().Received.SinceLastPacket);
        Deliver(_old, ssrc: 1, 0, 0, Tone(seconds: 1)[0]);
        TimeSpan soon = port.GetStatistics().Received.SinceLastPacket!.Value;
        Assert.InRange(soon, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        Advance(500);
        Assert.Equal(soon + TimeSpan.FromMilliseconds(500), port.GetStatistics().Received.SinceLastPacket);
    }

    [Fact]
    public async Task A_port_that_waits_on_a_track_that_never_says_anything_is_disposed_at_once()
    {
        MediaPort port = Port(new() { Sink = new RecordingSink(AudioFormat.Mono48kHz, _time) });
        port.StartReceiving();
        port.Track = _new;
        await port.DisposeAsync().AsTask().Within();
        port.Track = _old;      // too late, and no fault
    }

    private MediaPort Port(AudioOptions options) => new(options, _old, new AudioLinkContext(_time) { Inline = true });

    private void Deliver(FakePeerConnection track, uint ssrc, ushort number, uint timestamp, byte[] opus)
    {
        track.Deliver(opus, number, timestamp, _time.Now, ssrc);
        Advance(20);
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private static byte[][] Tone(int seconds)
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new());
        byte[] packet = new byte[EncodedAudio.MaxLength];
        return [.. Spectrum.Tone(600, 48_000, seconds * 48_000).Chunk(SamplesPerFrame).Select(pcm => packet[..encoder.Encode(pcm, packet)])];
    }
}
