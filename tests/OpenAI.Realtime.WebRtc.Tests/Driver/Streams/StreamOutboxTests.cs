using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver.Streams;

/// <summary>What a stream that is too slow does to what is sent by it.</summary>
public class StreamOutboxTests
{
    private readonly StreamOutbox _outbox = new();
    private readonly List<byte> _written = [];
    private int _room = int.MaxValue;

    [Fact]
    public void Of_audio_that_cannot_be_sent_the_oldest_is_dropped_and_the_newest_is_heard()
    {
        Send(Audio(0));
        _room = 10; // the next one is cut
        for (byte i = 1; i <= 12; i++)
            Assert.Equal(i <= 6, Send(Audio(i))); // one under way and five that wait; then each drops one
        _room = int.MaxValue;
        _outbox.Flush(Write);
        Assert.Equal([0, 1, 8, 9, 10, 11, 12], Frames().Select(f => f[1]));
        Assert.True(_outbox.IsEmpty);
    }

    [Fact]
    public void Audio_overtakes_events_that_wait()
    {
        _room = 0;
        Send(Record(1));
        Send(Record(2));
        Send(Audio(3));
        _room = int.MaxValue;
        _outbox.Flush(Write);
        Assert.Equal([1, 3, 2], Frames().Select(f => f[1])); // the first was under way already
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        _room = 0;
        int accepted = Enumerable.Range(0, 1000).Count(_ => Send(new byte[1200]));
        Assert.Equal(1 + (StreamOutbox.MaxBytes / 1200), accepted);
    }

    [Fact]
    public void Frames_stay_whole_however_little_the_stream_takes_at_a_time()
    {
        Random random = new(7);
        List<byte[]> sent = [];
        for (int i = 0; i < 300; i++)
        {
            byte[] datagram = new byte[random.Next(1, 1300)];
            random.NextBytes(datagram);
            datagram[0] = 22;
            _room = random.Next(0, 1000);
            if (Send(datagram))
                sent.Add(datagram);
            _room = random.Next(0, 2000);
            _outbox.Flush(Write);
        }

        _room = int.MaxValue;
        _outbox.Flush(Write);
        Assert.Equal(sent, Frames());
    }

    private static byte[] Audio(byte number) => [128, number, .. new byte[40]];

    private static byte[] Record(byte number) => [23, number, .. new byte[40]];

    private bool Send(byte[] datagram) => _outbox.TrySend(datagram, Write);

    private int Write(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _room);
        _room -= count;
        _written.AddRange(bytes[..count]);
        return count;
    }

    private List<byte[]> Frames()
    {
        List<byte[]> frames = [];
        for (int at = 0; at < _written.Count;)
        {
            int length = (_written[at] << 8) | _written[at + 1];
            frames.Add([.. _written.GetRange(at + 2, length)]);
            at += 2 + length;
        }

        return frames;
    }
}
