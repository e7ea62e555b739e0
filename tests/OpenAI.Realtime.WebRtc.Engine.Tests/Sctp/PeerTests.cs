using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>What a peer may do, byte by byte, and what it gets for it.</summary>
public class PeerTests
{
    [Theory]
    [InlineData(0x3F, false, false)]
    [InlineData(0x7F, false, true)]
    [InlineData(0xBF, true, false)]
    [InlineData(0xFF, true, true)]
    public void Unknown_chunks_are_treated_as_their_highest_bits_say(byte type, bool goesOn, bool isReported)
    {
        ScriptedPeer peer = new();
        peer.Send((ref SpanWriter writer) =>
        {
            int begin = Chunk.Begin(ref writer, type, 5);
            writer.WriteBytes([1, 2, 3]);
            Chunk.End(ref writer, begin);
            int heartbeat = Chunk.Begin(ref writer, ChunkType.Heartbeat);
            Parameter.Write(ref writer, ParameterType.HeartbeatInfo, [9, 9, 9, 9]);
            Chunk.End(ref writer, heartbeat);
        });
        List<string> chunks = peer.TakeChunks();
        Assert.Equal(goesOn, chunks.Contains("0500 0001000809090909"));
        Assert.Equal(isReported, chunks.Contains($"0900 0006000B{type:X2}050007010203"));
        Assert.Equal((goesOn ? 1 : 0) + (isReported ? 1 : 0), chunks.Count);
    }

