using System.Buffers.Binary;
using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

/// <summary>The heap is measured, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(HeapCollection), DisableParallelization = true)]
public sealed class HeapCollection;

/// <summary>
/// Whatever a peer can make grow has a named bound. Here a peer with the right keys makes each of them grow as far as it goes, and the victim's share
/// of the heap is measured after a full collection.
/// </summary>
[Collection(nameof(HeapCollection))]
public sealed class GrowthTests(ITestOutputHelper output)
{
    private const int MiB = 1024 * 1024;

    // What the measurement itself cannot avoid: pools, the runtime's own tables, the attacker's notes.
    private const int Slack = 512 * 1024;

    // MaxIncomingMessageSize (1 MiB) and twice DataReceiver.WindowSlack. A ring that grows by doubling is up to twice as long as what it holds; the arrays
    // that it outgrew are together as long again and wait in the process's pool for whoever needs one next.
    private const int Window = 4 * (MiB + (2 * DataReceiver.WindowSlack));

    private static readonly byte[] s_filler = new byte[1000];

    [Fact]
    public void Fragments_beyond_a_gap_stay_within_the_window() =>
        Measure(Window + (2 * FragmentStore.MaxTsnsAhead * 48), duel =>
        {
            Serial32 cumulative = Cumulative(duel);
            for (int i = 2; i < 6000; i++)
                Sctp(duel, Attacker.DataOf(cumulative + i, 0, 0, 0, 51, s_filler));
        });

    [Fact]
    public void Tiny_fragments_beyond_a_gap_are_bounded_by_their_number() =>
        Measure(FragmentStore.MaxTsnsAhead * (32 + 64) * 2, duel =>
        {
            Serial32 cumulative = Cumulative(duel);
            for (int i = 2; i < 20_000; i += 2)
                Sctp(duel, Attacker.DataOf(cumulative + i, 3, 0, 0, 51, s_filler.AsSpan(0, 1)), Attacker.DataOf(cumulative + i + 1, 3, 0, 0, 51, s_filler.AsSpan(0, 1)));
        });

    [Fact]
    public void Messages_that_nobody_reads_stay_within_the_window() =>
        Measure(Window, duel =>
        {
            duel.ReadsMessages = false;
            Serial32 cumulative = Cumulative(duel);
            for (int i = 1; i < 6000; i++)
                Sctp(duel, Attacker.DataOf(cumulative + i, 3, duel.Attacker.StreamId, (ushort)i, 51, s_filler));
        });

    [Fact]
    public void Tiny_messages_that_nobody_reads_stay_within_the_window() =>
        Measure(Window, duel =>
        {
            duel.ReadsMessages = false;
            Serial32 tsn = Cumulative(duel);
            byte[][] chunks = new byte[40][];
            for (int i = 0; i < 2000; i++)
            {
                for (int n = 0; n < chunks.Length; n++)
                    chunks[n] = Attacker.DataOf(++tsn, 3, duel.Attacker.StreamId, 0, 51, s_filler.AsSpan(0, 1));
                Sctp(duel, chunks);
            }
        });

    [Fact]
    public void A_message_without_end_ends_the_connection_at_the_largest_size() =>
        Measure(Window, duel =>
        {
            Serial32 tsn = Cumulative(duel);
            for (int i = 0; i < 2000 && duel.End is null; i++)
                Sctp(duel, Attacker.DataOf(++tsn, (byte)(i == 0 ? 2 : 0), duel.Attacker.StreamId, 0, 51, s_filler));
            Assert.Equal(PeerEndReason.ChannelFailed, duel.End?.Reason);
        });

    [Fact]
    public void Channels_opened_and_reset_without_end_cost_a_number_for_each_stream() =>
        Measure(2 * MiB, duel =>
        {
            byte[] open = [3, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 65];
            for (int stream = 2; stream < 8000 && duel.End is null; stream++)
            {
                duel.Attacker.SendRaw((ushort)stream, PayloadProtocol.Dcep, open, duel.Now);
                duel.Settle();
                duel.Attacker.Channel!.Association.ResetStream((ushort)stream, duel.Now);
                duel.Settle();
            }

            Assert.Null(duel.End);
        });

    [Fact]
    public void Channels_opened_without_end_are_not_answered_beyond_the_bound()
    {
        using Duel duel = New();
        byte[] open = [3, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 65];
        for (int stream = 2; stream < 1000; stream++)
        {
            duel.Attacker.SendRaw((ushort)stream, PayloadProtocol.Dcep, open, duel.Now);
            duel.Settle();
        }

        // Resets of streams that were never opened make no room for more.
        for (int i = 0; i < 50; i++)
        {
            duel.Attacker.Channel!.Association.ResetStream((ushort)(2000 + i), duel.Now);
            duel.Settle();
        }

        duel.Advance(TimeSpan.FromSeconds(2));
        int acks = duel.Attacker.MessagesWithPpid(PayloadProtocol.Dcep);
        Assert.InRange(acks, DataChannel.MaxForeignChannels, DataChannel.MaxForeignChannels + 1);
        Assert.Null(duel.End);
    }

