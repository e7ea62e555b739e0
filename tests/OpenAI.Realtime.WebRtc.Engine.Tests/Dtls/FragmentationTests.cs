using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class FragmentationTests
{
    [Theory]
    [InlineData(1, "in order")]
    [InlineData(1, "backwards")]
    [InlineData(7, "shuffled")]
    [InlineData(50, "overlapping")]
    [InlineData(3, "doubled")]
    public void Server_accepts_a_ClientHello_in_fragments(int size, string order)
    {
        using var pair = new DtlsPair();
        pair.Client.Intercept = datagram =>
        {
            if (!DtlsBytes.IsHandshake(datagram, HandshakeType.ClientHello))
                return [datagram];
            return [.. Arrange(datagram[(RecordHeader.Size + HandshakeFragment.HeaderSize)..], size, order)
                .Select((f, i) => DtlsBytes.Plain(ContentType.Handshake, f, (ulong)i))];
        };
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        Assert.Equal(0, pair.Server.Connection.Counters.FragmentsDropped);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1100)]
    [InlineData(500)]
    public void Server_answers_a_browsers_large_fragmented_ClientHello_with_DTLS_1_2(int size)
    {
        using var pair = new DtlsPair();
        byte[] hello = DtlsBytes.BrowserClientHello();
        Assert.InRange(hello.Length, 1300, 2000);
        foreach (byte[] fragment in Arrange(hello, size, "in order"))
        {
            Assert.Empty(pair.Server.Sent);
            pair.Deliver(pair.Server, DtlsBytes.Plain(ContentType.Handshake, fragment));
        }

        Assert.True(pair.Server.Failure is null, pair.Describe());
        byte[] first = DtlsBytes.Records(Assert.Single(pair.Server.Sent))[0];
        Assert.True(ServerHello.TryParse(first.AsSpan(RecordHeader.Size + HandshakeFragment.HeaderSize), out ServerHello answer));
        Assert.Equal(ProtocolVersion.Dtls12, answer.Version);
        Assert.Equal(CipherSuite.EcdheEcdsaWithAes128GcmSha256, answer.CipherSuite);
        Assert.True(answer.Extensions.HasExtendedMasterSecret);
        Assert.True(answer.Extensions.HasRenegotiationInfo);    // asked for by TLS_EMPTY_RENEGOTIATION_INFO_SCSV
        Assert.Equal([0, 1], answer.Extensions.SrtpProfiles.ToArray());
    }

    [Theory]
    [InlineData("12")]
    [InlineData("21")]
    [InlineData("1112")]
    [InlineData("2221")]
    [InlineData("1221")]
    public void Server_answers_Chromiums_fragmented_ClientHello_once_however_it_comes(string order)
    {
        using var pair = new DtlsPair();
        foreach (char which in order)
            pair.Deliver(pair.Server, which == '1' ? ChromiumClientHello.First : ChromiumClientHello.Second);
        Assert.True(pair.Server.Failure is null, pair.Describe());
        Assert.Equal("waiting for the client's Certificate", pair.Server.Connection.Step);
        byte[] first = DtlsBytes.Records(Assert.Single(pair.Server.Sent))[0];
        Assert.True(ServerHello.TryParse(first.AsSpan(RecordHeader.Size + HandshakeFragment.HeaderSize), out ServerHello answer));
        Assert.Equal(ProtocolVersion.Dtls12, answer.Version);
        Assert.Equal([0, 7], answer.Extensions.SrtpProfiles.ToArray());
    }

    [Fact]
    public void Server_that_has_half_of_a_ClientHello_waits_for_the_other_half_and_forgets_nothing()
    {
        using var pair = new DtlsPair();
        pair.Deliver(pair.Server, ChromiumClientHello.First);
        pair.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(pair.Server.Sent);
        Assert.Equal(Wake.Never, pair.Server.Connection.NextTimeout);
        pair.Deliver(pair.Server, ChromiumClientHello.Second);
        Assert.Single(pair.Server.Sent);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(600)]
    [InlineData(1200)]
    public void Flights_are_packed_into_datagrams_that_fit(int mtu)
    {
        using var pair = new DtlsPair(mtu: mtu);
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)), pair.Describe());
        Assert.All(pair.Client.Sent.Concat(pair.Server.Sent), d => Assert.True(d.Length <= mtu));

        // No more datagrams than the bytes need, give or take what is not worth cutting.
        int expected = (pair.Server.Sent.Sum(d => d.Length) / mtu) + 3;
        Assert.InRange(pair.Server.Sent.Count, 2, expected);
    }

    [Fact]
    public void A_smaller_buffer_than_the_datagram_size_is_respected()
    {
        using var pair = new DtlsPair();
        pair.Client.Connection.Start(Instant.Zero);
        Span<byte> buffer = stackalloc byte[100];
        int datagrams = 0;
        while (pair.Client.Connection.TryTakeDatagram(buffer, out int length))
        {
            datagrams++;
            pair.Deliver(pair.Server, buffer[..length]);
        }

        Assert.InRange(datagrams, 2, 4);
        Assert.NotEmpty(pair.Server.Sent);
    }

    [Fact]
    public void Fragments_that_contradict_an_earlier_one_are_dropped()
    {
        var reassembler = new HandshakeReassembler();
        byte[] body = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, body, 0, 4)));
        Assert.Equal(FragmentResult.Dropped, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 0, body, 4, 4)));
        Assert.Equal(FragmentResult.Dropped, Add(reassembler, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, [.. body, 9], 4, 4)));
        Assert.Equal(FragmentResult.Dropped, Add(reassembler, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, body, 4, 4), epoch: 1));
        Assert.False(reassembler.TryTakeNext(out _));

        // An overlap does not change what is there.
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.ClientHello, 0, [9, 9, 9, 9, 5, 6, 7, 8], 2, 6)));
        Assert.True(reassembler.TryTakeNext(out HandshakeMessage message));
        Assert.Equal(body, message.Body.ToArray());
    }

    [Fact]
    public void Messages_come_out_in_their_order_however_they_came_in()
    {
        var reassembler = new HandshakeReassembler();
        foreach (ushort sequence in (ushort[])[3, 1, 2, 0])
            Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, sequence, [(byte)sequence])));
        for (byte i = 0; i < 4; i++)
        {
            Assert.True(reassembler.TryTakeNext(out HandshakeMessage message));
            Assert.Equal([i], message.Body.ToArray());
        }

        Assert.False(reassembler.TryTakeNext(out _));
        Assert.Equal(FragmentResult.Repeated, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 2, [2])));
    }

    [Fact]
    public void Reassembly_holds_no_more_than_its_bounds()
    {
        var reassembler = new HandshakeReassembler();
        var large = new byte[HandshakeReassembler.MaxMessageLength];
        Assert.Equal(FragmentResult.Dropped, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, HandshakeReassembler.MaxMessages, [1])));
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 1, large, 0, 1)));
        Assert.Equal(FragmentResult.Dropped, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 2, large, 0, 1)));
        Assert.Equal(FragmentResult.TooLong, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 0, [.. large, 1], 0, 1)));

        // The message whose turn it is always finds room, and what it frees can be used again.
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 0, large)));
        Assert.True(reassembler.TryTakeNext(out _));
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 1, large)));
        Assert.True(reassembler.TryTakeNext(out _));
        Assert.Equal(FragmentResult.Taken, Add(reassembler, DtlsBytes.Fragment(HandshakeType.Certificate, 3, large)));
    }

    [Fact]
    public void A_message_longer_than_the_bound_ends_the_handshake_with_a_reason()
    {
        using var pair = new DtlsPair();
        byte[] fragment = DtlsBytes.Fragment(HandshakeType.ClientHello, 0, new byte[HandshakeReassembler.MaxMessageLength + 1], 0, 10);
        pair.Deliver(pair.Server, DtlsBytes.Plain(ContentType.Handshake, fragment));
        Assert.Equal(DtlsFailureReason.MalformedMessage, pair.Server.Failure?.Reason);
    }

    private static FragmentResult Add(HandshakeReassembler reassembler, byte[] bytes, ushort epoch = 0)
    {
        var reader = new SpanReader(bytes);
        Assert.True(HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment));
        return reassembler.Add(fragment, epoch);
    }

    private static List<byte[]> Arrange(byte[] body, int size, string order)
    {
        int step = order == "overlapping" ? Math.Max(1, size / 2) : size;
        var fragments = new List<byte[]>();
        for (int at = 0; at < body.Length; at += step)
            fragments.Add(DtlsBytes.Fragment(HandshakeType.ClientHello, 0, body, at, Math.Min(size, body.Length - at)));
        if (order == "backwards")
            fragments.Reverse();
        if (order == "doubled")
            fragments = [.. fragments.SelectMany(f => (byte[][])[f, f])];
        if (order is "shuffled")
        {
            byte[][] array = [.. fragments];
            new Random(4).Shuffle(array);
            fragments = [.. array];
        }

        return fragments;
    }
}
