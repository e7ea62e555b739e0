using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>A microphone whose samples are the number of their 20 ms, and how old they are when they are sent.</summary>
public sealed class LiveSourceTests
{
    private const int FrameSamples = 960;

    private readonly ManualTimeProvider _time = new();
    private readonly List<(TimeSpan At, int Number)> _sent = [];
    private int _recorded;

    [Fact]
    public async Task What_piled_up_before_the_call_is_dropped_and_counted()
    {
        var microphone = new ScriptedSource(AudioFormat.Mono48kHz, isLive: true);
        RecordFor(microphone, 1_400, 20);
        await using AudioSender sender = Start(microphone);
        RecordFor(microphone, 1_000, 20);
        Assert.All(_sent, frame => Assert.InRange(AgeOf(frame), 0, 40));
        Assert.Equal(_recorded - Heard, sender.GetStatistics().DroppedFrames);
        Assert.InRange(sender.GetStatistics().DroppedFrames, 68, 70);
    }

    [Fact]
    public async Task A_pipe_that_a_recorder_empties_into_after_the_start_does_not_lag()
    {
        // What the pipe held is read at once, what the recorder itself held comes a moment later.
        var microphone = new ScriptedSource(AudioFormat.Mono48kHz, isLive: true);
        Record(microphone, 60);
        await using AudioSender sender = Start(microphone);
        _time.Advance(TimeSpan.FromMilliseconds(15));
        Record(microphone, 10);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        RecordFor(microphone, 1_000, 20);
        Assert.All(_sent.Where(frame => frame.At >= TimeSpan.FromMilliseconds(50)), frame => Assert.InRange(LastRecordedAt(frame.At) - frame.Number, 0, 1));
        Assert.Equal(_recorded - Heard, sender.GetStatistics().DroppedFrames);
    }

    [Fact]
    public async Task A_pushed_source_that_says_that_it_is_live_does_not_lag()
    {
        var line = new ChannelAudioSource(AudioFormat.Mono48kHz, isLive: true);
        for (int i = 0; i < 50; i++)
            line.TryWrite(Numbered());
        await using AudioSender sender = Start(new Unsignalled(line));
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(49, Assert.Single(_sent).Number);
        Assert.Equal(49, sender.GetStatistics().DroppedFrames);
    }

    [Fact]
    public async Task What_piles_up_while_the_program_is_held_up_is_dropped()
    {
        var microphone = new ScriptedSource(AudioFormat.Mono48kHz, isLive: true);
        await using AudioSender sender = Start(microphone);
        RecordFor(microphone, 500, 20);
        Record(microphone, 25);
        _time.Stall(TimeSpan.FromMilliseconds(500));
        Assert.Equal(_recorded - 1, _sent[^1].Number);
        RecordFor(microphone, 500, 20);
        Assert.All(_sent, frame => Assert.InRange(AgeOf(frame), 0, 40));
        Assert.Equal(_recorded - Heard, sender.GetStatistics().DroppedFrames);
    }

    [Fact]
    public async Task A_lag_that_comes_during_the_call_is_gone_within_one_and_a_quarter_seconds()
    {
        var microphone = new ScriptedSource(AudioFormat.Mono48kHz, isLive: true);
        await using AudioSender sender = Start(microphone);
        RecordFor(microphone, 500, 20);
        _time.Advance(TimeSpan.FromMilliseconds(300));      // the recorder alone was held up, and silence was sent
        Record(microphone, 15);
        RecordFor(microphone, 2_000, 20);
        Assert.All(_sent.Where(frame => frame.At > TimeSpan.FromMilliseconds(800 + 1_250)), frame => Assert.InRange(AgeOf(frame), 0, 40));
        Assert.Equal(_recorded - Heard, sender.GetStatistics().DroppedFrames);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(500)]
    public async Task A_recorder_that_writes_in_lumps_loses_nothing_after_the_start(int lump)
    {
        var microphone = new ScriptedSource(AudioFormat.Mono48kHz, isLive: true);
        await using AudioSender sender = Start(microphone);
        RecordFor(microphone, 2 * lump, lump);
        long atStart = sender.GetStatistics().DroppedFrames;
        RecordFor(microphone, 10_000, lump);
        Assert.Equal(atStart, sender.GetStatistics().DroppedFrames);
        Assert.True(atStart < 2 * lump / 20);
    }

    [Fact]
    public async Task A_source_that_is_not_live_loses_nothing()
    {
        var file = new ScriptedSource(AudioFormat.Mono48kHz);
        Record(file, 100);
        await using AudioSender sender = Start(file);
        _time.Advance(TimeSpan.FromMilliseconds(2_000));
        Assert.Equal(Enumerable.Range(0, 100), _sent.Select(frame => frame.Number));
        Assert.Equal(0, sender.GetStatistics().DroppedFrames);
    }

    [Fact]
    public async Task A_file_that_calls_itself_live_is_read_at_a_bounded_pace()
    {
        var endless = new Endless();
        await using AudioSender sender = Start(endless);
        _time.Advance(TimeSpan.FromMilliseconds(1_000));
        Assert.Equal(50, _sent.Count);
        Assert.InRange(endless.Reads, 1, 51 * 101);
    }

    private int Heard => _sent.Count(frame => frame.Number >= 0) + (_recorded - 1 - _sent[^1].Number);      // sent, or still to be sent

    private AudioSender Start(IAudioSource source)
    {
        var sender = new AudioSender(source, new NumberReader(this), new(), new SendingTrack((_, _) => { }), new AudioLinkContext(_time) { Inline = true });
        sender.Start();
        return sender;
    }

    // Time passes, and what was recorded meanwhile is written in lumps.
    private void RecordFor(ScriptedSource microphone, int milliseconds, int lump)
    {
        for (int i = 0; i < milliseconds / lump; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(lump));
            Record(microphone, lump / 20);
        }
    }

    private void Record(ScriptedSource microphone, int frames)
    {
        for (int i = 0; i < frames; i++)
            microphone.Give(Numbered());
    }

    private short[] Numbered()
    {
        var frame = new short[FrameSamples];
        frame.AsSpan().Fill((short)(1 + _recorded++));
        return frame;
    }

    // The first sample of a frame was recorded when the frame began; silence has no age.
    private static double AgeOf((TimeSpan At, int Number) frame) => frame.Number < 0 ? 0 : frame.At.TotalMilliseconds - (20 * frame.Number);

    private static int LastRecordedAt(TimeSpan at) => 70 + (int)((at.TotalMilliseconds - 20) / 20) - 1;

    /// <summary>Not an encoder at all: it notes which frame it was given.</summary>
    private sealed class NumberReader(LiveSourceTests test) : IOpusEncoder
    {
        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet)
        {
            test._sent.Add((test._time.Now, pcm[0] - 1));
            return 3;
        }

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Waits for ever once the inner source has nothing left: its own wait would end on another thread.</summary>
    private sealed class Unsignalled(ChannelAudioSource inner) : IAudioSource
    {
        public AudioFormat Format => inner.Format;

        public bool IsLive => inner.IsLive;

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default) =>
            inner.Buffered > TimeSpan.Zero ? inner.ReadAsync(buffer, cancellationToken) : new(new TaskCompletionSource<int>().Task.WaitAsync(cancellationToken));
    }

    private sealed class Endless : IAudioSource
    {
        public AudioFormat Format => AudioFormat.Mono48kHz;

        public bool IsLive => true;

        public int Reads { get; private set; }

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            return new(buffer.Length);
        }
    }
}
