using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

/// <summary>Audio goes through as it came: Opus in, Opus out, gaps and distances kept, nothing decoded unless somebody listens.</summary>
public sealed class RelayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Nothing_is_decoded_until_a_sink_listens_in_and_then_it_hears_both_sides()
    {
        var codec = new CountingCodec();
        await using Bridged b = await Bridged.StartAsync(o => o.CodecFactory = codec, service =>
            service.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Long.", RealtimeTestAudio.Tone(880, TimeSpan.FromSeconds(20)))));
        await b.Page.SendAsync("""{"type":"response.create"}""");
        await Wait.UntilAsync(() => b.Bridge.GetStatistics().ServiceAudio.Packets > 50, "the answer goes through");
        await using var speaker = new ToneSpeaker(b.Page.Peer, LibOpusCodecFactory.Default, 440);
        await Wait.UntilAsync(() => b.Bridge.GetStatistics().PageAudio.Packets > 50, "the page's voice goes through");
        Assert.Equal((0, 0), (codec.Encoders, codec.Decoders));

        var page = new ChannelAudioSink(AudioFormat.Mono48kHz);
        IAsyncDisposable listening = b.Bridge.ListenToPage(page);
        Assert.InRange(await FrequencyAsync(page), 430, 450);
        Assert.Equal((0, 1), (codec.Encoders, codec.Decoders));
        await listening.DisposeAsync();
        Assert.Equal(1, codec.Disposed);
    }

    [Fact]
    public async Task A_sink_hears_the_assistant_and_the_end_of_the_call_ends_its_listening()
    {
        var codec = new CountingCodec();
        await using Bridged b = await Bridged.StartAsync(o => o.CodecFactory = codec, service =>
            service.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Long.", RealtimeTestAudio.Tone(880, TimeSpan.FromSeconds(20)))));
        await b.Page.SendAsync("""{"type":"response.create"}""");
        await b.Page.WaitForAsync("output_audio_buffer.started");
        var assistant = new ChannelAudioSink(AudioFormat.Mono48kHz);
        _ = b.Bridge.ListenToService(assistant);
        Assert.InRange(await FrequencyAsync(assistant), 870, 890);
        await b.Bridge.HangUpAsync();
        Assert.Equal((1, 1), (codec.Decoders, codec.Disposed));
        Assert.Throws<InvalidOperationException>(() => b.Bridge.ListenToService(assistant));
    }

    [Fact]
    public async Task A_packet_lost_on_the_way_to_the_host_is_missing_at_the_service_too()
    {
        await using Bridged b = await Bridged.StartAsync();
        byte[] opus = [0xF8, 0xFF, 0xFE];
        uint timestamp = 0;
        ushort number = 0;
        for (int i = 0; i < 20; i++)
        {
            ushort step = (ushort)(i == 10 ? 4 : 1);
            timestamp += 960u * step;
            number += step;
            b.Page.Peer.Audio.Send(opus, new(number, timestamp, Marker: i == 0));
            await Wait.UntilAsync(() => b.Call.Uplink.Packets > i, "the packet goes through");
        }
        Assert.Equal(3, b.Call.Uplink.Lost);
        Assert.Equal(0, b.Call.Uplink.IrregularTimestamps);
        Assert.Equal(3, b.Bridge.GetStatistics().PageAudio.Missing);
        Assert.Equal(TimeSpan.FromMilliseconds(23 * 20), b.Call.Uplink.Duration);
    }

    [Fact]
    public async Task A_pause_of_the_page_is_a_pause_at_the_service_and_no_loss()
    {
        await using Bridged b = await Bridged.StartAsync();
        byte[] opus = [0xF8, 0xFF, 0xFE];
        ushort number = 0;
        foreach (uint timestamp in new uint[] { 0, 960, 96_000, 96_960 })
            b.Page.Peer.Audio.Send(opus, new(number++, timestamp, Marker: timestamp is 0 or 96_000));
        await Wait.UntilAsync(() => b.Call.Uplink.Packets == 4, "the packets go through");
        Assert.Equal(0, b.Call.Uplink.Lost);
        Assert.Equal(1, b.Call.Uplink.IrregularTimestamps);
    }

    [Fact]
    public void A_stream_keeps_its_distances_its_gaps_and_its_wrap_around()
    {
        var stream = new RelayedStream();
        Assert.Equal((65_534, uint.MaxValue - 959), Accept(stream, 65_534, uint.MaxValue - 959));
        Assert.Equal((65_535, 0u), Accept(stream, 65_535, 0));
        Assert.Equal((2, 2880u), Accept(stream, 2, 2880));
        Assert.Null(Accept(stream, 2, 2880));           // a duplicate
        Assert.Equal((1, 1920u), Accept(stream, 1, 1920));      // late: reordering stays reordering
        Assert.Null(Accept(stream, 1, 1920));
        Assert.Null(Accept(stream, 65_533, 0));         // before the stream's first
        Assert.Equal((3, 3840u), Accept(stream, 3, 3840));
        Assert.Equal(new RelayedAudio(5, 50, 1, 3), stream.Counted);
    }

    [Fact]
    public void Padding_is_not_passed_on_and_leaves_no_gap()
    {
        var stream = new RelayedStream();
        Assert.Equal((5, 960u), Accept(stream, 5, 960));
        stream.Skip(6);
        stream.Skip(7);
        Assert.Equal((6, 1920u), Accept(stream, 8, 1920));
        Assert.Equal(0, stream.Counted.Missing);
    }

    [Fact]
    public void A_change_of_source_goes_on_where_the_last_one_stopped()
    {
        var stream = new RelayedStream();
        Accept(stream, 10, 1000, ssrc: 1, milliseconds: 0);
        Assert.Equal((11, 1960u), Accept(stream, 40_000, 7_000_000, ssrc: 2, milliseconds: 20));
        Assert.Equal((12, 2920u), Accept(stream, 40_001, 7_000_960, ssrc: 2, milliseconds: 40));
        Assert.Equal((13, 7720u), Accept(stream, 5_000, 5, ssrc: 2, milliseconds: 140));      // a restart: far too large a step for a loss
    }

    [Fact]
    public async Task Relaying_allocates_nothing_per_packet()
    {
        const int Count = 2_000;
        const int SmallestObject = 24;      // bytes
        const int Rounds = 500;             // other tests allocate in this process meanwhile: until one round passes without them; an object a packet would be in every one
        var page = new PacketFeed();
        var source = new PageAudioSource(page);
        await using IPeerConnection unconnected = new PeerConnectionFactory().Create(new PeerConnectionOptions());
        var sink = new PageAudioSink(unconnected.Audio);
        byte[] opus = new byte[80];
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        int sent = 0;
        using var stop = new CancellationTokenSource();

        // The way it is when it runs: the reader waits for each packet, and is resumed when it comes.
        async Task RunAsync()
        {
            for (int i = 0; i < Count; i++)
            {
                ValueTask<EncodedAudioFrame> reading = source.ReadAsync(buffer, stop.Token);
                ushort number = (ushort)sent++;
                var packet = new EncodedAudio(opus.Length, 111, number, number * 960u, false, 1, TimeSpan.FromMilliseconds(20 * sent));
                page.Enqueue(opus, in packet);
                await reading;
                await sink.WriteAsync(buffer.AsMemory(0, opus.Length), packet, stop.Token);
            }
        }

        await RunAsync();
        long best = long.MaxValue;
        int rounds = 0;
        while (best >= Count * SmallestObject && rounds++ < Rounds)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync();
            best = Math.Min(best, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.True(best < Count * SmallestObject, $"{best} bytes for {Count} packets in each direction");
        Assert.Equal((1 + rounds) * Count, source.Counted.Packets);
    }

    private static (int Number, uint Timestamp)? Accept(RelayedStream stream, ushort number, uint timestamp, uint ssrc = 1, int milliseconds = 0)
    {
        var packet = new EncodedAudio(10, 111, number, timestamp, false, ssrc, TimeSpan.FromMilliseconds(milliseconds));
        return stream.TryAccept(in packet, out OpusPacketHeader header) ? (header.SequenceNumber, header.Timestamp) : null;
    }

    /// <summary>What is heard, once something is.</summary>
    private static async Task<double> FrequencyAsync(ChannelAudioSink sink)
    {
        short[] second = new short[48_000];
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            for (int count = 0; count < second.Length;)
                count += await sink.ReadAsync(second.AsMemory(count), patience.Token);
            if (AudioLevel.Measure(second).RmsDbfs > -30)
                return Spectrum.DominantFrequency(second, 48_000);
        }
    }

    private sealed class CountingCodec : IOpusCodecFactory
    {
        private int _encoders, _decoders, _disposed;

        public int Encoders => _encoders;

        public int Decoders => _decoders;

        public int Disposed => _disposed;

        public IOpusEncoder CreateEncoder(OpusEncoderOptions options)
        {
            Interlocked.Increment(ref _encoders);
            return LibOpusCodecFactory.Default.CreateEncoder(options);
        }

        public IOpusDecoder CreateDecoder()
        {
            Interlocked.Increment(ref _decoders);
            return new Decoder(this, LibOpusCodecFactory.Default.CreateDecoder());
        }

        private sealed class Decoder(CountingCodec codec, IOpusDecoder inner) : IOpusDecoder
        {
            public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples) => inner.TryDecode(packet, pcm, out samples);

            public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm) => inner.TryDecodeFec(nextPacket, pcm);

            public void Conceal(Span<short> pcm) => inner.Conceal(pcm);

            public void Reset() => inner.Reset();

            public void Dispose()
            {
                Interlocked.Increment(ref codec._disposed);
                inner.Dispose();
            }
        }
    }
}
