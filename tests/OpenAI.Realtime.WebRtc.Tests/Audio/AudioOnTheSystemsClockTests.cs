using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>The same machines on real threads and timers. What is asserted is that things happen, never when.</summary>
public class AudioOnTheSystemsClockTests
{
    [Fact]
    public async Task What_is_pushed_at_one_end_is_read_at_the_other_and_stopping_ends_it()
    {
        var peer = new FakePeerConnection();
        var source = new ChannelAudioSource(AudioFormat.Mono24kHz);
        var sink = new ChannelAudioSink(AudioFormat.Mono24kHz, TimeSpan.FromSeconds(10));
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new());
        ushort number = 0;
        IAudioDownlink downlink = AudioLinks.CreateDownlink(new() { Sink = sink }, peer, new(TimeProvider.System));
        var uplink = new AudioSender(
            source, encoder, new(), new SendingTrack((opus, header) => peer.Deliver(opus, number++, header.Timestamp, default)), new(TimeProvider.System));
        downlink.Start();
        uplink.Start();

        await source.WriteAsync(Spectrum.Tone(600, 24_000, 24_000));
        var heard = new List<short>();
        var buffer = new short[480];
        while (!heard.Any(s => s > 5_000) || heard.Count(s => s > 5_000) < 2_000)
            heard.AddRange(buffer.AsSpan(0, await sink.ReadAsync(buffer)));
        short[] loud = [.. heard.TakeLast(4_800)];
        Assert.InRange(Spectrum.DominantFrequency(loud, 24_000), 560, 640);

        await uplink.DisposeAsync();
        await downlink.DisposeAsync();
        long sent = uplink.GetStatistics().Packets;
        Assert.Equal(sent, number);
        Assert.True(downlink.GetStatistics().Packets <= sent);
    }

    [Fact]
    public async Task A_source_that_blocks_its_thread_does_not_hold_up_the_packets()
    {
        using var release = new ManualResetEventSlim();
        var packets = new TaskCompletionSource();
        int count = 0;
        await using var sender = new AudioSender(
            new BlockingSource(release),
            LibOpusCodecFactory.Default.CreateEncoder(new()),
            new(),
            new SendingTrack((_, _) =>
            {
                if (++count == 5)
                    packets.TrySetResult();
            }),
            new(TimeProvider.System));
        sender.Start();
        await packets.Task;
        release.Set();
    }

    private sealed class BlockingSource(ManualResetEventSlim release) : IAudioSource
    {
        public AudioFormat Format => AudioFormat.Mono48kHz;

        public bool PacesItself => false;

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            release.Wait(CancellationToken.None);
            return new(0);
        }
    }
}
