using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class RecordTests
{
    [Fact]
    public void Replayed_records_are_dropped()
    {
        using DtlsPair pair = DtlsPair.Connected();
        byte[] record = DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [1, 2, 3]);
        for (int i = 0; i < 5; i++)
            pair.Deliver(pair.Server, record);
        Assert.Single(pair.Server.Received);
        Assert.Equal(4, pair.Server.Connection.Counters.Replayed);
    }

    [Fact]
    public void Records_may_come_out_of_order_within_the_window_and_not_before_it()
    {
        using DtlsPair pair = DtlsPair.Connected();
        byte[][] records = [.. Enumerable.Range(0, ReplayWindow.Size + 36).Select(i => DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [(byte)i]))];
        pair.Deliver(pair.Server, records[^1]);
        foreach (byte[] record in records.SkipLast(1))
            pair.Deliver(pair.Server, record);
        Assert.Equal([ReplayWindow.Size + 35, .. Enumerable.Range(36, ReplayWindow.Size - 1)], pair.Server.Received.Select(r => (int)r[0]));
        Assert.Equal(36, pair.Server.Connection.Counters.Replayed);
    }

    [Fact]
    public void A_forged_record_does_not_move_the_window()
    {
        using DtlsPair pair = DtlsPair.Connected();
        byte[] genuine = DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [7]);
        byte[] forged = [.. genuine];
        forged[5] = 0x7F;       // a sequence number far ahead
        pair.Deliver(pair.Server, forged);
        Assert.Equal(1, pair.Server.Connection.Counters.Unauthentic);
        pair.Deliver(pair.Server, genuine);
        Assert.Single(pair.Server.Received);
    }

    [Fact]
    public void Every_bit_of_a_record_is_authenticated()
    {
        using DtlsPair pair = DtlsPair.Connected();
        byte[] record = DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [1, 2, 3, 4]);
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] forged = [.. record];
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            pair.Deliver(pair.Server, forged);
        }

        Assert.Empty(pair.Server.Received);
        Assert.Single(pair.Server.Events);
        pair.Deliver(pair.Server, record);
        Assert.Single(pair.Server.Received);
    }

    [Fact]
    public void Several_records_in_one_datagram_are_all_read()
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Deliver(pair.Server, DtlsBytes.Join(
            Enumerable.Range(0, 5).Select(i => DtlsBytes.Sealed(pair.Client.Connection, ContentType.ApplicationData, [(byte)i]))));
        Assert.Equal([0, 1, 2, 3, 4], pair.Server.Received.Select(r => (int)r[0]));
    }

    [Fact]
    public void Sequence_numbers_never_wrap_around()
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Client.Connection.Records.SkipTo(RecordLayer.MaxSequence);
        pair.Send(pair.Client, [1]);
        Assert.False(pair.Client.Connection.TryProtect([1], new byte[100], out _));
        pair.Drain(pair.Client);
        Assert.Equal(DtlsFailureReason.SequenceNumbersExhausted, pair.Client.Failure?.Reason);
        Assert.False(pair.Client.Connection.TryTakeDatagram(new byte[100], out _));
    }

    [Fact]
    public void Data_that_does_not_fit_is_not_protected()
    {
        using DtlsPair pair = DtlsPair.Connected();
        DtlsConnection client = pair.Client.Connection;
        Assert.True(client.TryProtect(new byte[100], new byte[137], out int length));
        Assert.Equal(137, length);
        Assert.False(client.TryProtect(new byte[100], new byte[136], out _));
        Assert.True(client.TryProtect(new byte[16384], new byte[20000], out _));
        Assert.False(client.TryProtect(new byte[16385], new byte[20000], out _));
    }

    [Fact]
    public void Nothing_is_protected_before_the_handshake_is_complete()
    {
        using var pair = new DtlsPair();
        Assert.False(pair.Client.Connection.TryProtect([1], new byte[100], out _));
        pair.Start();
        Assert.False(pair.Client.Connection.TryProtect([1], new byte[100], out _));
    }

    [Fact]
    public void Close_notify_is_told_and_answered()
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Client.Connection.Close(pair.Now);
        pair.Drain(pair.Client);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(DtlsEventKind.ClosedByPeer, pair.Server.Events[^1].Kind);
        Assert.Single(pair.Client.Events);      // who closes is not told that the peer closed
        Assert.Equal((byte)ContentType.Alert, pair.Server.Sent[^1][0]);
        Assert.False(pair.Server.Connection.TryProtect([1], new byte[100], out _));
        Assert.Equal(Wake.Never, pair.Server.Connection.NextTimeout);
    }

    [Fact]
    public void Closing_during_the_handshake_ends_it_on_both_sides()
    {
        using var pair = new DtlsPair();
        pair.Start();
        pair.Run(TimeSpan.FromMilliseconds(15));
        pair.Client.Connection.Close(pair.Now);
        pair.Drain(pair.Client);
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(DtlsEventKind.ClosedByPeer, Assert.Single(pair.Server.Events).Kind);
        Assert.Empty(pair.Client.Events);
        Assert.Equal(Wake.Never, pair.Client.Connection.NextTimeout);
    }

    [Theory]
    [InlineData(2, 40)]
    [InlineData(2, 0)]
    [InlineData(1, 0)]
    public void A_connected_peer_does_not_listen_to_alerts_in_the_clear(byte level, byte description)
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Deliver(pair.Client, DtlsBytes.Plain(ContentType.Alert, [level, description]));
        pair.Deliver(pair.Server, DtlsBytes.Plain(ContentType.Alert, [level, description]));
        Assert.True(pair.BothConnected);
        Assert.Equal(1, pair.Client.Connection.Counters.Ignored);
    }

    [Fact]
    public void Close_notify_in_mid_handshake_is_a_peer_that_has_changed_its_mind()
    {
        using var pair = new DtlsPair();
        pair.Server.Intercept = _ => [];
        pair.Start();
        pair.Deliver(pair.Client, DtlsBytes.Plain(ContentType.Alert, [1, 0]));
        Assert.Equal(DtlsEventKind.ClosedByPeer, Assert.Single(pair.Client.Events).Kind);
        Assert.Null(pair.Client.Failure);
    }

    [Fact]
    public void A_fatal_alert_under_the_keys_ends_the_connection()
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Deliver(pair.Client, DtlsBytes.Sealed(pair.Server.Connection, ContentType.Alert, [2, 80]));
        Assert.Equal(DtlsFailureReason.PeerAlert, pair.Client.Failure?.Reason);
        Assert.Equal(AlertDescription.InternalError, pair.Client.Failure?.Alert);
        Assert.Contains("InternalError (80)", pair.Client.Failure?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_other_than_close_notify_are_passed_over()
    {
        using DtlsPair pair = DtlsPair.Connected();
        pair.Deliver(pair.Client, DtlsBytes.Sealed(pair.Server.Connection, ContentType.Alert, [1, 100]));
        Assert.True(pair.Client.Connection.IsConnected);
    }

    [Fact]
    public void A_connected_server_ignores_a_new_ClientHello_in_the_clear()
    {
        using DtlsPair pair = DtlsPair.Connected();
        int sent = pair.Server.Sent.Count;
        pair.Deliver(pair.Server, DtlsBytes.Plain(ContentType.Handshake, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, DtlsBytes.BrowserClientHello())));
        Assert.Equal(sent, pair.Server.Sent.Count);
        Assert.True(pair.BothConnected);
    }

    [Fact]
    public void Protecting_and_handling_a_record_allocates_nothing()
    {
        using DtlsPair pair = DtlsPair.Connected();
        DtlsConnection client = pair.Client.Connection, server = pair.Server.Connection;
        var data = new byte[1000];
        var buffer = new byte[1200];
        long handled = 0;
        long allocated = Allocations.Measure(() =>
        {
            client.TryProtect(data, buffer, out int length);
            Span<byte> rest = buffer.AsSpan(0, length);
            while (server.TryHandleRecord(ref rest, pair.Now, out ReadOnlySpan<byte> received))
                handled += received.Length;
        });
        Assert.Equal(4 * 1000 * 1000L, handled);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_whole_handshake_allocates_modestly_on_each_side()
    {
        // Counted: certificates, both connections and the simulation between them. design.md §8 allows a whole peer 300 KiB.
        static void Connect()
        {
            using var pair = new DtlsPair();
            pair.Start();
            Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)));
        }

        long allocated = Allocations.Measure(Connect, count: 10) / 10;
        Assert.InRange(allocated, 1, 64 * 1024);
    }
}
