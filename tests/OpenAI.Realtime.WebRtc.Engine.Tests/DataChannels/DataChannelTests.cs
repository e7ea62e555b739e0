using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.DataChannels;

public class DcepMessageTests
{
    [Fact]
    public void DATA_CHANNEL_OPEN_is_as_the_RFC_draws_it()
    {
        byte[] bytes = new byte[100];
        SpanWriter writer = new(bytes);
        DcepMessage.WriteOpen(ref writer, "oai-events"u8, "p"u8);
        Assert.Equal(
            Convert.ToHexString(Hex.Parse("03 00 0100 00000000 000A 0001 6F61692D6576656E7473 70")), Convert.ToHexString(writer.Written));
        Assert.True(DcepMessage.TryParse(writer.Written, out DcepMessage message));
        Assert.Equal(DcepMessage.Open, message.Type);
        Assert.Equal("oai-events"u8, message.Label);
        Assert.Equal("p"u8, message.Protocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("03 00 0100 00000000 000A")]
    [InlineData("03 00 0100 00000000 0002 0000 41")]
    [InlineData("03 00 0100 00000000 0001 0001 41")]
    public void What_is_cut_off_or_unknown_is_not_read(string bytes) => Assert.False(DcepMessage.TryParse(Hex.Parse(bytes), out _));
}

public class DataChannelTests
{
    private readonly byte[] _buffer = new byte[2048];
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void The_opener_opens_and_the_answerer_learns_label_and_protocol(bool openerIsClient, ushort id)
    {
        DataChannel opener = Channel(1, new() { Label = "oai-events", Protocol = "json" });
        DataChannel answerer = Channel(2, new() { IsOpener = false });
        opener.Start(openerIsClient ? DtlsRole.Client : DtlsRole.Server, _now);
        answerer.Start(openerIsClient ? DtlsRole.Server : DtlsRole.Client, _now);
        Assert.Equal(DataChannelState.Opening, opener.State);
        Assert.Equal(SctpSendResult.NotConnected, answerer.Send(MessageKind.Text, "early"u8, _now));
        Assert.Equal(SctpSendResult.Accepted, opener.Send(MessageKind.Text, "early"u8, _now));
        Pump(opener, answerer);

        Assert.Equal((DataChannelState.Open, DataChannelState.Open), (opener.State, answerer.State));
        Assert.Equal((id, id), (opener.StreamId, answerer.StreamId));
        Assert.Equal(("oai-events", "json"), (answerer.Label, answerer.Protocol));
        Assert.Equal(DataChannelEventKind.Opened, Event(opener).Kind);
        Assert.Equal(DataChannelEventKind.Opened, Event(answerer).Kind);
        Assert.Equal("early"u8, Take(answerer, MessageKind.Text));
    }

    [Fact]
    public void The_opener_does_not_wait_for_DATA_CHANNEL_ACK()
    {
        // RFC 8832 §6: what it sends stays behind DATA_CHANNEL_OPEN; a peer may say something before it acknowledges, and some always do.
        DataChannel opener = Channel(1, new() { Label = "oai-events" });
        SctpAssociation peer = new(SctpLink.Options(2));
        opener.Start(DtlsRole.Client, _now);
        peer.Start(_now);
        Pump(opener, peer);
        Assert.Equal(DataChannelState.Open, opener.State);
        Assert.Equal(DataChannelEventKind.Opened, Event(opener).Kind);

        Assert.True(peer.TryPeekMessage(out SctpMessage open));
        Assert.Equal(PayloadProtocol.Dcep, open.Ppid);
        peer.Send(open.StreamId, PayloadProtocol.Text, "before the ACK"u8, _now);
        peer.Send(open.StreamId, PayloadProtocol.Dcep, [DcepMessage.Ack], _now);
        Pump(opener, peer);
        Assert.Equal("before the ACK"u8, Take(opener, MessageKind.Text));
        Assert.False(opener.TryPeekMessage(out _));
        Assert.Equal(0, opener.DroppedMessages);
        Assert.False(opener.TryTakeEvent(out _));
    }

    [Fact]
    public void A_negotiated_channel_is_open_with_the_association()
    {
        DataChannel a = Channel(1, new() { NegotiatedId = 7 });
        DataChannel b = Channel(2, new() { NegotiatedId = 7, IsOpener = false });
        a.Start(DtlsRole.Client, _now);
        b.Start(DtlsRole.Server, _now);
        Pump(a, b);
        Assert.Equal(DataChannelEventKind.Opened, Event(a).Kind);
        Assert.Equal(DataChannelEventKind.Opened, Event(b).Kind);
        b.Send(MessageKind.Binary, [1, 2], _now);
        Pump(a, b);
        Assert.Equal([1, 2], Take(a, MessageKind.Binary));
        Assert.Equal(0, a.DroppedMessages + b.DroppedMessages);
    }

