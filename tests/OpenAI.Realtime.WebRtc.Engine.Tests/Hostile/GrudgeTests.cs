using System.Buffers.Binary;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

/// <summary>What once broke the engine and needs an answer at the right moment, so that it cannot be kept as bytes in the corpus.</summary>
public class GrudgeTests
{
    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MinValue + 3_000_000_000)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void A_heartbeat_answered_with_another_moment_of_sending_is_no_measurement(long ticks)
    {
        // The moment travels in the HEARTBEAT and comes back. A peer that changed it to long ago made the round trip overflow, and TimeSpan threw.
        using ExceptionWatch watch = new();
        using Duel duel = Connected();
        duel.Attacker.InterceptSctp = packet =>
        {
            byte[][] chunks = [.. SctpMutator.Split(packet)];
            foreach (byte[] chunk in chunks.Where(c => c[0] == ChunkType.HeartbeatAck))
                BinaryPrimitives.WriteInt64BigEndian(chunk.AsSpan(8), ticks);
            return [duel.Attacker.SctpPacketOf(chunks)];
        };
        duel.Advance(TimeSpan.FromSeconds(75)); // the second one made it throw
        Assert.Contains(duel.Attacker.SentSctp, p => SctpMutator.Split(p).Any(c => c[0] == ChunkType.HeartbeatAck));
        duel.Attacker.InterceptSctp = null;
        AssertTalks(duel);
        Assert.Null(watch.Unexpected);
    }

    [Fact]
    public void A_heartbeat_longer_than_our_packets_does_not_hold_up_the_answers_behind_it()
    {
        using Duel duel = Connected();
        byte[] info = new byte[3000];
        duel.Inject("long", duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(Attacker.ChunkOf(ChunkType.Heartbeat, 0, info))));
        duel.Inject("short", duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(Attacker.ChunkOf(ChunkType.Heartbeat, 0, [0, 1, 0, 8, 7, 7, 7, 7]))));
        Assert.Contains(duel.Attacker.SeenSctp.SelectMany(SctpMutator.Split), c => c[0] == ChunkType.HeartbeatAck && c.AsSpan(8).SequenceEqual("\a\a\a\a"u8));
        AssertTalks(duel);
    }

    [Fact]
    public void Data_on_the_stream_that_cannot_be_does_not_hide_what_it_lays_bare()
    {
        // It is acknowledged and dropped (RFC 9260 §6.5). What waited behind it came out of order, and that went unnoticed.
        using Duel duel = Connected();
        duel.Attacker.Send("x"u8, duel.Now);
        duel.Settle();
        duel.Advance(TimeSpan.FromSeconds(1));
        duel.Attacker.KeepsAssociation = false;
        Serial32 cumulative = duel.Attacker.VictimCumulativeTsn!.Value;
        byte[] begin = Attacker.DataOf(cumulative + 2, 2, duel.Attacker.StreamId, 9, 51, "a"u8);
        byte[] beginAgain = Attacker.DataOf(cumulative + 3, 2, duel.Attacker.StreamId, 9, 51, "b"u8);
        duel.Inject("ahead", duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(begin, beginAgain)));
        Assert.Null(duel.End);
        duel.Inject("invalid stream", duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(Attacker.DataOf(cumulative + 1, 3, 65535, 0, 51, "c"u8))));
        Assert.Equal(Engine.Core.PeerEndReason.ChannelFailed, duel.End?.Reason);
    }

    [Fact]
    public void A_reset_of_a_stream_without_a_channel_is_not_answered_by_another()
    {
        // Each side answered the other's reset with one of its own, at the speed of the network.
        using Duel duel = Connected();
        duel.Attacker.Channel!.Association.ResetStream(77, duel.Now);
        duel.Settle();
        duel.Advance(TimeSpan.FromSeconds(5));
        int resets = duel.Attacker.SeenSctp.SelectMany(SctpMutator.Split).Count(c => c[0] == ChunkType.ReConfig);
        Assert.Equal(1, resets); // the answer
        AssertTalks(duel);
    }

    private static Duel Connected() => new Duel(11, "grudge", new FuzzReport(), new AttackerOptions()).Connect();

    private static void AssertTalks(Duel duel)
    {
        Assert.True(duel.Attacker.Send(Encoding.UTF8.GetBytes("still there?"), duel.Now));
        duel.Settle();
        Assert.True(duel.AdvanceUntil(() => duel.LastText == "still there?", TimeSpan.FromSeconds(10)));
    }
}
