using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>What one lost datagram costs while connecting: about a round trip, whichever it is.</summary>
public class LossRecoveryTests
{
    private static readonly Link Line = new() { Delay = TimeSpan.FromMilliseconds(40) };

    // The whole connect takes 16 to 22 datagrams a side; each of them is lost once, in both kinds of answerer and both DTLS roles.
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Any_one_lost_datagram_costs_at_most_three_round_trips(bool lite, bool answererIsDtlsServer)
    {
        TimeSpan undisturbed = TimeToOpen(lite, answererIsDtlsServer, _ => true);
        for (int index = 0; index < 24; index++)
        {
            foreach (bool fromOfferer in (bool[])[true, false])
            {
                TimeSpan time = TimeToOpen(lite, answererIsDtlsServer, d => d.Index != index || d.FromOfferer != fromOfferer);
                Assert.True(time <= undisturbed + (6 * Line.Delay), $"datagram {index} of the {(fromOfferer ? "offerer" : "answerer")}: {time} instead of {undisturbed}");
            }
        }
    }

    [Fact]
    public void A_full_answerer_begins_DTLS_as_soon_as_a_pair_is_valid_and_does_not_wait_for_the_nomination()
    {
        using PeerSimulation simulation = new(3, Line);
        bool nominations = false;
        simulation.Deliver = datagram => nominations || !IsNomination(datagram);
        simulation.Connect(TimeSpan.FromSeconds(1));
        nominations = true;
        simulation.Run(TimeSpan.FromMinutes(2));
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    [Fact]
    public void A_handshake_that_comes_before_the_answer_is_kept()
    {
        using PeerSimulation simulation = new(3, Line) { AnswerDelay = TimeSpan.FromMilliseconds(300) };
        int hellos = 0;
        simulation.Deliver = d => d.FromOfferer || !IsClientHello(d) || hellos++ == 0;
        simulation.Negotiate();
        Assert.True(hellos > 1, "the answerer has begun before its answer arrived");
        Assert.True(simulation.RunUntil(() => simulation.BothOpen, 6 * Line.Delay), simulation.ToString());
        Assert.Empty(simulation.Offerer.Peer.GetCounters().Drops);
    }

    [Fact]
    public void A_handshake_that_overtakes_the_check_of_its_path_is_kept()
    {
        // The lite answerer's DTLS client begins at our nomination; its answer to us comes later than its ClientHello.
        using PeerSimulation simulation = new(3, Line, answerer: o => o with { IceLite = true });
        int answers = 0;
        int hellos = 0;
        simulation.Deliver = d => d.FromOfferer || (d.IsStun ? answers++ > 0 : !IsClientHello(d) || hellos++ == 0);
        simulation.Negotiate();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Secured), TimeSpan.FromSeconds(1)), simulation.ToString());
        Assert.Equal(0, simulation.Offerer.Peer.GetCounters().Drops.GetValueOrDefault("peer: no check has passed on that path"));
    }

    [Fact]
    public void Datagrams_of_strangers_that_look_like_a_handshake_are_kept_within_a_bound_and_then_counted()
    {
        using PeerSimulation simulation = new(3, Line);
        simulation.Offerer.Peer.CreateOffer();
        TransportPath stranger = new(TransportProtocol.Udp, simulation.OffererAddress, TransportAddress.From(System.Net.IPAddress.Parse("203.0.113.9"), 9));
        for (int i = 0; i < 100; i++)
            simulation.Offerer.Peer.HandleDatagram([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], stranger, simulation.Now);
        Assert.Equal(100 - EarlyDatagrams.MaxCount, simulation.Offerer.Peer.GetCounters().Drops["peer: nothing was expected"]);
    }

    private static TimeSpan TimeToOpen(bool lite, bool answererIsDtlsServer, Func<Datagram, bool> deliver)
    {
        using PeerSimulation simulation = new(3, Line, answerer: o => o with { IceLite = lite, AnswerAsDtlsServer = answererIsDtlsServer });
        simulation.Deliver = deliver;
        simulation.Connect(TimeSpan.FromSeconds(10));
        return simulation.Now - Instant.Zero;
    }

    private static bool IsClientHello(in Datagram datagram) => datagram.IsDtls && datagram.Bytes.Span[0] == 22 && datagram.Bytes.Span[13] == 1;

    private static bool IsNomination(in Datagram datagram) =>
        datagram.IsStun && StunMessage.TryParse(datagram.Bytes.Span, out StunMessage message) && message.UseCandidate;
}
