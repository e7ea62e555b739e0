using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class AudioSenderTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakePeerConnection _peer = new();
    private readonly List<TimeSpan> _sentAt = [];
    private readonly List<AudioFault> _faults = [];

    public void Dispose() => _peer.EndAudio();

    [Fact]
    public async Task A_packet_leaves_every_twenty_milliseconds_and_the_first_within_one_frame()
    {
        await using AudioSender sender = Start(new ToneAudioSource(440));
        Advance(1_000);
        Assert.Equal(50, _peer.Sent.Count);
        Assert.True(_sentAt[0] <= TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal((uint)(960 * i), _peer.Sent[i].Timestamp);
            Assert.Equal(i == 0, _peer.Sent[i].Marker);
            Assert.Equal(_sentAt[0] + (i * FramePacer.Frame), _sentAt[i]);
        }
    }

    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(16_000, 1)]
    [InlineData(24_000, 1)]
    [InlineData(44_100, 1)]
    [InlineData(48_000, 1)]
    [InlineData(44_100, 2)]
    [InlineData(48_000, 2)]
    [InlineData(11_025, 1)]
    public async Task A_tone_of_any_format_arrives_with_its_frequency_and_without_a_gap(int rate, int channels)
    {
        await using AudioSender sender = Start(new ToneAudioSource(1_000, format: new(rate, channels)));
        Advance(1_000);
        short[] heard = Decode();
        Assert.InRange(Spectrum.DominantFrequency(heard.AsSpan(9_600, 24_000), 48_000), 995, 1_005);
        Assert.Equal(0, sender.GetStatistics().UnderrunFrames);
    }

    [Fact]
    public async Task A_stall_is_not_made_up_for_in_a_burst_but_shown_as_a_gap()
    {
        await using AudioSender sender = Start(new ToneAudioSource(440));
        Advance(210);
        int before = _peer.Sent.Count;
        _time.Stall(TimeSpan.FromMilliseconds(500));
        Assert.Equal(before + 1, _peer.Sent.Count);
        (byte[] _, uint timestamp, bool marker) = _peer.Sent[^1];
        Assert.True(marker);
        long skipped = sender.GetStatistics().SkippedFrames;
        Assert.InRange(skipped, 23, 25);
        Assert.Equal(_peer.Sent[^2].Timestamp + (uint)(960 * (skipped + 1)), timestamp);
        Advance(1_000);
        Assert.Equal(before + 51, _peer.Sent.Count);
        Assert.All(_peer.Sent.Skip(before + 1), p => Assert.False(p.Marker));
        Assert.Equal(0u, _sentAt.Skip(before + 1).Select(at => (uint)((at - _sentAt[0]).Ticks % FramePacer.Frame.Ticks)).Max());    // the old deadlines hold
    }

    [Fact]
    public async Task A_timer_that_is_late_once_delays_one_packet_only()
    {
        await using AudioSender sender = Start(new ToneAudioSource(440));
        Advance(200);
        _time.Stall(TimeSpan.FromMilliseconds(27));
        Advance(773);
        Assert.Equal(50, _peer.Sent.Count);
        Assert.Equal(0, sender.GetStatistics().SkippedFrames);
        Assert.All(_peer.Sent.Skip(1).Zip(_peer.Sent), p => Assert.Equal(960u, p.First.Timestamp - p.Second.Timestamp));
    }

    [Fact]
    public async Task While_a_source_gives_nothing_silence_is_sent_with_timestamps_that_run_on()
    {
        var source = new ScriptedSource(AudioFormat.Mono48kHz);
        await using AudioSender sender = Start(source);
        Advance(1_000);
        Assert.Equal(50, _peer.Sent.Count);
        Assert.Equal(50, sender.GetStatistics().UnderrunFrames);
        source.Give(Spectrum.Tone(440, 48_000, 960));
        Advance(20);
        Assert.Equal(51, _peer.Sent.Count);
        Assert.True(sender.Level.RmsDbfs > -20);
        Assert.All(_peer.Sent.Skip(1).Zip(_peer.Sent), p => Assert.Equal(960u, p.First.Timestamp - p.Second.Timestamp));
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task A_source_that_throws_is_reported_once_and_silence_goes_on()
    {
        var source = new ScriptedSource(AudioFormat.Mono48kHz);
        await using AudioSender sender = Start(source);
        Advance(100);
        source.Fail(new IOException("unplugged"));
        Advance(900);
        Assert.Equal(50, _peer.Sent.Count);
        Assert.Equal("source", Assert.Single(_faults).Part);
        Assert.IsType<IOException>(_faults[0].Exception);
        Assert.True(sender.GetStatistics().SourceEnded);
    }

    [Fact]
    public async Task After_the_end_of_the_source_silence_is_sent()
    {
        await using AudioSender sender = Start(new ToneAudioSource(440, duration: TimeSpan.FromMilliseconds(310)));
        Advance(1_000);
        Assert.Equal(50, _peer.Sent.Count);
        short[] heard = Decode();
        Assert.True(Spectrum.Rms(heard.AsSpan(4_800, 9_600)) > 3_000);
        Assert.True(Spectrum.Rms(heard.AsSpan(24_000)) < 30);
        Assert.Equal(0, sender.GetStatistics().UnderrunFrames);
        Assert.True(sender.GetStatistics().SourceEnded);
    }

    [Fact]
    public async Task Mute_sends_encoded_silence_at_the_same_pace()
    {
        await using AudioSender sender = Start(new ToneAudioSource(440));
        Advance(500);
        sender.IsMuted = true;
        Advance(500);
        Assert.Equal(50, _peer.Sent.Count);
        Assert.Equal(AudioLevel.Silence, sender.Level);
        Assert.True(Spectrum.Rms(Decode().AsSpan(28_800)) < 30);
        sender.IsMuted = false;
        Advance(20);
        Assert.True(sender.Level.RmsDbfs > -20);
        Assert.All(_peer.Sent.Skip(1), p => Assert.False(p.Marker));
    }

    [Fact]
    public async Task A_source_that_paces_itself_is_sent_as_soon_as_a_frame_is_there()
    {
        var source = new ScriptedSource(AudioFormat.Mono48kHz, pacesItself: true);
        await using AudioSender sender = Start(source);
        for (int i = 0; i < 40; i++)
        {
            Advance(10 + (i % 2));      // a clock of its own: 10 or 11 ms
            source.Give(Spectrum.Tone(440, 48_000, 480));
        }

        Assert.Equal(20, _peer.Sent.Count);
        Assert.Equal(21, _sentAt[0].TotalMilliseconds);
        Assert.All(_peer.Sent.Skip(1).Zip(_peer.Sent), p => Assert.Equal(960u, p.First.Timestamp - p.Second.Timestamp));
    }

    [Fact]
    public async Task A_source_that_paces_itself_and_falls_silent_is_stood_in_for()
    {
        var source = new ScriptedSource(AudioFormat.Mono48kHz, pacesItself: true);
        await using AudioSender sender = Start(source);
        source.Give(Spectrum.Tone(440, 48_000, 960));
        Assert.Single(_peer.Sent);
        Advance(1_000);
        Assert.InRange(_peer.Sent.Count, 40, 43);
        Assert.True(_peer.Sent[1].Marker);
        Assert.InRange(_peer.Sent[^1].Timestamp, 46_000u, 48_000u);     // the timestamps show how long it was
        source.Give(Spectrum.Tone(440, 48_000, 960));
        Assert.True(sender.Level.RmsDbfs > -20);
        Assert.Equal(960u, _peer.Sent[^1].Timestamp - _peer.Sent[^2].Timestamp);
    }

    [Fact]
    public async Task What_dtx_leaves_out_is_a_gap_in_the_timestamps_and_a_marker_after_it()
    {
        await using AudioSender sender = Start(new SilenceAudioSource(), new() { Dtx = true });
        Advance(4_000);
        AudioSendStatistics counted = sender.GetStatistics();
        Assert.True(counted.DtxFrames > 100);
        Assert.Equal(200, counted.DtxFrames + counted.Packets);
        for (int i = 1; i < _peer.Sent.Count; i++)
            Assert.Equal(_peer.Sent[i].Timestamp - _peer.Sent[i - 1].Timestamp != 960, _peer.Sent[i].Marker);
    }

    [Fact]
    public async Task An_encoder_that_throws_is_reported_once_and_leaves_gaps()
    {
        var context = new AudioLinkContext(_time, OnFault: _faults.Add) { Inline = true };
        await using var sender = new AudioSender(new SilenceAudioSource(), new BrokenEncoder(), new(), _peer, context);
        sender.Start();
        Advance(1_000);
        Assert.Empty(_peer.Sent);
        Assert.Equal("encoder", Assert.Single(_faults).Part);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_source_that_ignores_its_cancellation()
    {
        var source = new ScriptedSource(AudioFormat.Mono48kHz) { IgnoresCancellation = true };
        AudioSender sender = Start(source);
        Advance(100);
        Task stopped = sender.DisposeAsync().AsTask();
        for (int i = 0; i < 1_000 && !stopped.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await stopped;
        int sent = _peer.Sent.Count;
        source.Give(new short[960]);
        Advance(100);
        Assert.Equal(sent, _peer.Sent.Count);
    }

    [Fact]
    public async Task A_format_that_cannot_be_used_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Start(new ScriptedSource(new(47_999))));
        Assert.Throws<ArgumentException>(() => Start(new ScriptedSource(new(48_000, 3))));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Encoded_packets_are_relayed_as_they_are_and_muted_by_silence()
    {
        var source = new ScriptedEncodedSource();
        await using var sender = new EncodedAudioSender(source, _peer, new(_time) { Inline = true });
        sender.Start();
        source.Give([0xF8, 1, 2], 7, 960, true);
        source.Give([0xF8, 3], 10, 1_920, false);
        sender.IsMuted = true;
        source.Give([0xF8, 4], 9, 4_800, true);
        Assert.Equal([new byte[] { 0xF8, 1, 2 }, [0xF8, 3], OpusPacket.Silence.ToArray()], _peer.Sent.Select(p => p.Opus));
        Assert.Equal([960u, 1_920u, 4_800u], _peer.Sent.Select(p => p.Timestamp));
        Assert.Equal([true, false, true], _peer.Sent.Select(p => p.Marker));
        Assert.Equal([(ushort)7, (ushort)10, (ushort)9], _peer.Numbers);
        Assert.Equal(3, sender.GetStatistics().Packets);
    }

    [Fact]
    public async Task Nothing_is_allocated_per_packet()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { Complexity = 0 });
        await using var sender = new AudioSender(new ToneAudioSource(440, format: new(44_100, 2)), encoder, new(), new SendingTrack((_, _) => { }), new(_time) { Inline = true });
        sender.Start();
        Assert.Equal(0, Allocations.Measure(() => _time.Advance(FramePacer.Frame), 500));
        Assert.True(sender.GetStatistics().Packets > 1_000);
    }

    private AudioSender Start(IAudioSource source, OpusEncoderOptions? options = null)
    {
        options ??= new();
        var sender = new AudioSender(
            source,
            LibOpusCodecFactory.Default.CreateEncoder(options),
            options,
            new SendingTrack((opus, header) =>
            {
                _sentAt.Add(_time.Now);
                _peer.Send(opus, header);
            }),
            new AudioLinkContext(_time, OnFault: _faults.Add) { Inline = true });
        sender.Start();
        return sender;
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private short[] Decode()
    {
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        var pcm = new short[5_760];
        var heard = new List<short>();
        foreach ((byte[] opus, uint _, bool _) in _peer.Sent)
        {
            Assert.True(decoder.TryDecode(opus, pcm, out int samples));
            heard.AddRange(pcm.AsSpan(0, samples));
        }

        return [.. heard];
    }

    private sealed class BrokenEncoder : IOpusEncoder
    {
        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) => throw new InvalidOperationException("broken");

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public void Dispose()
        {
        }
    }
}