    [Fact]
    public void A_packet_with_a_wrong_tag_checksum_or_port_is_dropped_and_counted()
    {
        ScriptedPeer peer = new();
        peer.SendWithTag(peer.LocalTag + 1, WriteAbort);
        Assert.Equal(1, peer.Association.Counters.DroppedWrongTag);

        byte[] packet = Packets.Make(peer.LocalTag, WriteAbort);
        packet[^1] ^= 1;
        peer.Association.HandlePacket(packet, peer.Now);
        Assert.Equal(1, peer.Association.Counters.DroppedBadChecksum);

        packet[0] ^= 1;
        SctpPacket.Seal(packet);
        peer.Association.HandlePacket(packet, peer.Now);
        Assert.Equal(1, peer.Association.Counters.DroppedWrongPort);

        peer.Association.HandlePacket(packet.AsSpan(0, 15), peer.Now);
        Assert.Equal(1, peer.Association.Counters.DroppedMalformed);
        Assert.True(peer.Association.IsEstablished);
        Assert.Empty(peer.TakeChunks());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABORT_ends_it_with_our_tag_or_with_the_peers_reflected(bool reflected)
    {
        ScriptedPeer peer = new();
        // The wrong combination first.
        peer.SendWithTag(reflected ? peer.LocalTag : ScriptedPeer.Tag, reflected ? WriteReflectedAbort : WriteAbort);
        Assert.True(peer.Association.IsEstablished);
        peer.SendWithTag(reflected ? ScriptedPeer.Tag : peer.LocalTag, reflected ? WriteReflectedAbort : WriteAbort);
        SctpEvent ended = peer.TakeEvent();
        Assert.Equal(SctpEndReason.AbortedByPeer, ended.Reason);
        Assert.Contains("User-Initiated Abort", ended.Detail);
        Assert.Empty(peer.TakeChunks());
        Assert.Equal(Wake.Never, peer.Association.NextTimeout);
    }

    [Fact]
    public void DATA_without_user_data_ends_it_with_the_cause_of_its_own()
    {
        ScriptedPeer peer = new();
        peer.SendData(0, 3, 0);
        Assert.Equal(["0600 00090008000003E8"], peer.TakeChunks());
        Assert.Equal(SctpEndReason.ProtocolViolation, peer.TakeEvent().Reason);
    }

    [Theory]
    [InlineData(1, 0, 0, 3)] // begun, and another begins
    [InlineData(1, 0, 1, 1)] // goes on in another stream
    [InlineData(1, 1, 0, 1)] // goes on with another SSN
    [InlineData(1, 0, 0, 5)] // goes on unordered
    [InlineData(0, 0, 0, 1)] // goes on with what never began
    public void Fragments_that_do_not_follow_each_other_end_it(int begins, int ssn, ushort stream, byte flags)
    {
        ScriptedPeer peer = new();
        if (begins == 1)
            peer.SendData(0, DataChunk.BeginFlag, 10);
        peer.SendData(begins, flags, 10, stream, ssn);
        Assert.StartsWith("0600 000D", Assert.Single(peer.TakeChunks()), StringComparison.Ordinal);
        Assert.Equal(SctpEndReason.ProtocolViolation, peer.TakeEvent().Reason);
    }

    [Fact]
    public void Unordered_messages_are_delivered_too()
    {
        ScriptedPeer peer = new();
        peer.SendData(0, 2 | 4, 10, ssn: 7);
        peer.SendData(1, 4, 10, ssn: 9);
        peer.SendData(2, 1 | 4, 10, ssn: 8);
        byte[] message = Packets.Take(peer.Association, peer.Now)!;
        Assert.Equal([.. Packets.Message(10, 0), .. Packets.Message(10, 1), .. Packets.Message(10, 2)], message);
    }

    [Fact]
    public void FORWARD_TSN_passes_over_a_lost_message_and_keeps_whole_ones_behind_it()
    {
        ScriptedPeer peer = new();
        peer.SendData(1, 3, 11, ssn: 1);
        peer.SendData(3, 3, 13, ssn: 3);
        Assert.False(peer.Association.TryPeekMessage(out _));
        peer.TakeChunks();
        ForwardTsn(peer, 2); // 0 and 2 are given up; 1 is whole, and 3 connects.
        Assert.Equal(Packets.Message(11, 1), Packets.Take(peer.Association, peer.Now));
        Assert.Equal(Packets.Message(13, 3), Packets.Take(peer.Association, peer.Now));
        // SACK at once, cumulative TSN 1003, no gaps.
        string sack = Assert.Single(peer.TakeChunks());
        Assert.StartsWith("0300 000003EB", sack, StringComparison.Ordinal);
        Assert.EndsWith("00000000", sack, StringComparison.Ordinal);
    }

    [Fact]
    public void FORWARD_TSN_takes_the_rest_of_a_message_along()
    {
        ScriptedPeer peer = new();
        peer.SendData(0, DataChunk.BeginFlag, 10);
        peer.SendData(2, 0, 10);
        ForwardTsn(peer, 1);
        peer.SendData(3, DataChunk.EndFlag, 10);
        peer.SendData(4, 3, 14, ssn: 1);
        Assert.Equal(Packets.Message(14, 4), Packets.Take(peer.Association, peer.Now));
        Assert.False(peer.Association.TryPeekMessage(out _));
        Assert.True(peer.Association.IsEstablished);
    }

    [Fact]
    public void An_old_FORWARD_TSN_changes_nothing_and_a_far_one_is_followed()
    {
        ScriptedPeer peer = new();
        peer.SendData(0, 3, 10);
        ForwardTsn(peer, -5);
        Assert.Contains(peer.TakeChunks(), c => c.StartsWith("0300 000003E8", StringComparison.Ordinal));
        ForwardTsn(peer, 1_000_000_000);
        peer.SendData(1_000_000_001, 3, 12);
        Assert.Equal(10, Packets.Take(peer.Association, peer.Now)!.Length);
        Assert.Equal(12, Packets.Take(peer.Association, peer.Now)!.Length);
    }

    [Fact]
    public void A_peers_stream_reset_is_performed_told_and_answered_again_when_repeated()
    {
        ScriptedPeer peer = new();
        peer.SendData(0, 3, 10);
        peer.TakeChunks();
        Reset(peer, number: 1000, lastTsn: 1000, 3, 5);
        Assert.Equal(new(SctpEventKind.StreamReset, StreamId: 3), peer.TakeEvent());
        Assert.Equal(new(SctpEventKind.StreamReset, StreamId: 5), peer.TakeEvent());
        string performed = "8200 0010000C000003E800000001";
        Assert.Contains(performed, peer.TakeChunks());

        Reset(peer, number: 1000, lastTsn: 1000, 3, 5);
        Assert.Equal([performed], peer.TakeChunks());
        Assert.False(peer.Association.TryTakeEvent(out _));

        Reset(peer, number: 1005, lastTsn: 1000, 3);
        Assert.Equal(["8200 0010000C000003ED00000005"], peer.TakeChunks()); // bad sequence number
    }

    [Fact]
    public void A_stream_reset_waits_for_the_data_before_it()
    {
        ScriptedPeer peer = new();
        Reset(peer, number: 1000, lastTsn: 1001, 3);
        Assert.Equal(["8200 0010000C000003E800000006"], peer.TakeChunks()); // in progress
        Assert.False(peer.Association.TryTakeEvent(out _));
        peer.SendData(0, 3, 10);
        Assert.False(peer.Association.TryTakeEvent(out _));
        peer.SendData(1, 3, 10, ssn: 1);
        Assert.Equal(new(SctpEventKind.StreamReset, StreamId: 3), peer.TakeEvent());
        peer.TakeChunks();
        Reset(peer, number: 1000, lastTsn: 1001, 3);
        Assert.Equal(["8200 0010000C000003E800000001"], peer.TakeChunks());
    }

    [Fact]
    public void Our_stream_reset_is_repeated_until_answered_and_the_SSN_starts_anew()
    {
        // Nobody offers RE-CONFIG unless asked; ScriptedPeer's INIT ACK does.
        ScriptedPeer peer = new();
        peer.Association.Send(4, 51, [1], peer.Now);
        peer.TakeChunks();
        peer.Association.ResetStream(4, peer.Now);
        string tsn = peer.LocalInitialTsn.Value.ToString("X8", null);
        string request = $"8200 000D0012{tsn}000003E7{tsn}0004";
        Assert.Equal([request], peer.TakeChunks());
        Assert.Equal(SctpSendResult.NotConnected, peer.Association.Send(4, 51, [2], peer.Now));

        Acknowledge(peer);
        peer.Now += TimeSpan.FromSeconds(2);
        peer.Association.HandleTimeout(peer.Now);
        Assert.Equal([request], peer.TakeChunks());

        peer.Send((ref SpanWriter writer) => ReConfigChunk.WriteResponse(ref writer, peer.LocalInitialTsn.Value, ReConfigResult.Performed));
        Assert.Equal(SctpSendResult.Accepted, peer.Association.Send(4, 51, [2], peer.Now));
        string data = Assert.Single(peer.TakeChunks());
        Assert.Equal("00040000", data[(5 + 8)..(5 + 16)]); // stream 4, SSN 0
    }

    [Fact]
    public void What_else_RE_CONFIG_can_ask_for_is_denied()
    {
        ScriptedPeer peer = new();
        uint number = 1000;
        foreach (ushort type in (ushort[])[ParameterType.SsnTsnResetRequest, ParameterType.AddOutgoingStreamsRequest, ParameterType.AddIncomingStreamsRequest])
        {
            peer.Send((ref SpanWriter writer) =>
            {
                int begin = Chunk.Begin(ref writer, ChunkType.ReConfig);
                Parameter.Write(ref writer, type, (byte[])[0, 0, (byte)(number >> 8), (byte)number, 0, 1, 0, 0]);
                Chunk.End(ref writer, begin);
            });
            Assert.Equal([$"8200 0010000C{number:X8}00000002"], peer.TakeChunks());
            number++;
        }
    }

    [Fact]
    public void An_Incoming_SSN_Reset_Request_is_answered_by_our_own_request()
    {
        ScriptedPeer peer = new();
        peer.Send((ref SpanWriter writer) =>
        {
            int begin = Chunk.Begin(ref writer, ChunkType.ReConfig);
            Parameter.Write(ref writer, ParameterType.IncomingSsnResetRequest, [0, 0, 3, 0xE8, 0, 9]);
            Chunk.End(ref writer, begin);
        });
        string tsn = peer.LocalInitialTsn.Value.ToString("X8", null);
        Assert.Equal([$"8200 000D0012{tsn}000003E8{peer.LocalInitialTsn.Value - 1:X8}0009"], peer.TakeChunks());
    }

    [Fact]
    public void A_SACK_for_what_was_never_sent_is_passed_over()
    {
        ScriptedPeer peer = new();
        peer.Association.Send(0, 51, [1], peer.Now);
        peer.TakeChunks();
        peer.Send((ref SpanWriter writer) => SackChunk.Write(ref writer, peer.LocalInitialTsn + 1, 100_000, [], []));
        Assert.Equal(1, peer.Association.BufferedBytes);
        Acknowledge(peer);
        Assert.Equal(0, peer.Association.BufferedBytes);
    }

    [Fact]
    public void What_is_held_beyond_a_gap_is_bounded_by_the_window()
    {
        ScriptedPeer peer = new(o => new() { Random = o.Random, MaxIncomingMessageSize = 65536, ReceiveWindow = 65536 });
        for (int i = 1; i < 3000; i++)
            peer.SendData(i, 3, 1000, ssn: i);
        // 128 KiB of window, 64 bytes of overhead a fragment.
        Assert.InRange(peer.Association.Counters.ChunksBeyondWindow, 2999 - 131, 2999 - 120);
        peer.SendData(FarAhead, 3, 10);
        peer.SendData(0, 3, 1000);
        int messages = 0;
        while (Packets.Take(peer.Association, peer.Now) is not null)
            messages++;
        Assert.InRange(messages, 120, 132);
    }

    [Fact]
    public void Answers_that_nobody_fetches_are_bounded()
    {
        ScriptedPeer peer = new();
        for (int i = 0; i < 1000; i++)
        {
            peer.Send((ref SpanWriter writer) =>
            {
                int begin = Chunk.Begin(ref writer, ChunkType.Heartbeat);
                writer.WriteZeros(100);
                Chunk.End(ref writer, begin);
            });
        }

        Assert.InRange(peer.TakeChunks().Count, 30, 40);
        Assert.InRange(peer.Association.Counters.RepliesDropped, 960, 970);
    }

    private const int FarAhead = 100_000;

    private static void WriteAbort(ref SpanWriter writer) => ErrorChunk.Write(ref writer, ChunkType.Abort, 0, ErrorCause.UserInitiatedAbort, []);

    private static void WriteReflectedAbort(ref SpanWriter writer) =>
        ErrorChunk.Write(ref writer, ChunkType.Abort, ErrorChunk.ReflectedTagFlag, ErrorCause.UserInitiatedAbort, []);

    private static void Acknowledge(ScriptedPeer peer) =>
        peer.Send((ref SpanWriter writer) => SackChunk.Write(ref writer, peer.LocalInitialTsn, 100_000, [], []));

    private static void ForwardTsn(ScriptedPeer peer, int offset) =>
        peer.Send((ref SpanWriter writer) => ForwardTsnChunk.Write(ref writer, ScriptedPeer.InitialTsn + offset, [(0, 0)]));

    private static void Reset(ScriptedPeer peer, uint number, uint lastTsn, params ushort[] streams) =>
        peer.Send((ref SpanWriter writer) => ReConfigChunk.WriteOutgoingReset(ref writer, number, 0, new(lastTsn), streams));
}
