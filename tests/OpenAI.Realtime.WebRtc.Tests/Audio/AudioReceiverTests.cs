using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class AudioReceiverTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakePeerConnection _peer = new();
    private readonly List<AudioFault> _faults = [];
    private readonly List<byte[]> _tone;

    public AudioReceiverTests() => _tone = Encode(Spectrum.Tone(440, 48_000, 48_000 * 3));

    public void Dispose() => _peer.EndAudio();

    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(16_000, 1)]
    [InlineData(24_000, 1)]
    [InlineData(44_100, 1)]
    [InlineData(48_000, 1)]
    [InlineData(24_000, 2)]
    [InlineData(44_100, 2)]
    public async Task A_tone_is_heard_with_its_frequency_in_any_format(int rate, int channels)
    {
        var sink = new RecordingSink(new(rate, channels), _time);
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 100);
        short[] left = [.. sink.Heard.Where((_, i) => i % channels == 0)];
        Assert.Equal(rate / 50 * (99 - 1), left.Length, rate / 50 * 2.0);
        Assert.InRange(Spectrum.DominantFrequency(left.AsSpan(left.Length / 2, rate / 2), rate), 437, 443);
        if (channels == 2)
            Assert.Equal(left, sink.Heard.Where((_, i) => i % 2 == 1));
        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.Equal(100, counted.Packets);
        Assert.Equal((0, 0, 0, 0, 0), (counted.Lost, counted.Late, counted.Duplicate, counted.Malformed, counted.ConcealedSamples));
    }

    [Fact]
    public async Task On_a_clean_link_a_packet_reaches_the_sink_within_forty_milliseconds()
    {
        // Silence, then a tone from the 50th packet on: when is the first loud sample written?
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        var quietThenTone = new short[48_000 * 2];
        Spectrum.Tone(440, 48_000, 48_000).CopyTo(quietThenTone, 48_000);
        List<byte[]> packets = Encode(quietThenTone);
        TimeSpan loudArrives = default;
        for (int i = 0; i < 100; i++)
        {
            if (i == 50)
                loudArrives = _time.Now;
            _peer.Deliver(packets[i], (ushort)i, (uint)(960 * i), _time.Now);
            _time.Advance(FramePacer.Frame);
        }

        TimeSpan latency = sink.FirstAbove(1_000)!.Value - loudArrives;
        Assert.True(latency <= TimeSpan.FromMilliseconds(40), $"{latency.TotalMilliseconds} ms");
    }

    [Fact]
    public async Task After_a_flush_there_is_silence_within_sixty_milliseconds()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 50);
        for (int i = 50; i < 70; i++)
            _peer.Deliver(_tone[i], (ushort)i, (uint)(960 * i), _time.Now);    // a good store of speech
        Assert.True(receiver.GetStatistics().Buffered > TimeSpan.FromMilliseconds(300));
        receiver.Flush();
        Assert.Equal(1, sink.Flushes);
        Assert.Equal(TimeSpan.Zero, receiver.GetStatistics().Buffered);
        int written = sink.Heard.Count;
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.True(Spectrum.Rms(sink.Heard.Skip(written + (24_000 * 60 / 1_000)).ToArray()) < 1);
        Deliver(70, 20);
        Assert.True(Spectrum.Rms(sink.Heard.TakeLast(4_800).ToArray()) > 3_000);       // and what comes after is played
    }

    [Fact]
    public async Task After_a_flush_nothing_of_the_interrupted_speech_is_heard_and_the_reply_behind_it_is_heard_whole()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 50);
        receiver.Flush();
        int written = sink.Heard.Count;
        Deliver(50, 5);     // these were on their way
        Assert.True(Spectrum.Rms(sink.Heard.Skip(written).ToArray()) < 1);
        for (int i = 55; i < 75; i++)
        {
            _peer.Deliver(_tone[i], (ushort)i, (uint)(960 * i), _time.Now, marker: i == 55);
            _time.Advance(FramePacer.Frame);
        }

        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.Equal((5, 0, 0, 0), (counted.Flushed, counted.Lost, counted.Late, counted.ConcealedSamples));
        Assert.True(Spectrum.Rms(sink.Heard.TakeLast(4_800).ToArray()) > 3_000);
    }

    [Fact]
    public async Task Packets_that_arrive_evenly_and_are_read_in_bursts_ask_for_no_longer_delay_than_packets_read_evenly()
    {
        AudioReceiveStatistics evenly = await Read(packetsAtOnce: 1);
        AudioReceiveStatistics inBursts = await Read(packetsAtOnce: 5);
        Assert.Equal(evenly.TargetDelay, inBursts.TargetDelay);
        Assert.Equal(TimeSpan.Zero, inBursts.Jitter);

        async Task<AudioReceiveStatistics> Read(int packetsAtOnce)
        {
            await using AudioReceiver receiver = Start(new NullAudioSink(AudioFormat.Mono48kHz));
            for (int i = 0; i < 400; i += packetsAtOnce)
            {
                _time.Advance(packetsAtOnce * FramePacer.Frame);
                for (int n = packetsAtOnce - 1; n >= 0; n--)
                {
                    int number = i + packetsAtOnce - 1 - n;
                    _peer.Deliver(_tone[number % _tone.Count], (ushort)number, (uint)(960 * number), _time.Now - (n * FramePacer.Frame));
                }
            }

            return receiver.GetStatistics();
        }
    }

    [Fact]
    public async Task An_engine_that_gives_no_arrival_times_has_its_jitter_measured_by_the_reading()
    {
        await using AudioReceiver receiver = Start(new NullAudioSink(AudioFormat.Mono48kHz));
        for (int i = 0; i < 400; i++)
        {
            if (i % 5 == 0)
                _time.Advance(5 * FramePacer.Frame);
            _peer.Deliver(_tone[i % _tone.Count], (ushort)i, (uint)(960 * i), arrival: TimeSpan.Zero);
        }

        Assert.InRange(receiver.GetStatistics().TargetDelay.TotalMilliseconds, 80, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task With_a_tenth_lost_and_the_rest_jittered_the_tone_is_still_there(int seed)
    {
        var random = new Random(seed);
        var sink = new RecordingSink(AudioFormat.Mono48kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        var arrivals = new List<(double At, int Number)>();
        for (int i = 0; i < 150; i++)
        {
            if (i == 0 || random.Next(10) != 0)
                arrivals.Add(((20 * i) + (random.NextDouble() * 40), i));
        }

        foreach ((double at, int number) in arrivals.Order())
        {
            TimeSpan wait = TimeSpan.FromMilliseconds(at) - _time.Now;
            if (wait > TimeSpan.Zero)
                _time.Advance(wait);
            _peer.Deliver(_tone[number], (ushort)number, (uint)(960 * number), _time.Now);
        }

        short[] heard = [.. sink.Heard.Skip(24_000).Take(96_000)];
        Assert.InRange(Spectrum.DominantFrequency(heard, 48_000), 435, 445);
        Assert.True(Spectrum.Fit(heard, 440, 48_000).Amplitude > 2_000, $"Seed {seed}.");
        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.InRange(counted.Lost + counted.Late, 5, 40);
        Assert.True(counted.ConcealedSamples + (960 * counted.FecRecovered) >= 960 * 4, $"Seed {seed}: {counted}.");
    }

    [Fact]
    public async Task A_sink_that_blocks_costs_its_own_audio_and_nothing_else()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time) { Blocks = true };
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 100);
        AudioReceiveStatistics counted = receiver.GetStatistics();
        Assert.Equal(100, counted.Packets);
        Assert.True(counted.Buffered < TimeSpan.FromMilliseconds(60));
        Assert.InRange(counted.SinkDroppedSamples, 480 * 90, 480 * 100);
        Assert.Equal(AudioLevel.FloorDbfs, AudioLevel.Silence.RmsDbfs);
        sink.Unblock();
        Deliver(100, 20);
        Assert.True(sink.Heard.Count >= 480 * 20);
    }

    [Fact]
    public async Task A_sink_that_throws_is_reported_once_and_receiving_goes_on()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time) { Failure = new IOException("unplugged") };
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 50);
        receiver.Flush();
        Assert.Equal("sink", Assert.Single(_faults).Part);
        Assert.Equal(50, receiver.GetStatistics().Packets);
        Assert.True(receiver.GetStatistics().Buffered < TimeSpan.FromMilliseconds(60));
    }

    [Fact]
    public async Task Garbage_is_counted_and_concealed()
    {
        const int seed = 11;
        var random = new Random(seed);
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] opus = _tone[i % _tone.Count];
            if (i % 3 == 2)
            {
                opus = new byte[random.Next(0, 100)];
                random.NextBytes(opus);
            }

            _peer.Deliver(opus, (ushort)(i + (random.Next(20) == 0 ? random.Next(200) - 100 : 0)), (uint)(960 * i), _time.Now);
            _time.Advance(FramePacer.Frame);
        }

        Assert.Empty(_faults);
        Assert.True(receiver.GetStatistics().Malformed > 0);
        Assert.InRange(sink.Heard.Count, 480 * 2_990, 480 * 3_000);     // 20 ms every 20 ms, whatever came
    }

    [Fact]
    public async Task A_stall_of_the_program_is_not_made_up_for_in_a_burst()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using AudioReceiver receiver = Start(sink);
        Deliver(0, 20);
        int before = sink.Heard.Count;
        _time.Stall(TimeSpan.FromMilliseconds(400));
        Assert.Equal(before + 480, sink.Heard.Count);
        Assert.True(receiver.GetStatistics().SinkDroppedSamples > 0);
    }

    [Fact]
    public async Task Stopping_ends_reading_and_writing()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        AudioReceiver receiver = Start(sink);
        Deliver(0, 10);
        await receiver.DisposeAsync();
        await receiver.DisposeAsync();
        int before = sink.Heard.Count;
        Deliver(10, 10);
        receiver.Flush();
        Assert.Equal(before, sink.Heard.Count);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task The_whole_chain_carries_a_tone_from_a_source_to_a_sink()
    {
        var sink = new ChannelAudioSink(new(16_000));
        var context = new AudioLinkContext(_time) { Inline = true };
        var options = new AudioOptions { Source = new ToneAudioSource(1_000, format: AudioFormat.Mono24kHz), Sink = sink };
        options.Validate();
        await using IAudioDownlink downlink = AudioLinks.CreateDownlink(options, _peer, context);
        await using IAudioUplink uplink = AudioLinks.CreateUplink(options, _peer, context);
        downlink.Start();
        uplink.Start();
        var heard = new List<short>();
        var buffer = new short[640];
        int relayed = 0;
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(FramePacer.Frame);
            for (; relayed < _peer.Sent.Count; relayed++)
                _peer.Deliver(_peer.Sent[relayed].Opus, (ushort)relayed, _peer.Sent[relayed].Timestamp, _time.Now);
            heard.AddRange(buffer.AsSpan(0, sink.TryRead(buffer)));
        }

        Assert.InRange(Spectrum.DominantFrequency(heard.ToArray().AsSpan(8_000, 16_000), 16_000), 995, 1_005);
        Assert.Equal(0, downlink.GetStatistics().ConcealedSamples);
    }

    [Fact]
    public async Task Packets_are_handed_on_undecoded_with_their_headers()
    {
        var sink = new EncodedSink();
        await using var receiver = new EncodedAudioReceiver(sink, _peer, new(_time) { Inline = true });
        receiver.Start();
        _peer.Deliver([1, 2, 3], 7, 960, TimeSpan.FromSeconds(1));
        _peer.Deliver([4], 9, 2_880, TimeSpan.FromSeconds(2));
        Assert.Equal([new byte[] { 1, 2, 3 }, [4]], sink.Packets.Select(p => p.Opus));
        Assert.Equal([(ushort)7, (ushort)9], sink.Packets.Select(p => p.Header.SequenceNumber));
        receiver.Flush();
        Assert.Equal(1, sink.Flushes);
    }

    [Fact]
    public async Task A_peer_that_floods_the_track_does_not_hold_up_the_clock()
    {
        var sink = new RecordingSink(AudioFormat.Mono24kHz, _time);
        await using var receiver = new AudioReceiver(
            sink, LibOpusCodecFactory.Default.CreateDecoder(), new(), new FloodedTrack(_tone[20]), new(_time) { Inline = true });
        receiver.Start();
        for (int i = 0; i < 10; i++)
            _time.Advance(FramePacer.Frame);        // and each comes to an end
        Assert.InRange(sink.Heard.Count, 24_000 / 50 * 8, 24_000 / 50 * 10);
        Assert.InRange(receiver.GetStatistics().Packets, 10, 10 * 2 * 64);
    }

    [Fact]
    public async Task Nothing_is_allocated_per_packet()
    {
        // The packets are handed over without the fake connection's copies.
        var peer = new OnePacketPeer(_tone[20]);
        await using var receiver = new AudioReceiver(
            new NullAudioSink(new(44_100, 2)), LibOpusCodecFactory.Default.CreateDecoder(), new(), peer, new(_time) { Inline = true });
        receiver.Start();
        Assert.Equal(0, Allocations.Measure(() =>
        {
            peer.Deliver();
            _time.Advance(FramePacer.Frame);
        }, 500));
        Assert.Equal(0, receiver.GetStatistics().Lost);
        Assert.True(receiver.GetStatistics().Packets >= 2_000);
    }

    private AudioReceiver Start(IAudioSink sink)
    {
        var receiver = new AudioReceiver(
            sink, LibOpusCodecFactory.Default.CreateDecoder(), new(), _peer, new AudioLinkContext(_time, OnFault: _faults.Add) { Inline = true });
        receiver.Start();
        return receiver;
    }

    private void Deliver(int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            _peer.Deliver(_tone[i], (ushort)i, (uint)(960 * i), _time.Now);
            _time.Advance(FramePacer.Frame);
        }
    }

    private static List<byte[]> Encode(short[] pcm)
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { ExpectedPacketLossPercent = 20 });
        var packet = new byte[EncodedAudio.MaxLength];
        return [.. pcm.Chunk(960).Select(frame => packet[..encoder.Encode(frame, packet)])];
    }

    /// <summary>However often it is asked, there is one more packet.</summary>
    private sealed class FloodedTrack(byte[] opus) : IOpusReader
    {
        private ushort _number;

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(true);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            opus.CopyTo(destination);
            packet = new EncodedAudio(opus.Length, 111, _number, (uint)(960 * _number), false, 1, TimeSpan.Zero);
            _number++;
            return true;
        }
    }

    private sealed class EncodedSink : IEncodedAudioSink
    {
        public List<(byte[] Opus, EncodedAudio Header)> Packets { get; } = [];

        public int Flushes { get; private set; }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> opus, EncodedAudio packet, CancellationToken cancellationToken = default)
        {
            Packets.Add((opus.ToArray(), packet));
            return default;
        }

        public void Flush() => Flushes++;
    }
}