    [Fact]
    public void Answers_that_are_not_taken_stay_within_their_queue() =>
        Measure(64 * 1024, duel =>
        {
            for (int i = 0; i < 5000; i++)
                duel.Victim.HandleDatagram(duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(Attacker.ChunkOf(ChunkType.Heartbeat, 0, s_filler))), duel.Path, duel.Now);
        });

    [Fact]
    public void Requests_to_reset_streams_stay_within_their_bounds() =>
        Measure(256 * 1024, duel =>
        {
            byte[] request = new byte[16 + 2000];
            request[1] = 13;
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), (ushort)request.Length);
            for (uint i = 0; i < 4000; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(4), duel.Attacker.InitialTsn + i);
                for (int at = 16; at < request.Length; at += 2)
                    BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(at), (ushort)((i + at) % 65_000 + 100));
                Sctp(duel, Attacker.ChunkOf(ChunkType.ReConfig, 0, request));
            }
        });

    [Fact]
    public void Candidates_learnt_from_requests_are_bounded() =>
        Measure(256 * 1024, duel =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                TransportAddress from = TransportAddress.From(new IPAddress([198, 51, (byte)(i >> 8), (byte)i]), 5000);
                duel.Victim.HandleDatagram(duel.Attacker.StunRequest(false, true, 1, (uint)i), duel.Path with { Remote = from }, duel.Now);
            }
        });

    [Fact]
    public void Requests_that_come_before_the_answer_are_bounded()
    {
        FuzzReport report = new();
        using Duel duel = new(3, "early checks", report, new AttackerOptions { Offers = false });
        string answer = duel.Attacker.CreateAnswer(duel.Victim.CreateOffer(), duel.Now);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 20_000; i++)
        {
            TransportAddress from = TransportAddress.From(new IPAddress([198, 51, (byte)(i >> 8), (byte)i]), 5000);
            duel.Victim.HandleDatagram(duel.Attacker.StunRequest(true, true, 1, (uint)i), duel.Path with { Remote = from }, duel.Now);
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{grown:N0} bytes");
        Assert.InRange(grown, long.MinValue, 64 * 1024 + Slack);
        Assert.NotEmpty(answer);
        GC.KeepAlive(duel);
    }

    [Fact]
    public void Sources_of_media_are_bounded() =>
        Measure(64 * 1024, duel =>
        {
            byte[] rtp = duel.Attacker.NextRtp(s_filler);
            for (uint i = 0; i < 5000; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(rtp.AsSpan(8), i);
                duel.Victim.HandleDatagram(duel.Attacker.SealRtp(rtp), duel.Path, duel.Now);
            }
        });

    [Fact]
    public void Handshake_fragments_and_early_records_are_bounded()
    {
        FuzzReport report = new();
        using Duel duel = new(5, "handshake fragments", report, new AttackerOptions { Offers = false, IsDtlsServer = false });
        duel.Intercept = datagram => datagram[0] is >= 20 and < 64 ? [] : [datagram]; // nothing of the honest handshake arrives
        duel.Negotiate();
        duel.Advance(TimeSpan.FromSeconds(2));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] body = new byte[500];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] fragment = new byte[HandshakeFragment.HeaderSize + body.Length];
            HandshakeFragment.WriteHeader(fragment, HandshakeType.ClientHello, 16_000, (ushort)(i % 40), 500 * (i % 31), body.Length);
            byte[] early = ConnectedFuzz.Plain(ContentType.ApplicationData, body, (ulong)i);
            early[4] = 1; // epoch 1
            duel.Victim.HandleDatagram(ConnectedFuzz.Plain(ContentType.Handshake, fragment), duel.Path, duel.Now);
            duel.Victim.HandleDatagram(early, duel.Path, duel.Now);
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{grown:N0} bytes");
        Assert.InRange(grown, long.MinValue, (64 * 1024) + Slack);
        GC.KeepAlive(duel);
    }

    private static Duel New() => new Duel(1, "growth", new FuzzReport(), new AttackerOptions()).Connect();

    /// <summary>What the victim is told goes in; what it answers is thrown away, so that nothing but the victim remembers.</summary>
    private static void Sctp(Duel duel, params byte[][] chunks) => duel.Inject("growth", duel.Attacker.SealSctp(duel.Attacker.SctpPacketOf(chunks)));

    private static Serial32 Cumulative(Duel duel)
    {
        duel.Attacker.Send([1], duel.Now);
        duel.Settle();
        duel.Advance(TimeSpan.FromSeconds(1));
        duel.Attacker.KeepsAssociation = false;
        return duel.Attacker.VictimCumulativeTsn!.Value;
    }

    private void Measure(long bound, Action<Duel> attack)
    {
        using Duel duel = New();
        duel.Advance(TimeSpan.FromSeconds(1));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        attack(duel);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{grown:N0} bytes of {bound:N0}");
        Assert.InRange(grown, long.MinValue, bound + Slack);
        GC.KeepAlive(duel);
    }
}
