using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Tcp;

/// <summary>RFC 4571: a stream of datagrams, each behind its length.</summary>
public class StreamFramesTests
{
    [Fact]
    public void Frames_are_the_same_wherever_the_stream_is_cut()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            Random random = new(seed);
            List<byte[]> sent = [];
            List<byte> stream = [];
            for (int i = 0; i < 50; i++)
            {
                byte[] datagram = new byte[random.Next(5) == 0 ? 0 : random.Next(1, 1300)];
                random.NextBytes(datagram);
                stream.AddRange([(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram]);
                if (datagram.Length > 0)
                    sent.Add(datagram);
            }

            StreamFrames frames = new();
            List<byte[]> received = [];
            int longest = random.Next(1, 4000);
            for (int at = 0; at < stream.Count;)
            {
                int count = Math.Min(stream.Count - at, random.Next(1, longest + 1));
                Span<byte> data = stream.Slice(at, count).ToArray();
                at += count;
                while (frames.TryTake(ref data, out Span<byte> datagram))
                    received.Add(datagram.ToArray());
                Assert.True(data.IsEmpty);
            }

            Assert.False(frames.IsBroken);
            Assert.True(sent.Count == received.Count && sent.Zip(received).All(p => p.First.AsSpan().SequenceEqual(p.Second)), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(StreamFrames.MaxLength + 1)]
    [InlineData(ushort.MaxValue)]
    public void A_frame_longer_than_any_datagram_breaks_the_stream(int length)
    {
        foreach (int cut in (int[])[1, 2, 3])
        {
            StreamFrames frames = new();
            byte[] bytes = [(byte)(length >> 8), (byte)length, 1, 2, 3];
            Span<byte> first = bytes.AsSpan(0, cut), rest = bytes.AsSpan(cut);
            Assert.False(frames.TryTake(ref first, out _));
            Assert.False(frames.TryTake(ref rest, out _));
            Assert.True(frames.IsBroken);
        }
    }

    [Fact]
    public void A_datagram_that_comes_in_one_piece_is_not_copied()
    {
        StreamFrames frames = new();
        byte[] bytes = [0, 2, 7, 8, 0, 1, 9];
        Span<byte> data = bytes;
        Assert.True(frames.TryTake(ref data, out Span<byte> first));
        first[0] = 70; // decrypted in place
        Assert.Equal(70, bytes[2]);
        Assert.True(frames.TryTake(ref data, out Span<byte> second));
        Assert.Equal([9], second.ToArray());
    }
}
