using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public class StreamAudioTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(7, 2)]
    public async Task Samples_survive_a_stream_that_cuts_them_anywhere(int bytesAtATime, int channels)
    {
        short[] pcm = [.. Enumerable.Range(0, 600).Select(i => (short)(i * 109))];
        var written = new MemoryStream();
        var sink = new StreamAudioSink(written, new(24_000, channels));
        await sink.WriteAsync(pcm);
        Assert.Equal(1_200, written.Length);
        Assert.Equal([0, 0, 109, 0], written.ToArray()[..4]);       // little-endian

        var source = new StreamAudioSource(new TricklingStream(written.ToArray(), bytesAtATime), new(24_000, channels));
        var heard = new List<short>();
        var buffer = new short[64];
        for (int count; (count = await source.ReadAsync(buffer)) > 0;)
        {
            Assert.Equal(0, count % channels);
            heard.AddRange(buffer.AsSpan(0, count));
        }

        Assert.Equal(pcm, heard);
    }

    [Fact]
    public async Task Half_a_sample_at_the_end_is_dropped() =>
        Assert.Equal(0, await new StreamAudioSource(new MemoryStream([1])).ReadAsync(new short[10]));

    private sealed class TricklingStream(byte[] bytes, int atATime) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atATime)], cancellationToken);
    }
}

public class ChannelAudioTests
{
    [Fact]
    public async Task A_writer_waits_while_there_is_no_room_and_the_order_is_kept()
    {
        var source = new ChannelAudioSource(new(8_000), TimeSpan.FromMilliseconds(20));     // 160 samples
        short[] pcm = [.. Enumerable.Range(0, 1_000).Select(i => (short)i)];
        Task writing = source.WriteAsync(pcm).AsTask();
        Assert.False(writing.IsCompleted);
        Assert.Equal(TimeSpan.FromMilliseconds(20), source.Buffered);
        var heard = new List<short>();
        var buffer = new short[37];
        while (heard.Count < 1_000)
            heard.AddRange(buffer.AsSpan(0, await source.ReadAsync(buffer)));
        await writing;
        Assert.Equal(pcm, heard);
    }

    [Fact]
    public async Task A_reader_waits_for_samples_and_sees_the_end()
    {
        var source = new ChannelAudioSource();
        ValueTask<int> reading = source.ReadAsync(new short[10]);
        Assert.False(reading.IsCompleted);
        Assert.Equal(3, source.TryWrite([1, 2, 3]));
        Assert.Equal(3, await reading);
        source.TryWrite([4]);
        source.Complete();
        Assert.Equal(1, await source.ReadAsync(new short[10]));
        Assert.Equal(0, await source.ReadAsync(new short[10]));
        Assert.Throws<InvalidOperationException>(() => source.TryWrite([5]));
    }

    [Fact]
    public async Task Waits_can_be_cancelled_and_taken_up_again()
    {
        var source = new ChannelAudioSource(new(8_000), TimeSpan.FromMilliseconds(20));
        using var cancel = new CancellationTokenSource();
        ValueTask<int> reading = source.ReadAsync(new short[10], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
        source.TryWrite(new short[160]);
        using var cancelWrite = new CancellationTokenSource();
        ValueTask writing = source.WriteAsync(new short[1], cancelWrite.Token);
        await cancelWrite.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writing);
        Assert.Equal(10, await source.ReadAsync(new short[10]));
    }

    [Fact]
    public async Task A_flushed_sink_is_empty_and_lets_a_waiting_writer_go_on()
    {
        var sink = new ChannelAudioSink(new(8_000, 2), TimeSpan.FromMilliseconds(20));      // 320 samples
        await sink.WriteAsync(new short[320]);
        Task writing = sink.WriteAsync(new short[100]).AsTask();
        Assert.False(writing.IsCompleted);
        sink.Flush();
        await writing;
        Assert.Equal(100, sink.TryRead(new short[320]));
        sink.Complete();
        await sink.WriteAsync(new short[1_000]);        // dropped
        Assert.Equal(0, await sink.ReadAsync(new short[10]));
    }
}

public class AudioLevelTests
{
    [Fact]
    public void Levels_are_given_against_full_scale()
    {
        AudioLevel sine = AudioLevel.Measure(Spectrum.Tone(1_000, 48_000, 48_000, 32_767));
        Assert.Equal(-3.01, sine.RmsDbfs, 0.01);
        Assert.Equal(0, sine.PeakDbfs, 0.01);
        short[] square = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? short.MinValue : short.MaxValue)];
        Assert.Equal(0, AudioLevel.Measure(square).RmsDbfs, 0.01);
        Assert.Equal(AudioLevel.Silence, AudioLevel.Measure(new short[100]));
        Assert.Equal(AudioLevel.Silence, AudioLevel.Measure([]));
        Assert.Equal(sine, AudioLevel.Unpack(sine.Pack()));
        Assert.Equal(0, AudioLevel.Silence.Bar);
        Assert.InRange(sine.Bar, 0.9f, 1f);
    }

    [Fact]
    public async Task Metered_sources_and_sinks_measure_what_passes_and_change_nothing()
    {
        int seen = 0;
        var source = new MeteredAudioSource(new ToneAudioSource(440, -6), pcm => seen += pcm.Length);
        var buffer = new short[960];
        Assert.Equal(960, await source.ReadAsync(buffer));
        Assert.Equal(-9, source.Level.RmsDbfs, 0.2);
        Assert.Equal(960, seen);
        var inner = new ChannelAudioSink(AudioFormat.Mono48kHz);
        var sink = new MeteredAudioSink(inner);
        var tee = new TeeAudioSink(sink, new NullAudioSink());
        await tee.WriteAsync(buffer);
        Assert.Equal(-6, sink.Level.PeakDbfs, 0.1);
        Assert.Equal(TimeSpan.FromMilliseconds(20), tee.Buffered);
        tee.Flush();
        Assert.Equal(TimeSpan.Zero, inner.Buffered);
        Assert.Throws<ArgumentException>(() => new TeeAudioSink(sink, new NullAudioSink(AudioFormat.Mono24kHz)));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new AudioOptions { Source = new SilenceAudioSource(), EncodedSource = new ScriptedEncodedSource() }.Validate());
        Assert.Throws<ArgumentException>(() => new AudioOptions { Sink = new NullAudioSink(new(47_999)) }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioOptions { JitterBuffer = { MaxDelay = TimeSpan.FromSeconds(1) } }.Validate());
        new AudioOptions().Validate();
    }
}
