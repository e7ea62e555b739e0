namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

/// <summary>RFC 6347 §4.1.1.1: what is repeated in vain is perhaps too long for the path.</summary>
public class PathMtuTests
{
    private const int Small = 548;

    [Theory]
    [InlineData(548)]
    [InlineData(600)]
    [InlineData(700)]
    public void A_handshake_passes_where_long_datagrams_vanish(int carries)
    {
        using DtlsPair pair = Narrow(carries);
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        Assert.Contains(pair.Client.Sent.Concat(pair.Server.Sent), d => d.Length > Small); // or it would say nothing
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flight_goes_three_times_as_it_is_and_then_in_small_datagrams(bool ofClient)
    {
        using DtlsPair pair = new();
        DtlsSide side = ofClient ? pair.Client : pair.Server;
        List<int> lengths = [];
        side.Intercept = datagram =>
        {
            if (datagram.Length > Small)
                lengths.Add(datagram.Length);
            return datagram.Length > Small ? [] : [datagram];
        };
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        Assert.Equal(3, lengths.Count);
        Assert.Single(lengths.Distinct());
    }

    [Fact]
    public void Without_loss_nothing_is_longer_or_shorter_than_before()
    {
        using DtlsPair pair = new();
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        Assert.Equal(2, pair.Client.Sent.Count);
        Assert.Equal(2, pair.Server.Sent.Count);
    }

    [Fact]
    public void A_flight_that_is_repeated_because_the_peer_repeats_its_own_becomes_small_as_well()
    {
        // The server's timer never runs out in time: only the client's repetitions make it speak again.
        using DtlsPair pair = new(server: o => new()
        {
            Role = o.Role,
            Certificate = o.Certificate,
            PeerFingerprints = o.PeerFingerprints,
            Random = o.Random,
            FirstRetransmit = TimeSpan.FromMinutes(1),
        });
        pair.Server.Intercept = datagram => datagram.Length > Small ? [] : [datagram];
        pair.Server.Connection.RoundTrip = null;
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromMinutes(5)), pair.Describe());
    }

    private static DtlsPair Narrow(int carries)
    {
        DtlsPair pair = new();
        pair.Client.Intercept = pair.Server.Intercept = datagram => datagram.Length > carries ? [] : [datagram];
        return pair;
    }
}
