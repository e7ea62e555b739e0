using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>Speech without a pause, played faster when it waits for too long and slower when the network has become worse.</summary>
public sealed class TimeStretchingPlayoutTests : IDisposable
{
    private const int Frame = 960;

    private readonly ManualTimeProvider _time = new();
    private readonly FakePeerConnection _peer = new();
    private List<byte[]> _packets = Encode(Spectrum.Tone(300, 48_000, 48_000 * 30));

    public void Dispose() => _peer.EndAudio();

    [Fact]
    public async Task A_delay_that_jitter_has_left_behind_is_made_up_for_without_leaving_out_a_word()
    {
        var sink = new RecordingSink(AudioFormat.Mono48kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        Play(Enumerable.Range(0, 100).Select(i => (20.0 * i, i)));
        Play(Enumerable.Range(100, 20).Select(i => (20.0 * 120, i)));       // 400 ms of nothing, then all at once
        AudioReceiveStatistics behind = receiver.GetStatistics();
        Assert.True(behind.Buffered > TimeSpan.FromMilliseconds(200), $"{behind.Buffered}");

        Play(Enumerable.Range(120, 900).Select(i => (20.0 * (i + 1), i)));
        AudioReceiveStatistics after = receiver.GetStatistics();
        Assert.True(after.Buffered <= after.TargetDelay + TimeSpan.FromMilliseconds(40), $"{after.Buffered} held, {after.TargetDelay} aimed at");
        Assert.True(after.RemovedSamples > 48 * 100, $"{after.RemovedSamples}");
        short[] heard = [.. sink.Heard.TakeLast(48_000 * 12)];
        Assert.InRange(Spectrum.DominantFrequency(heard.AsSpan(0, 48_000), 48_000), 298, 302);
        Assert.All(heard.Chunk(Frame), part => Assert.True(Spectrum.Rms(part) > 2_000));       // not one hole
    }

    [Fact]
    public async Task When_losses_ask_for_a_longer_delay_speech_becomes_slower_until_fec_is_there_in_time()
    {
        const int seed = 7;
        var random = new Random(seed);
        _packets = Encode(OpusCodecTests.Speechlike(1_500));
        await using AudioReceiver receiver = Start(new RecordingSink(AudioFormat.Mono48kHz, _time));
        Play(Enumerable.Range(0, 700).Select(i => (20.0 * i, i)));         // the delay falls to 20 ms: a packet that is lost is missed before the next one has come
        Play(Enumerable.Range(700, 700).Where(_ => random.Next(10) != 0).Select(i => (20.0 * i, i)));
        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.Equal(TimeSpan.FromMilliseconds(40), counted.TargetDelay);
        Assert.True(counted.InsertedSamples > 48 * 2, $"Seed {seed}: {counted}");
        Assert.True(counted.FecRecovered > counted.Lost / 2, $"Seed {seed}: {counted.FecRecovered} of {counted.Lost} restored.");
    }

    [Fact]
    public async Task On_a_clean_line_nothing_is_made_faster_or_slower()
    {
        await using AudioReceiver receiver = Start(new RecordingSink(AudioFormat.Mono48kHz, _time));
        Play(Enumerable.Range(0, 1_000).Select(i => (20.0 * i, i)));
        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.InRange(counted.RemovedSamples + counted.InsertedSamples, 0, 48 * 15);       // the phase of the first deadline
        Assert.Equal(0, counted.ConcealedSamples);
    }

    [Fact]
    public async Task A_packet_that_arrives_just_before_its_deadline_is_played_at_it()
    {
        // The deadlines fall 30 ms after the first packet; those behind it are 29 ms late.
        var sink = new RecordingSink(AudioFormat.Mono48kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        Play(Enumerable.Range(0, 10).Select(i => (i == 0 ? 0 : (20.0 * i) + 29, i)));
        Assert.Equal(0, receiver.GetStatistics().ConcealedSamples);
    }

    private AudioReceiver Start(IAudioSink sink)
    {
        var receiver = new AudioReceiver(sink, LibOpusCodecFactory.Default.CreateDecoder(), new(), _peer, new AudioLinkContext(_time) { Inline = true });
        receiver.Start();
        return receiver;
    }

    private void Play(IEnumerable<(double At, int Number)> packets)
    {
        foreach ((double at, int number) in packets.OrderBy(p => p.At))
        {
            TimeSpan wait = TimeSpan.FromMilliseconds(at) - _time.Now;
            if (wait > TimeSpan.Zero)
                _time.Advance(wait);
            _peer.Deliver(_packets[number], (ushort)number, (uint)(Frame * number), _time.Now);
        }
    }

    private static List<byte[]> Encode(short[] speech)
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { ExpectedPacketLossPercent = 20, Bitrate = 24_000 });
        byte[] packet = new byte[EncodedAudio.MaxLength];
        return [.. speech.Chunk(Frame).Select(pcm => packet[..encoder.Encode(pcm, packet)])];
    }
}