    [Fact]
    public void Text_binary_and_empty_ones_keep_their_kind()
    {
        (DataChannel a, DataChannel b) = Open();
        a.Send(MessageKind.Text, "ä"u8, _now);
        a.Send(MessageKind.Text, [], _now);
        a.Send(MessageKind.Binary, [], _now);
        a.Send(MessageKind.Binary, [0], _now);
        Pump(a, b);
        Assert.Equal("ä"u8, Take(b, MessageKind.Text));
        Assert.Equal([], Take(b, MessageKind.Text));
        Assert.Equal([], Take(b, MessageKind.Binary));
        Assert.Equal([0], Take(b, MessageKind.Binary));
        Assert.False(b.TryPeekMessage(out _));
    }

    [Fact]
    public void Further_channels_of_the_peer_are_acknowledged_and_their_messages_dropped_within_a_bound()
    {
        (DataChannel a, DataChannel b) = Open();
        byte[] open = new byte[100];
        SpanWriter writer = new(open);
        DcepMessage.WriteOpen(ref writer, "other"u8, []);
        for (int i = 1; i <= 40; i++)
        {
            a.Association.Send((ushort)(2 * i), PayloadProtocol.Dcep, writer.Written, _now);
            a.Association.Send((ushort)(2 * i), PayloadProtocol.Text, [1], _now);
        }

        a.Send(MessageKind.Text, "mine"u8, _now);
        Pump(a, b);
        Assert.Equal(DataChannel.MaxForeignChannels, b.ForeignChannels);
        Assert.Equal(40 + 8, b.DroppedMessages);
        Assert.Equal("mine"u8, Take(b, MessageKind.Text));
        Assert.False(b.TryPeekMessage(out _));
        Assert.Equal(DataChannelState.Open, b.State);
    }

    [Fact]
    public void A_peer_that_closes_only_the_channel_closes_it_and_our_half_is_reset_in_turn()
    {
        (DataChannel a, DataChannel b) = Open();
        a.Send(MessageKind.Text, "last"u8, _now);
        a.Association.ResetStream(0, _now);
        Pump(a, b);
        Assert.Equal("last"u8, Take(b, MessageKind.Text));
        DataChannelEvent closed = Event(b);
        Assert.Equal((DataChannelEventKind.Closed, SctpEndReason.ClosedByPeer), (closed.Kind, closed.Reason));
        Assert.Equal(SctpSendResult.NotConnected, b.Send(MessageKind.Text, "x"u8, _now));
        // The answer in kind closed A's view of it as well.
        Assert.Equal(DataChannelState.Closed, a.State);
        Assert.True(a.Association.IsEstablished && b.Association.IsEstablished);
    }

    [Fact]
    public void Closing_delivers_what_was_accepted_and_says_who_closed()
    {
        (DataChannel a, DataChannel b) = Open();
        a.Send(MessageKind.Text, "last"u8, _now);
        a.Close(_now);
        Pump(a, b);
        Assert.Equal("last"u8, Take(b, MessageKind.Text));
        Assert.Equal(SctpEndReason.ClosedLocally, Event(a).Reason);
        Assert.Equal(SctpEndReason.ClosedByPeer, Event(b).Reason);
    }

    [Fact]
    public void A_label_that_does_not_fit_and_an_id_that_is_none_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => Channel(1, new() { Label = new string('x', 5000) }));
        Assert.Throws<ArgumentException>(() => Channel(1, new() { NegotiatedId = 65535 }));
    }

    private static DataChannel Channel(int seed, DataChannelOptions options) => new(new(SctpLink.Options(seed)), options);

    private static DataChannelEvent Event(DataChannel channel)
    {
        Assert.True(channel.TryTakeEvent(out DataChannelEvent e));
        return e;
    }

    private (DataChannel Opener, DataChannel Answerer) Open()
    {
        DataChannel a = Channel(1, new() { Label = "oai-events" });
        DataChannel b = Channel(2, new() { IsOpener = false });
        a.Start(DtlsRole.Client, _now);
        b.Start(DtlsRole.Server, _now);
        Pump(a, b);
        Assert.Equal(DataChannelEventKind.Opened, Event(a).Kind);
        Assert.Equal(DataChannelEventKind.Opened, Event(b).Kind);
        return (a, b);
    }

    private byte[] Take(DataChannel channel, MessageKind kind)
    {
        Assert.True(channel.TryPeekMessage(out DataChannelMessage header));
        Assert.Equal(kind, header.Kind);
        byte[] bytes = new byte[header.Length];
        channel.TakeMessage(bytes, _now);
        return bytes;
    }

    /// <summary>A second of virtual time on a link without loss.</summary>
    private void Pump(DataChannel a, SctpAssociation b)
    {
        for (int i = 0; i < 20; i++)
        {
            while (a.TryTakePacket(_buffer, out int length))
                b.HandlePacket(_buffer.AsSpan(0, length), _now);
            while (b.TryTakePacket(_buffer, out int length))
                a.HandlePacket(_buffer.AsSpan(0, length), _now);
        }
    }

    private void Pump(DataChannel a, DataChannel b)
    {
        for (int i = 0; i < 20; i++)
        {
            while (a.TryTakePacket(_buffer, out int length))
                b.HandlePacket(_buffer.AsSpan(0, length), _now);
            while (b.TryTakePacket(_buffer, out int length))
                a.HandlePacket(_buffer.AsSpan(0, length), _now);
            _now += TimeSpan.FromMilliseconds(50);
            a.HandleTimeout(_now);
            b.HandleTimeout(_now);
        }
    }
}
