using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

public class ShutdownTests
{
    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.3, false)]
    [InlineData(0.0, true)]
    [InlineData(0.3, true)]
    public void What_was_accepted_is_delivered_before_the_end_on_both_sides(double loss, bool bothClose)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            SctpLink link = new(seed);
            link.Connect();
            link.Loss = loss;
            byte[] there = Packets.Message(60_000, 1);
            byte[] back = Packets.Message(50_000, 2);
            link.A.Send(0, 53, there, link.Now);
            link.B.Send(0, 53, back, link.Now);
            link.Drain();
            link.A.Shutdown(link.Now);
            if (bothClose)
                link.B.Shutdown(link.Now);
            Assert.Equal(SctpSendResult.NotConnected, link.A.Send(0, 53, [1], link.Now));
            link.RunUntil(() => link.A.HasEnded && link.B.HasEnded, because: $"seed {seed}");
            Assert.True(
                link.EventsOfA[^1].Reason == SctpEndReason.ClosedLocally &&
                link.EventsOfB[^1].Reason == (bothClose ? SctpEndReason.ClosedLocally : SctpEndReason.ClosedByPeer),
                $"seed {seed}: {link.EventsOfA[^1]}, {link.EventsOfB[^1]}");
            Assert.Equal(there, Packets.Take(link.B, link.Now));
            Assert.Equal(back, Packets.Take(link.A, link.Now));
            link.RunFor(TimeSpan.FromMinutes(1));
            Assert.Equal(Wake.Never, link.A.NextTimeout);
            Assert.Equal(Wake.Never, link.B.NextTimeout);
        }
    }

    [Theory]
    [InlineData(ChunkType.Shutdown)]
    [InlineData(ChunkType.ShutdownAck)]
    [InlineData(ChunkType.ShutdownComplete)]
    public void It_ends_on_both_sides_when_the_first_of_a_kind_is_lost(byte type)
    {
        SctpLink link = new();
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        bool lost = false;
        link.Passes = (_, packet) => lost || !(lost = Packets.TypesOf(packet).Contains(type));
        link.A.Shutdown(link.Now);
        link.RunUntil(() => link.A.HasEnded && link.B.HasEnded, TimeSpan.FromSeconds(5));
        Assert.True(lost);
        Assert.Equal(SctpEndReason.ClosedLocally, link.EventsOfA[^1].Reason);
        Assert.Equal(SctpEndReason.ClosedByPeer, link.EventsOfB[^1].Reason);
    }

    [Fact]
    public void SHUTDOWN_that_is_never_answered_ends_with_a_reason()
    {
        SctpLink link = new();
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        link.Loss = 1;
        Instant start = link.Now;
        link.A.Shutdown(link.Now);
        link.RunUntil(() => link.A.HasEnded);
        Assert.Equal(SctpEndReason.ShutdownTimeout, link.EventsOfA[^1].Reason);
        Assert.Equal(TimeSpan.FromSeconds(25), link.Now - start);
    }

    [Fact]
    public void ABORT_ends_both_at_once_and_is_said_again_to_a_peer_that_missed_it()
    {
        SctpLink link = new();
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(1));
        link.Passes = (_, packet) => Packets.TypesOf(packet)[0] != ChunkType.Abort;
        link.A.Abort(link.Now);
        link.Drain();
        Assert.Equal(SctpEndReason.AbortedLocally, link.EventsOfA[^1].Reason);
        link.Passes = (_, _) => true;
        link.B.Send(0, 51, [1], link.Now);
        link.RunUntil(() => link.B.HasEnded, TimeSpan.FromSeconds(1));
        Assert.Equal(SctpEndReason.AbortedByPeer, link.EventsOfB[^1].Reason);
    }

    [Fact]
    public void Closing_before_it_is_up_ends_it()
    {
        SctpLink link = new();
        link.A.Start(link.Now);
        link.Drain();
        link.A.Shutdown(link.Now);
        link.Drain();
        Assert.Equal(SctpEndReason.ClosedLocally, link.EventsOfA[^1].Reason);

        link = new();
        link.A.Start(link.Now);
        link.A.Send(0, 51, [1], link.Now);
        link.RunUntil(() => link.A.State == SctpState.CookieEchoed);
        link.A.Shutdown(link.Now);
        link.RunUntil(() => link.A.HasEnded && link.B.HasEnded);
        Assert.Equal([1], Packets.Take(link.B, link.Now));
    }
}
