using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>Addresses outside that stand for the sockets inside.</summary>
public class AnnouncedAddressTests
{
    private static readonly IPAddress Outside = IPAddress.Parse("203.0.113.7"), OutsideV6 = IPAddress.Parse("2001:db8:ffff::7");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_behind_a_one_to_one_nat_is_reached_by_what_it_announces_and_by_nothing_else(bool offererIsInside)
    {
        using PeerSimulation simulation = new(7);
        SimulatedPeer inside = offererIsInside ? simulation.Offerer : simulation.Answerer;
        TransportAddress announced = TransportAddress.From(Outside, (offererIsInside ? simulation.OffererAddress : simulation.AnswererAddress).Port);
        if (offererIsInside)
            simulation.OffererSeenAs = announced;
        else
            simulation.AnswererSeenAs = announced;
        inside.Peer.Announce([Outside], besideLocal: false);
        simulation.Connect();

        SimulatedPeer other = offererIsInside ? simulation.Answerer : simulation.Offerer;
        Assert.Equal(announced, other.Peer.GetCounters().SelectedPath?.Remote);
        Assert.Equal(offererIsInside ? simulation.OffererAddress : simulation.AnswererAddress, inside.Peer.GetCounters().SelectedPath?.Local);
    }

    [Fact]
    public void It_takes_the_place_of_the_local_address_with_its_port_and_its_rank()
    {
        SdpCandidate plain = Assert.Single(Offered(["192.0.2.1"], [], besideLocal: false));
        SdpCandidate announced = Assert.Single(Offered(["192.0.2.1"], [Outside], besideLocal: false));
        Assert.Equal(plain with { Address = "203.0.113.7", TransportAddress = TransportAddress.From(Outside, 40000) }, announced);
    }

    [Fact]
    public void Beside_the_local_addresses_it_comes_after_them_with_a_foundation_of_its_own()
    {
        List<SdpCandidate> written = Offered(["192.0.2.1", "192.0.2.2"], [Outside], besideLocal: true);
        Assert.Equal(["192.0.2.1:40000", "192.0.2.2:40001", "203.0.113.7:40000", "203.0.113.7:40001"], written.Select(c => $"{c.Address}:{c.Port}"));
        Assert.Equal(written.Select(c => c.Priority).OrderDescending(), written.Select(c => c.Priority));
        Assert.Equal(4, written.Select(c => c.Priority).Distinct().Count());
        Assert.Equal(4, written.Select(c => c.Foundation).Distinct().Count());
    }

    [Fact]
    public void Each_stands_for_its_own_family_and_a_family_without_one_is_written_as_it_is()
    {
        Assert.Equal(["2001:db8::1", "203.0.113.7"], Offered(["192.0.2.1", "2001:db8::1"], [Outside], besideLocal: false).Select(c => c.Address));
        Assert.Equal(["192.0.2.1", "2001:db8:ffff::7"], Offered(["192.0.2.1", "2001:db8::1"], [OutsideV6], besideLocal: false).Select(c => c.Address));
        Assert.Equal(["203.0.113.7", "2001:db8:ffff::7"], Offered(["192.0.2.1", "2001:db8::1"], [Outside, OutsideV6], besideLocal: false).Select(c => c.Address));
        Assert.Equal(["192.0.2.1"], Offered(["192.0.2.1"], [OutsideV6], besideLocal: false).Select(c => c.Address));
    }

    [Fact]
    public void Loopback_is_stood_for_only_where_there_is_nothing_else()
    {
        Assert.Equal(["127.0.0.1", "203.0.113.7"], Offered(["192.0.2.1", "127.0.0.1"], [Outside], besideLocal: false).Select(c => c.Address));
        Assert.Equal(["203.0.113.7"], Offered(["127.0.0.1"], [Outside], besideLocal: false).Select(c => c.Address));
    }

    [Fact]
    public void One_port_on_several_addresses_is_announced_once()
    {
        List<SdpCandidate> written = Offered(["192.0.2.1", "192.0.2.2"], [Outside, Outside], besideLocal: false, onePort: true);
        Assert.Equal(["203.0.113.7:40000"], written.Select(c => $"{c.Address}:{c.Port}"));
    }

    private static List<SdpCandidate> Offered(string[] local, IPAddress[] announced, bool besideLocal, bool onePort = false)
    {
        using WebRtcPeer peer = new(new PeerOptions { WallClockAtZero = DateTimeOffset.UnixEpoch.AddYears(50), Random = new SeededRandomSource(1) }, Instant.Zero);
        for (int i = 0; i < local.Length; i++)
            peer.AddLocalAddress(TransportAddress.From(IPAddress.Parse(local[i]), onePort ? 40000 : 40000 + i));
        if (announced.Length > 0)
            peer.Announce(announced, besideLocal);
        List<SdpCandidate> written = [];
        foreach (string line in peer.CreateOffer().Split("\r\n").Where(line => line.StartsWith("a=candidate:", StringComparison.Ordinal)))
        {
            Assert.True(SdpCandidate.TryParse(line.AsSpan(2), out SdpCandidate candidate), line);
            written.Add(candidate);
        }

        return written;
    }
}
