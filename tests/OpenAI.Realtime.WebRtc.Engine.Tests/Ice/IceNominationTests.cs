using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

/// <summary>What a lite agent selects when its peer nominates as it likes.</summary>
public class IceNominationTests
{
    [Fact]
    public void The_selected_pair_is_checked_on_until_the_peers_data_comes()
    {
        // The peer's own check, or our answer to it, may be lost: it waits for another of ours before it uses the pair.
        IceSimulation simulation = new() { HasData = false };
        Assert.True(simulation.Start().RunUntilConnected());
        int before = simulation.Sent.Count(d => d.IsRequest && d.From == simulation.Offerer);
        simulation.RunFor(TimeSpan.FromSeconds(1));
        int during = simulation.Sent.Count(d => d.IsRequest && d.From == simulation.Offerer) - before;
        Assert.InRange(during, 10, 20); // a round trip takes 20 ms, the least interval is 50 ms
        Assert.All(simulation.Sent.Where(d => d.IsRequest && d.From == simulation.Offerer).Skip(before), d => Assert.True(d.UseCandidate));

        simulation.HasData = true;
        simulation.RunFor(TimeSpan.FromSeconds(1));
        before = simulation.Sent.Count;
        simulation.RunFor(TimeSpan.FromSeconds(2));
        Assert.InRange(simulation.Sent.Count - before, 0, 4); // a consent check each, and its answer
    }

    private static readonly TransportAddress Local = IceSimulation.Address("10.0.0.2:2000");
    private static readonly TransportAddress High = IceSimulation.Address("10.0.0.1:1");
    private static readonly TransportAddress Low = IceSimulation.Address("10.0.0.1:2");
    private static readonly IceCredentials Peer = new("peer", "the peer's own password");

    private readonly IceAgent _lite = new(new() { Lite = true }, new SeededRandomSource(1));
    private Instant _now = Instant.Zero + TimeSpan.FromMinutes(1);

    public IceNominationTests()
    {
        _lite.AddLocalAddress(Local);
        Assert.True(_lite.SetRemote(Peer, isLite: false));
        _lite.AddRemoteCandidate(new("1", 1, TransportProtocol.Udp, 2000, High, CandidateType.Host));
        _lite.AddRemoteCandidate(new("2", 1, TransportProtocol.Udp, 1000, Low, CandidateType.Host));
        _lite.Start(_now);
    }

    [Fact]
    public void Without_use_candidate_nothing_is_selected()
    {
        Receive(High, useCandidate: false);
        Assert.Null(Selected);
    }

    [Fact]
    public void Of_several_nominations_at_the_start_the_highest_priority_wins_in_any_order()
    {
        Receive(Low, useCandidate: true);
        Assert.Equal(Low, Selected);
        Receive(High, useCandidate: true);
        Assert.Equal(High, Selected);
        Wait(TimeSpan.FromMilliseconds(900));
        Receive(Low, useCandidate: true);
        Assert.Equal(High, Selected);
    }

    [Fact]
    public void Later_the_latest_nomination_wins()
    {
        Receive(High, useCandidate: true);
        Wait(TimeSpan.FromSeconds(1));
        Receive(Low, useCandidate: true);
        Assert.Equal(Low, Selected);
    }

    [Fact]
    public void Plain_requests_move_the_path_only_when_the_selected_one_has_been_silent()
    {
        Receive(High, useCandidate: true);
        for (int i = 0; i < 3; i++)
        {
            Wait(TimeSpan.FromSeconds(9));
            Receive(High, useCandidate: false);
            Receive(Low, useCandidate: false);
            Assert.Equal(High, Selected);
        }

        Wait(TimeSpan.FromSeconds(10));
        Receive(Low, useCandidate: false);
        Assert.Equal(Low, Selected);
        List<IceEventKind> kinds = [];
        while (_lite.TryTakeEvent(out IceEvent e))
            kinds.Add(e.Kind);
        Assert.Equal([IceEventKind.PairSelected, IceEventKind.PairSelected], kinds);
    }

    [Fact]
    public void Data_on_the_selected_path_counts_as_no_silence()
    {
        Receive(High, useCandidate: true);
        Wait(TimeSpan.FromSeconds(9));
        _lite.HandleActivity(new(TransportProtocol.Udp, Local, High), _now);
        Wait(TimeSpan.FromSeconds(5));
        Receive(Low, useCandidate: false);
        Assert.Equal(High, Selected);
    }

    private TransportAddress? Selected => _lite.TryGetSelectedPath(out TransportPath path) ? path.Remote : null;

    private void Wait(TimeSpan duration)
    {
        _now += duration;
        _lite.HandleTimeout(_now);
    }

    private void Receive(TransportAddress from, bool useCandidate)
    {
        byte[] buffer = new byte[300];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        writer.WriteUsername(Encoding.UTF8.GetBytes($"{_lite.LocalCredentials.UsernameFragment}:{Peer.UsernameFragment}"));
        writer.WritePriority(1);
        writer.WriteIceControlling(1);
        if (useCandidate)
            writer.WriteUseCandidate();
        Assert.True(writer.TryFinish(Encoding.UTF8.GetBytes(_lite.LocalCredentials.Password), out int length));
        _lite.HandleDatagram(buffer.AsSpan(0, length), new(TransportProtocol.Udp, Local, from), _now);
        Assert.True(_lite.TryTakeDatagram(buffer, out _, out _));
    }
}
