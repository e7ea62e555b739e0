using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

/// <summary>Local addresses that go and come in mid-call: a cable is pulled, a Wi-Fi network is joined.</summary>
public class IceAddressTests
{
    private static readonly TimeSpan s_aMoment = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_the_address_in_use_goes_another_that_is_there_takes_its_place(bool lite)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            IceSimulation simulation = new(seed, lite, offererAddresses: ["10.0.0.1:1000", "10.0.9.1:1001"]) { Loss = 0.05 };
            Assert.True(simulation.Start().RunUntilConnected(), $"seed {seed}");
            simulation.RunFor(TimeSpan.FromSeconds(10));
            TransportAddress cable = simulation.Offerer.Selected!.Value.Local;
            Lose(simulation, cable);
            Assert.True(simulation.RunUntil(() => simulation.IsConnected && !IsConnectedFrom(simulation, cable), TimeSpan.FromSeconds(3)), $"seed {seed}");
            simulation.RunFor(TimeSpan.FromMinutes(2));
            Assert.Equal(0, simulation.Offerer.Count(IceEventKind.ConsentExpired) + simulation.Answerer.Count(IceEventKind.ConsentExpired));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_the_only_address_goes_the_next_one_that_comes_is_used_without_a_new_call(bool lite)
    {
        IceSimulation simulation = new(3, lite);
        Assert.True(simulation.Start().RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Lose(simulation, simulation.Offerer.Selected!.Value.Local);
        simulation.RunFor(TimeSpan.FromSeconds(8));
        TransportAddress wifi = IceSimulation.Address("10.0.7.1:1007");
        Assert.True(simulation.Offerer.Agent.AddLocalAddress(wifi));
        Assert.True(simulation.RunUntil(() => IsConnectedFrom(simulation, wifi), s_aMoment));
        simulation.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.ConsentExpired) + simulation.Answerer.Count(IceEventKind.ConsentExpired));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_new_address_beside_one_that_works_is_kept_as_a_way_out_and_not_moved_to(bool lite)
    {
        IceSimulation simulation = new(3, lite);
        Assert.True(simulation.Start().RunUntilConnected());
        TransportPath before = simulation.Offerer.Selected!.Value;
        Assert.True(simulation.Offerer.Agent.AddLocalAddress(IceSimulation.Address("10.0.7.1:1007")));
        simulation.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(before, simulation.Offerer.Selected);
        Lose(simulation, before.Local);
        Assert.True(simulation.RunUntil(() => IsConnectedFrom(simulation, IceSimulation.Address("10.0.7.1:1007")), s_aMoment));
    }

    [Fact]
    public void When_the_only_address_goes_for_good_consent_expires_and_the_lost_address_is_known()
    {
        IceSimulation simulation = new(3, answererIsLite: true);
        Assert.True(simulation.Start().RunUntilConnected());
        TransportAddress lost = simulation.Offerer.Selected!.Value.Local;
        Lose(simulation, lost);
        simulation.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(1, simulation.Offerer.Count(IceEventKind.ConsentExpired));
        Assert.Equal(lost, simulation.Offerer.Agent.LostAddress);
    }

    [Fact]
    public void Addresses_that_come_and_go_a_thousand_times_leave_nothing_behind()
    {
        IceSimulation simulation = new(3, answererIsLite: true, offererAddresses: ["10.0.0.1:1000", "10.0.0.9:1009"]);
        Assert.True(simulation.Start().RunUntilConnected());
        for (int i = 0; i < 1000; i++)
        {
            TransportAddress passing = IceSimulation.Address($"10.0.7.1:{2000 + i}");
            Assert.True(simulation.Offerer.Agent.AddLocalAddress(passing), $"{i}");
            simulation.RunFor(TimeSpan.FromMilliseconds(100));
            simulation.Offerer.Agent.RemoveLocalAddress(passing, TransportProtocol.Udp, simulation.Now);
        }

        Assert.True(simulation.IsConnected);
        Assert.Equal(2, simulation.Offerer.Agent.Pairs.Count);
        Assert.True(simulation.Offerer.Agent.AddLocalAddress(IceSimulation.Address("10.0.8.1:1008")));
        simulation.RunFor(s_aMoment);
        foreach (string gone in (string[])["10.0.0.1:1000", "10.0.0.9:1009"])
            simulation.Offerer.Agent.RemoveLocalAddress(IceSimulation.Address(gone), TransportProtocol.Udp, simulation.Now);
        Assert.True(simulation.RunUntil(() => IsConnectedFrom(simulation, IceSimulation.Address("10.0.8.1:1008")), s_aMoment));
    }

    private static bool IsConnectedFrom(IceSimulation simulation, TransportAddress local) => simulation.IsConnected && simulation.Offerer.Selected!.Value.Local == local;

    private static void Lose(IceSimulation simulation, TransportAddress address)
    {
        simulation.Passes = datagram => datagram.Path.Local != address && datagram.Path.Remote != address;
        simulation.Offerer.Agent.RemoveLocalAddress(address, TransportProtocol.Udp, simulation.Now);
    }
}
