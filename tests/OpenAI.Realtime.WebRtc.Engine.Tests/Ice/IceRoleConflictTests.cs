using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IceRoleConflictTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_agents_of_the_same_role_settle_on_one_controlling(bool controlling)
    {
        for (int seed = 1; seed <= 50; seed++)
        {
            IceSimulation simulation = new IceSimulation(seed, offererControls: controlling, answererControls: controlling).Start();
            Assert.True(simulation.RunUntilConnected(TimeSpan.FromSeconds(2)), $"seed {seed}");
            simulation.RunFor(TimeSpan.FromSeconds(10));
            Assert.True(simulation.Offerer.Agent.IsControlling != simulation.Answerer.Agent.IsControlling, $"seed {seed}");
            Assert.Equal(1, simulation.Offerer.Count(IceEventKind.RoleSwitched) + simulation.Answerer.Count(IceEventKind.RoleSwitched));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void They_settle_under_loss_too(bool controlling)
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            IceSimulation simulation = new(seed, offererControls: controlling, answererControls: controlling) { Loss = 0.3, Jitter = TimeSpan.FromMilliseconds(50) };
            Assert.True(simulation.Start().RunUntilConnected(TimeSpan.FromSeconds(30)), $"seed {seed}");
        }
    }

    [Fact]
    public void The_one_with_the_larger_tie_breaker_answers_487_and_keeps_its_role()
    {
        // Only the offerer checks (the answerer knows no candidate), so that one request meets the conflict.
        bool seenByAnswer = false;
        bool seenBySwitch = false;
        for (int seed = 1; seed <= 20; seed++)
        {
            IceSimulation simulation = new IceSimulation(seed, answererControls: true).Start(answererKnowsCandidates: false);
            Assert.True(simulation.RunUntilConnected());
            bool refused = simulation.Sent.Any(d => d.From == simulation.Answerer && d.Class == StunClass.ErrorResponse && d.Error == StunErrorCode.RoleConflict);
            Assert.Equal(refused, simulation.Answerer.Agent.IsControlling);
            Assert.Equal(!refused, simulation.Offerer.Agent.IsControlling);
            seenByAnswer |= refused;
            seenBySwitch |= !refused;
        }

        Assert.True(seenByAnswer && seenBySwitch);
    }

    [Fact]
    public void A_full_agent_controls_a_lite_peer_whoever_offered()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true, offererControls: false).Start();
        Assert.True(simulation.Offerer.Agent.IsControlling);
        Assert.True(simulation.RunUntilConnected());
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.RoleSwitched));
    }

    [Fact]
    public void A_lite_agent_makes_a_controlled_peer_control()
    {
        // The offerer did not see a=ice-lite.
        IceSimulation simulation = new(answererIsLite: true, offererControls: false);
        IceSimulation.Exchange(simulation.Answerer, simulation.Offerer, isLite: false);
        IceSimulation.Exchange(simulation.Offerer, simulation.Answerer, isLite: false);
        simulation.Answerer.Agent.Start(simulation.Now);
        simulation.Offerer.Agent.Start(simulation.Now);
        Assert.True(simulation.RunUntilConnected());
        Assert.True(simulation.Offerer.Agent.IsControlling);
        Assert.False(simulation.Answerer.Agent.IsControlling);
    }
}
