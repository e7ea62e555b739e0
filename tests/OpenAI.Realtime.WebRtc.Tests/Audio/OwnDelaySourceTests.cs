using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>A source that keeps its own delay: asked at the deadline, sent at the deadline, held nowhere.</summary>
public sealed class OwnDelaySourceTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<(TimeSpan At, short First, short Last)> _sent = [];

    [Fact]
    public async Task A_frame_is_read_at_the_deadline_at_which_it_is_sent()
    {
        var device = new Device(_time, 48_000);
        await using AudioSender sender = Start(device);
        Advance(1_000);
        Assert.InRange(_sent.Count, 49, 50);
        Assert.Equal(device.Reads, _sent.Select(frame => frame.At));
        Assert.Equal(Enumerable.Range(1, _sent.Count), _sent.Select(frame => (int)frame.First));
        Assert.Equal(0, sender.GetStatistics().UnderrunFrames);
    }

    [Fact]
    public async Task A_read_that_is_not_answered_at_once_costs_a_frame_of_silence_and_is_sent_at_the_next_deadline()
    {
        var device = new Device(_time, 48_000);
        await using AudioSender sender = Start(device);
        Advance(100);
        device.Answers = false;
        Advance(100);
        Assert.Equal(5, sender.GetStatistics().UnderrunFrames);
        int before = device.Reads.Count;
        device.Answers = true;
        Advance(100);
        Assert.Equal([5, 0, 0, 0, 0, 0, 6, 7], _sent.Skip(4).Take(8).Select(frame => (int)frame.First));
        Assert.Equal(before + 4, device.Reads.Count);
        Assert.Equal(0, sender.GetStatistics().DroppedFrames);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(24_000)]
    [InlineData(44_100)]
    public async Task Whatever_its_rate_there_is_a_frame_at_every_deadline(int rate)
    {
        var device = new Device(_time, rate);
        await using AudioSender sender = Start(device);
        Advance(2_000);
        Assert.InRange(_sent.Count, 99, 100);
        Assert.Equal(0, sender.GetStatistics().UnderrunFrames);
    }

    [Fact]
    public async Task Its_end_and_its_failure_are_silence_from_then_on()
    {
        foreach (bool fails in new[] { false, true })
        {
            var faults = new List<AudioFault>();
            var device = new Device(_time, 48_000) { EndsAfter = 5, Fails = fails };
            await using AudioSender sender = Start(device, faults.Add);
            Advance(1_000);
            AudioSendStatistics counted = sender.GetStatistics();
            Assert.True(counted.SourceEnded);
            Assert.InRange(counted.Packets, 49, 50);
            Assert.Equal(0, counted.UnderrunFrames);
            Assert.Equal(6, device.Reads.Count);
            Assert.Equal(fails ? ["source"] : [], faults.Select(fault => fault.Part));
        }
    }

    [Fact]
    public async Task A_read_that_is_under_way_at_the_end_is_cancelled()
    {
        var device = new Device(_time, 48_000) { Answers = false };
        AudioSender sender = Start(device);
        Advance(100);
        await sender.DisposeAsync();
        Assert.True(device.WasCancelled);
    }

    [Fact]
    public async Task A_source_that_may_block_is_read_ahead_as_ever()
    {
        var device = new Device(_time, 48_000) { IsNonBlocking = false };
        await using AudioSender sender = Start(new MeteredAudioSource(device));
        Advance(100);
        Assert.True(device.Reads.Count > _sent.Count);
    }

    private AudioSender Start(IAudioSource source, Action<AudioFault>? onFault = null)
    {
        var sender = new AudioSender(source, new Reader(this), new(), new SendingTrack((_, _) => { }), new AudioLinkContext(_time, OnFault: onFault) { Inline = true });
        sender.Start();
        return sender;
    }

    private void Advance(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i += 5)
            _time.Advance(TimeSpan.FromMilliseconds(5));
    }

    /// <summary>A sound device that always has 20 ms, unless it has none.</summary>
    private sealed class Device(ManualTimeProvider time, int rate) : IAudioSource
    {
        private readonly TaskCompletionSource<int> _later = new();
        private bool _isAsked;

        public AudioFormat Format => new(rate);

        public bool IsLive => true;

        public bool IsNonBlocking { get; init; } = true;

        public bool KeepsItsOwnDelay => true;

        public List<TimeSpan> Reads { get; } = [];

        public int EndsAfter { get; init; } = int.MaxValue;

        public bool Fails { get; init; }

        public bool WasCancelled => _later.Task.IsCanceled;

        public bool Answers
        {
            get;
            set
            {
                field = value;
                if (value && _isAsked)
                    _later.TrySetResult(rate / 50);
            }
        } = true;

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            Reads.Add(time.Now);
            if (Reads.Count > EndsAfter)
                return Fails ? throw new InvalidOperationException() : new(0);
            buffer.Span.Fill((short)Reads.Count);
            if (Answers)
                return new(buffer.Length);
            _isAsked = true;
            cancellationToken.Register(() => _later.TrySetCanceled(cancellationToken));
            return new(_later.Task);
        }
    }

    private sealed class Reader(OwnDelaySourceTests test) : IOpusEncoder
    {
        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet)
        {
            test._sent.Add((test._time.Now, pcm[0], pcm[^1]));
            return 3;
        }

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public void Dispose()
        {
        }
    }
}
