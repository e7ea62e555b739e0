using System.Net;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>ICE is restarted in a call that is under way (RFC 8445 §9).</summary>
public partial class IceRestartTests
{
    private static readonly TransportAddress s_wifi = TransportAddress.From(IPAddress.Parse("198.51.100.7"), 40007);
    private static readonly TimeSpan s_aMoment = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Not_a_packet_of_the_call_is_lost_by_a_restart(bool byOfferer, bool lite)
    {
        using PeerSimulation simulation = Connected(5, lite);
        (SimulatedPeer from, SimulatedPeer to) = Sides(simulation, byOfferer);
        Talk talk = new(simulation);
        talk.For(50);
        (string offer, string answer) = Restart(simulation, from, to);
        talk.For(100);
        Assert.All([from, to], peer => Assert.Equal(1, peer.Events.Count(e => e.Kind == PeerEventKind.IceRestarted)));
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
        Assert.All([offer, answer], sdp => Assert.Equal(" 3 IN", Version().Match(sdp).Value)); // RFC 8829 §5.2.2: one more than before
        Assert.Equal([1, 1], [from.Peer.GetCounters().IceRestarts, to.Peer.GetCounters().IceRestarts]);
        simulation.Run(TimeSpan.FromMinutes(5));
        Assert.False(simulation.EitherEnded, simulation.ToString());
        Assert.False(from.Saw(PeerEventKind.Disconnected) || to.Saw(PeerEventKind.Disconnected), simulation.ToString());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_side_whose_network_has_changed_is_reached_by_its_new_one(bool byOfferer, bool lite)
    {
        using PeerSimulation simulation = Connected(5, lite);
        (SimulatedPeer from, SimulatedPeer to) = Sides(simulation, byOfferer);
        TransportAddress cable = byOfferer ? simulation.OffererAddress : simulation.AnswererAddress;
        simulation.Passes = path => path.Local != cable && path.Remote != cable;
        Assert.True(simulation.RunUntil(() => from.Saw(PeerEventKind.Disconnected) && to.Saw(PeerEventKind.Disconnected), TimeSpan.FromSeconds(25)), simulation.ToString());
        simulation.MoreAddresses.Add(s_wifi);
        from.Peer.AddLocalAddress(s_wifi);
        from.Peer.RemoveLocalAddress(cable, TransportProtocol.Udp, simulation.Now);
        Restart(simulation, from, to);
        Assert.True(simulation.RunUntil(() => from.Saw(PeerEventKind.Recovered) && to.Saw(PeerEventKind.Recovered), s_aMoment), simulation.ToString());
        Assert.Equal(s_wifi, from.Peer.GetCounters().SelectedPath?.Local);
        Assert.Equal(s_wifi, to.Peer.GetCounters().SelectedPath?.Remote);
        Talk talk = new(simulation);
        talk.For(100);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_call_goes_on_by_the_old_path_until_there_is_a_new_one(bool byOfferer)
    {
        using PeerSimulation simulation = Connected(5);
        (SimulatedPeer from, SimulatedPeer to) = Sides(simulation, byOfferer);
        simulation.MoreAddresses.Add(s_wifi);
        from.Peer.AddLocalAddress(s_wifi);
        TransportPath before = from.Peer.GetCounters().SelectedPath!.Value;
        BlockNewSession(simulation, from, to);
        Restart(simulation, from, to);
        Talk talk = new(simulation);
        talk.For(250);
        Assert.Equal(before, from.Peer.GetCounters().SelectedPath);
        simulation.Deliver = null;
        talk.For(100);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
        Assert.True(from.Saw(PeerEventKind.IceRestarted) && to.Saw(PeerEventKind.IceRestarted), simulation.ToString());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_restart_that_finds_nothing_leaves_the_call_as_it_is_and_the_next_one_may_find_it(bool byOfferer, bool lite)
    {
        using PeerSimulation simulation = Connected(5, lite);
        (SimulatedPeer from, SimulatedPeer to) = Sides(simulation, byOfferer);
        BlockNewSession(simulation, from, to);
        Restart(simulation, from, to);
        simulation.Run(TimeSpan.FromMinutes(3));
        Assert.All([from, to], peer =>
        {
            PeerEvent failed = Assert.Single(peer.Events, e => e.Kind == PeerEventKind.IceRestartFailed);
            Assert.Contains("within 15 s", failed.Detail, StringComparison.Ordinal);
            Assert.Single(peer.Peer.UsernameFragments);
        });
        Talk talk = new(simulation);
        talk.For(50);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
        simulation.Deliver = null;
        Restart(simulation, from, to);
        Assert.True(simulation.RunUntil(() => from.Saw(PeerEventKind.IceRestarted) && to.Saw(PeerEventKind.IceRestarted), s_aMoment), simulation.ToString());
        Assert.False(simulation.EitherEnded, simulation.ToString());
    }

    [Fact]
    public void A_restart_outlives_the_consent_of_the_path_that_it_replaces()
    {
        using PeerSimulation simulation = Connected(5);
        TransportAddress cable = simulation.OffererAddress;
        simulation.Passes = path => path.Local != cable && path.Remote != cable;
        simulation.Run(TimeSpan.FromSeconds(20));
        Assert.False(simulation.EitherEnded, simulation.ToString());
        string offer = simulation.Offerer.Peer.CreateRestartOffer();
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(offer, simulation.Now, out string answer, out SdpError error), error.Message);
        simulation.Run(TimeSpan.FromSeconds(12)); // consent has run out on both sides, and the answer is on its way
        Assert.False(simulation.EitherEnded, simulation.ToString());
        simulation.MoreAddresses.Add(s_wifi);
        simulation.Offerer.Peer.AddLocalAddress(s_wifi);
        Assert.True(simulation.Offerer.Peer.TrySetAnswer(answer, simulation.Now, out error), error.Message);
        simulation.Drain();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.Recovered) && simulation.Answerer.Saw(PeerEventKind.Recovered), s_aMoment), simulation.ToString());
        Talk talk = new(simulation);
        talk.For(50);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
    }

    [Fact]
    public void Where_neither_the_old_path_nor_a_new_one_leads_anywhere_the_call_ends_and_says_both()
    {
        using PeerSimulation simulation = Connected(5);
        simulation.Passes = static _ => false;
        simulation.Run(TimeSpan.FromSeconds(20));
        simulation.Offerer.Peer.CreateRestartOffer(); // the answer never comes
        simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(PeerEndReason.ConsentExpired, simulation.Offerer.End?.Reason);
        Assert.Contains("restart found no pair", simulation.Offerer.End!.Detail, StringComparison.Ordinal);
        Assert.Contains("has not answered for 30 s", simulation.Offerer.End.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Under_loss_a_restart_finds_its_path_and_nothing_is_undone()
    {
        for (int seed = 1; seed <= 30; seed++)
        {
            using PeerSimulation simulation = Connected(seed, link: new Link { Loss = 0.2, Jitter = TimeSpan.FromMilliseconds(30) });
            simulation.MoreAddresses.Add(s_wifi);
            simulation.Answerer.Peer.AddLocalAddress(s_wifi);
            Restart(simulation, simulation.Answerer, simulation.Offerer);
            Talk talk = new(simulation);
            talk.For(250);
            Assert.True(simulation.Offerer.Saw(PeerEventKind.IceRestarted) && simulation.Answerer.Saw(PeerEventKind.IceRestarted), simulation.ToString());
            Assert.Equal(simulation.Offerer.Peer.GetCounters().SelectedPath?.Local, simulation.Answerer.Peer.GetCounters().SelectedPath?.Remote);
            Assert.True(simulation.Offerer.Audio.Count > 175 && simulation.Answerer.Audio.Count > 175, $"{simulation.Offerer.Audio.Count}, {simulation.Answerer.Audio.Count} of 250: {simulation}");
        }
    }

    [Fact]
    public void An_offer_without_a_change_is_answered_with_the_same()
    {
        using PeerSimulation simulation = new(5);
        string? offered = null, answered = null;
        simulation.RewriteOffer = offer => offered = offer;
        simulation.RewriteAnswer = answer => answered = answer;
        simulation.Connect();
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(offered!, simulation.Now, out string again, out SdpError error), error.Message);
        Assert.Equal(answered, again);
        simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Single(simulation.Answerer.Peer.UsernameFragments);
        Assert.False(simulation.Answerer.Saw(PeerEventKind.IceRestarted) || simulation.Answerer.Saw(PeerEventKind.IceRestartFailed), simulation.ToString());
    }

    [Theory]
    [InlineData("a=fingerprint:sha-256 [0-9A-F]{2}:[0-9A-F]{2}", "a=fingerprint:sha-256 00:00", "another certificate")]
    [InlineData("a=setup:actpass", "a=setup:active", "turns the DTLS roles round")]
    [InlineData("a=sctp-port:5000", "a=sctp-port:5001", "another SCTP port")]
    [InlineData("a=sendrecv", "a=recvonly", "turns audio on or off")]
    [InlineData("(m=audio .* |a=rtpmap:|a=fmtp:)111", "${1}96", "another payload type")]
    [InlineData("m=audio 9", "m=audio 0", "takes audio away")]
    [InlineData("a=ice-pwd:.*", "a=x", "no a=ice-pwd")]
    [InlineData("[^v]", "!", "")]
    public void An_offer_that_changes_more_than_ICE_is_refused_with_the_reason_and_the_call_goes_on(string find, string replaceBy, string reason)
    {
        using PeerSimulation simulation = Connected(5);
        string offer = Regex.Replace(simulation.Offerer.Peer.CreateRestartOffer(), find, replaceBy);
        Assert.False(simulation.Answerer.Peer.TryCreateAnswer(offer, simulation.Now, out string answer, out SdpError error));
        Assert.Equal("", answer);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Single(simulation.Answerer.Peer.UsernameFragments);
        Restart(simulation, simulation.Offerer, simulation.Answerer); // the right one is still taken
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Saw(PeerEventKind.IceRestarted), s_aMoment), simulation.ToString());
    }

    [Fact]
    public void An_answer_of_another_certificate_or_of_an_earlier_offer_is_refused_and_the_right_one_still_taken()
    {
        using PeerSimulation simulation = new(5);
        string first = "";
        simulation.RewriteAnswer = answer => first = answer;
        simulation.Connect();
        Assert.False(simulation.Offerer.Peer.TrySetAnswer(first, simulation.Now, out SdpError error));
        Assert.Contains("No offer of ours waits", error.Message, StringComparison.Ordinal);

        string offer = simulation.Offerer.Peer.CreateRestartOffer();
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(offer, simulation.Now, out string answer, out error), error.Message);
        Assert.False(simulation.Offerer.Peer.TrySetAnswer(first, simulation.Now, out error));
        Assert.Contains("credentials of before", error.Message, StringComparison.Ordinal);
        Assert.False(simulation.Offerer.Peer.TrySetAnswer(Regex.Replace(answer, "sha-256 [0-9A-F]{2}:[0-9A-F]{2}", "sha-256 00:00"), simulation.Now, out error));
        Assert.Contains("another certificate", error.Message, StringComparison.Ordinal);
        Assert.False(simulation.Offerer.Peer.TrySetAnswer("nonsense", simulation.Now, out error));
        Assert.True(simulation.Offerer.Peer.TrySetAnswer(answer, simulation.Now, out error), error.Message);
        Assert.False(simulation.Offerer.Peer.TrySetAnswer(answer, simulation.Now, out error)); // twice
        simulation.Drain();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.IceRestarted), s_aMoment), simulation.ToString());
    }

    [Fact]
    public void An_answer_to_an_offer_that_was_withdrawn_costs_a_restart_and_not_the_call()
    {
        using PeerSimulation simulation = Connected(5);
        string withdrawn = simulation.Offerer.Peer.CreateRestartOffer();
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(withdrawn, simulation.Now, out string stale, out SdpError error), error.Message);
        simulation.Offerer.Peer.CreateRestartOffer();
        Assert.True(simulation.Offerer.Peer.TrySetAnswer(stale, simulation.Now, out error), error.Message); // nothing in it tells of which offer it is
        simulation.Drain();
        simulation.Run(TimeSpan.FromSeconds(20));
        Assert.All([simulation.Offerer, simulation.Answerer], peer => Assert.True(peer.Saw(PeerEventKind.IceRestartFailed), simulation.ToString()));
        Talk talk = new(simulation);
        talk.For(50);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
        Restart(simulation, simulation.Offerer, simulation.Answerer);
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.IceRestarted), s_aMoment), simulation.ToString());
    }

    [Fact]
    public void Of_two_offers_that_cross_the_one_of_who_made_the_first_offer_stands()
    {
        using PeerSimulation simulation = Connected(5);
        string stands = simulation.Offerer.Peer.CreateRestartOffer();
        string givesWay = simulation.Answerer.Peer.CreateRestartOffer();
        Assert.False(simulation.Offerer.Peer.TryCreateAnswer(givesWay, simulation.Now, out _, out SdpError error));
        Assert.Contains("crosses", error.Message, StringComparison.Ordinal);
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(stands, simulation.Now, out string answer, out error), error.Message);
        Assert.True(simulation.Offerer.Peer.TrySetAnswer(answer, simulation.Now, out error), error.Message);
        Assert.False(simulation.Answerer.Peer.TrySetAnswer(answer, simulation.Now, out error)); // what its own offer would have been answered with
        simulation.Drain();
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Saw(PeerEventKind.IceRestarted) && simulation.Answerer.Saw(PeerEventKind.IceRestarted), s_aMoment), simulation.ToString());
    }

    [Fact]
    public void Before_there_is_a_path_and_after_the_end_there_is_nothing_to_restart()
    {
        using PeerSimulation simulation = new(5);
        Assert.Throws<InvalidOperationException>(simulation.Offerer.Peer.CreateRestartOffer);
        simulation.Negotiate();
        Assert.Throws<InvalidOperationException>(simulation.Offerer.Peer.CreateRestartOffer);
        Assert.False(simulation.Answerer.Peer.TryCreateAnswer("v=0", simulation.Now, out _, out SdpError error));
        Assert.Contains("first path", error.Message, StringComparison.Ordinal);
        Assert.True(simulation.RunUntil(() => simulation.BothOpen, TimeSpan.FromMinutes(1)));
        string offer = simulation.Offerer.Peer.CreateRestartOffer();
        simulation.Answerer.Peer.Close(simulation.Now);
        Assert.False(simulation.Answerer.Peer.TryCreateAnswer(offer, simulation.Now, out _, out error));
        simulation.Drain();
        simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Throws<InvalidOperationException>(simulation.Offerer.Peer.CreateRestartOffer);
        Assert.False(simulation.Offerer.Peer.TrySetAnswer("v=0", simulation.Now, out _));
    }

    [Fact]
    public void Who_answered_an_offer_with_more_m_lines_than_ours_has_waits_for_the_peer_to_offer_again()
    {
        using PeerSimulation simulation = new(5);
        const string Video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=rtpmap:96 VP8/90000\r\na=rtcp-mux\r\n";
        simulation.RewriteOffer = offer => offer + Video;
        simulation.RewriteAnswer = answer => answer[..answer.IndexOf("m=video", StringComparison.Ordinal)];
        simulation.Connect();
        Assert.Throws<InvalidOperationException>(simulation.Answerer.Peer.CreateRestartOffer);
        string again = simulation.Offerer.Peer.CreateRestartOffer() + Video;
        Assert.True(simulation.Answerer.Peer.TryCreateAnswer(again, simulation.Now, out string answer, out SdpError error), error.Message);
        Assert.Contains("m=video 0", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_restarts_leave_nothing_behind()
    {
        using PeerSimulation simulation = Connected(5);
        for (int i = 0; i < 100; i++)
        {
            (SimulatedPeer from, SimulatedPeer to) = Sides(simulation, i % 2 == 0);
            Restart(simulation, from, to);
            Assert.True(simulation.RunUntil(() => from.Peer.GetCounters().IceRestarts == i + 1 && to.Peer.GetCounters().IceRestarts == i + 1, s_aMoment), $"{i}: {simulation}");
        }

        Assert.Equal(2, simulation.Offerer.Peer.UsernameFragments.Count); // the last one and the one before
        simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Single(simulation.Offerer.Peer.UsernameFragments);
        Talk talk = new(simulation);
        talk.For(50);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
    }

    [Fact]
    public void Whatever_is_offered_or_answered_in_a_call_it_goes_on_and_nothing_is_thrown()
    {
        using PeerSimulation simulation = Connected(5);
        TextMutator mutator = new(new Random(5));
        (int taken, int refused) = (0, 0);
        for (int i = 0; i < 2000; i++)
        {
            string offer = simulation.Offerer.Peer.CreateRestartOffer();
            bool isTaken = simulation.Answerer.Peer.TryCreateAnswer(mutator.Mutate(offer), simulation.Now, out string answer, out SdpError error)
                && simulation.Offerer.Peer.TrySetAnswer(mutator.Mutate(answer), simulation.Now, out error);
            Assert.True(isTaken || error.Message.Length > 0);
            (taken, refused) = isTaken ? (taken + 1, refused) : (taken, refused + 1);
            simulation.Drain();
            simulation.Run(TimeSpan.FromMilliseconds(50));
            Assert.False(simulation.EitherEnded, simulation.ToString());
        }

        Assert.True(taken > 200 && refused > 200, $"{taken}, {refused}");
        Restart(simulation, simulation.Offerer, simulation.Answerer);
        Talk talk = new(simulation);
        talk.For(50);
        simulation.Run(s_aMoment);
        talk.AssertNothingIsMissing();
    }

    private static PeerSimulation Connected(int seed, bool lite = false, Link? link = null)
    {
        PeerSimulation simulation = new(seed, link, answerer: o => o with { IceLite = lite });
        simulation.Connect();
        simulation.Run(TimeSpan.FromSeconds(10));
        return simulation;
    }

    private static (SimulatedPeer From, SimulatedPeer To) Sides(PeerSimulation simulation, bool byOfferer) =>
        byOfferer ? (simulation.Offerer, simulation.Answerer) : (simulation.Answerer, simulation.Offerer);

    private static (string Offer, string Answer) Restart(PeerSimulation simulation, SimulatedPeer from, SimulatedPeer to)
    {
        string offer = from.Peer.CreateRestartOffer();
        Assert.True(to.Peer.TryCreateAnswer(offer, simulation.Now, out string answer, out SdpError error), error.Message);
        Assert.True(from.Peer.TrySetAnswer(answer, simulation.Now, out error), error.Message);
        simulation.Drain();
        return (offer, answer);
    }

    // Whatever is no check of the sessions that there are now is lost, as far as it is a request.
    private static void BlockNewSession(PeerSimulation simulation, SimulatedPeer from, SimulatedPeer to)
    {
        string[] known = [from.Peer.UsernameFragment, to.Peer.UsernameFragment];
        simulation.Deliver = d => !d.IsStun || !WebRtcPeer.TryReadRecipient(d.Bytes.Span, out ReadOnlySpan<byte> fragment)
            || known.Contains(System.Text.Encoding.ASCII.GetString(fragment));
    }

    [GeneratedRegex("(?<=^o=- [0-9]+) [0-9]+ IN", RegexOptions.Multiline)]
    private static partial Regex Version();

    /// <summary>Audio each 20 ms and a message each second, both ways.</summary>
    private sealed class Talk(PeerSimulation simulation)
    {
        private readonly int _offererHeard = simulation.Offerer.Audio.Count, _answererHeard = simulation.Answerer.Audio.Count;
        private readonly int _offererRead = simulation.Offerer.Messages.Count, _answererRead = simulation.Answerer.Messages.Count;
        private readonly ushort _from = (ushort)(simulation.Now.Ticks / TimeSpan.FromMilliseconds(20).Ticks);
        private int _packets, _messages;

        public void For(int packets)
        {
            for (int i = 0; i < packets; i++, _packets++)
            {
                ushort number = (ushort)(_from + _packets);
                simulation.Offerer.Peer.SendAudio([0xF8, 1], number, number * 960u, false, simulation.Now);
                simulation.Answerer.Peer.SendAudio([0xF8, 2], number, number * 960u, false, simulation.Now);
                if (_packets % 50 == 0)
                {
                    simulation.Send(simulation.Offerer, [1]);
                    simulation.Send(simulation.Answerer, [2]);
                    _messages++;
                }

                simulation.Drain();
                simulation.Run(TimeSpan.FromMilliseconds(20));
            }
        }

        public void AssertNothingIsMissing()
        {
            Assert.Equal((_packets, _packets), (simulation.Offerer.Audio.Count - _offererHeard, simulation.Answerer.Audio.Count - _answererHeard));
            Assert.Equal((_messages, _messages), (simulation.Offerer.Messages.Count - _offererRead, simulation.Answerer.Messages.Count - _answererRead));
        }
    }
}
