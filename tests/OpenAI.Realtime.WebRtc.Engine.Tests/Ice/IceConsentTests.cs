using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IceConsentTests
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Consent_checks_carry_use_candidate_and_new_ids_every_four_to_six_seconds(bool lite)
    {
        IceSimulation simulation = Connected(lite);
        SentDatagram[] checks = SendsDuring(simulation, TimeSpan.FromSeconds(120), simulation.Offerer);
        Assert.InRange(checks.Length, 20, 30);
        Assert.All(checks, c => Assert.True(c.UseCandidate));
        Assert.All(checks, c => Assert.Equal(simulation.Offerer.Selected, c.Path));
        Assert.Equal(checks.Length, checks.Select(c => c.TransactionId).Distinct().Count());
        TimeSpan[] pauses = [.. checks.Zip(checks.Skip(1), (a, b) => b.At - a.At)];
        Assert.All(pauses, p => Assert.InRange(p, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6)));
        Assert.True(pauses.Distinct().Count() > 10, "the pauses are drawn at random");
        Assert.Equal(checks.Length, simulation.Offerer.Agent.Counters.ConsentChecksSent);
    }

    [Fact]
    public void The_controlled_side_of_two_full_agents_asks_for_consent_too_without_use_candidate()
    {
        IceSimulation simulation = Connected(lite: false);
        SentDatagram[] checks = SendsDuring(simulation, TimeSpan.FromSeconds(60), simulation.Answerer);
        Assert.InRange(checks.Length, 10, 15);
        Assert.All(checks, c => Assert.False(c.UseCandidate));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_idle_call_survives_two_hours(bool lite)
    {
        IceSimulation simulation = Connected(lite);
        simulation.RunFor(TimeSpan.FromHours(2));
        Assert.All((SimulatedAgent[])[simulation.Offerer, simulation.Answerer], agent =>
        {
            Assert.Equal(1, agent.Count(IceEventKind.PairSelected));
            Assert.All(agent.Events, e => Assert.True(e.Kind is IceEventKind.PathUsable or IceEventKind.PairSelected));
        });
        Assert.True(simulation.IsConnected);
    }

    [Fact]
    public void A_lite_peer_that_answers_only_checks_with_use_candidate_keeps_the_call()
    {
        IceSimulation simulation = new(answererIsLite: true) { Passes = static d => !d.IsRequest || d.UseCandidate };
        Assert.True(simulation.Start().RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(120));
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.Disconnected));
    }

    [Fact]
    public void A_vanished_peer_is_disconnected_soon_and_loses_consent_after_its_timeout()
    {
        IceSimulation simulation = Connected(lite: true);
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Instant lastAnswer = simulation.Sent.Last(d => d.From == simulation.Answerer).At + simulation.Delay;
        simulation.Passes = static _ => false;

        Assert.True(simulation.RunUntil(() => simulation.Offerer.Count(IceEventKind.Disconnected) == 1, TimeSpan.FromSeconds(30)));
        Assert.InRange(simulation.Now - lastAnswer, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(13));
        Assert.NotNull(simulation.Offerer.Selected);

        Assert.True(simulation.RunUntil(() => simulation.Offerer.Count(IceEventKind.ConsentExpired) == 1, TimeSpan.FromSeconds(40)));
        Assert.InRange(simulation.Now - lastAnswer, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30) + Margin);
        Assert.Null(simulation.Offerer.Selected);

        // Nothing may be sent any more.
        int sent = simulation.Sent.Count(d => d.From == simulation.Offerer);
        simulation.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(sent, simulation.Sent.Count(d => d.From == simulation.Offerer));
        Assert.Equal(Wake.Never, simulation.Offerer.Agent.NextTimeout);
        Assert.Equal(1, simulation.Offerer.Count(IceEventKind.Disconnected));
    }

    [Fact]
    public void A_peer_that_comes_back_is_recovered()
    {
        IceSimulation simulation = Connected(lite: true);
        simulation.Passes = static _ => false;
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Count(IceEventKind.Disconnected) == 1, TimeSpan.FromSeconds(30)));
        simulation.Passes = static _ => true;
        Assert.True(simulation.RunUntil(() => simulation.Offerer.Count(IceEventKind.Recovered) == 1, IceConsent.SearchInterval + (2 * simulation.Delay)));
        Assert.InRange(SendsDuring(simulation, TimeSpan.FromMinutes(2), simulation.Offerer).Length, 20, 30);
        Assert.Equal(1, simulation.Offerer.Count(IceEventKind.Disconnected));
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.ConsentExpired));
    }

    [Fact]
    public void One_lost_consent_check_is_no_disconnection()
    {
        IceSimulation simulation = Connected(lite: true);
        bool lost = false;
        simulation.Passes = d => d.From != simulation.Offerer || lost || !(lost = true);
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Assert.True(lost);
        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.Disconnected));
    }

    [Fact]
    public void Data_of_the_peer_s_puts_disconnected_off_but_is_no_consent()
    {
        IceSimulation simulation = Connected(lite: true);
        simulation.Passes = d => d.From != simulation.Answerer;
        Instant end = simulation.Now + TimeSpan.FromSeconds(40);
        while (simulation.Now < end)
        {
            simulation.RunFor(TimeSpan.FromMilliseconds(500));
            if (simulation.Offerer.Selected is { } path)
                simulation.Offerer.Agent.HandleActivity(path, simulation.Now);
        }

        Assert.Equal(0, simulation.Offerer.Count(IceEventKind.Disconnected));
        Assert.Equal(1, simulation.Offerer.Count(IceEventKind.ConsentExpired));
    }

    [Fact]
    public void A_lite_agent_misses_its_peer_after_half_the_timeout_and_gives_it_up_after_the_whole()
    {
        IceSimulation simulation = Connected(lite: true);
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Instant lastRequest = simulation.Sent.Last(d => d.From == simulation.Answerer).At;
        simulation.Passes = static _ => false;
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Count(IceEventKind.Disconnected) == 1, TimeSpan.FromSeconds(40)));
        Assert.Equal(TimeSpan.FromSeconds(15), simulation.Now - lastRequest);
        Assert.True(simulation.RunUntil(() => simulation.Answerer.Count(IceEventKind.ConsentExpired) == 1, TimeSpan.FromSeconds(40)));
        Assert.Equal(TimeSpan.FromSeconds(30), simulation.Now - lastRequest);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(14)]
    public void A_lite_agent_does_not_miss_a_peer_that_only_checks(int consentTimeoutInSeconds)
    {
        IceSimulation simulation = new(answererIsLite: true, consentTimeout: TimeSpan.FromSeconds(consentTimeoutInSeconds));
        Assert.True(simulation.Start().RunUntilConnected());
        simulation.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal(IceEventKind.PairSelected, Assert.Single(simulation.Answerer.Events).Kind);
    }

    [Fact]
    public void Data_keeps_the_peer_of_a_lite_agent_alive()
    {
        IceSimulation simulation = Connected(lite: true);
        simulation.Passes = static _ => false;
        for (int i = 0; i < 120; i++)
        {
            simulation.RunFor(TimeSpan.FromSeconds(1));
            simulation.Answerer.Agent.HandleActivity(simulation.Answerer.Selected!.Value, simulation.Now);
        }

        Assert.Equal(IceEventKind.PairSelected, Assert.Single(simulation.Answerer.Events).Kind);
    }

    [Fact]
    public void Consent_switched_off_sends_nothing_and_ends_nothing()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true, consentTimeout: Timeout.InfiniteTimeSpan).Start();
        Assert.True(simulation.RunUntilConnected());
        int sent = simulation.Sent.Count;
        simulation.Passes = static _ => false;
        simulation.RunFor(TimeSpan.FromHours(1));
        Assert.Equal(sent, simulation.Sent.Count);
        Assert.True(simulation.IsConnected);
        Assert.Equal(Wake.Never, simulation.Offerer.Agent.NextTimeout);
    }

    // A check fails with 1 − (1 − loss)². After one failure seven follow at the pace of the round trip and then one every second until consent expires, some thirty in all: at
    // 20 % all fail once in 10¹³ times, at 50 % twice in ten thousand, and ten minutes hold some ninety such searches.
    [Theory]
    [InlineData(0.05, 0, 0)]
    [InlineData(0.10, 0, 0)]
    [InlineData(0.20, 0, 0)]
    [InlineData(0.50, 0, 10)]
    public void Under_loss_consent_expires_as_often_in_ten_minutes_as_the_odds_say(double loss, int atLeast, int atMost)
    {
        int expired = 0;
        for (int seed = 1; seed <= 100; seed++)
        {
            IceSimulation simulation = new(seed, answererIsLite: true) { Loss = loss };
            Assert.True(simulation.Start().RunUntilConnected(), $"seed {seed}");
            simulation.RunFor(TimeSpan.FromMinutes(10));
            expired += simulation.Offerer.Count(IceEventKind.ConsentExpired);
        }

        Assert.True(expired >= atLeast && expired <= atMost, $"{expired} of 100 expired.");
    }

    [Fact]
    public void A_consent_check_and_its_answer_allocate_nothing()
    {
        (IceAgent full, IceAgent lite) = ConnectedAgents(out Instant now);
        byte[] buffer = new byte[IceAgent.MaxDatagramLength];
        Assert.Equal(0, Allocations.Measure(
            () =>
            {
                now = full.NextTimeout.At;
                full.HandleTimeout(now);
                Assert.True(full.TryTakeDatagram(buffer, out int length, out TransportPath path));
                lite.HandleDatagram(buffer.AsSpan(0, length), new(path.Protocol, path.Remote, path.Local), now);
                Assert.True(lite.TryTakeDatagram(buffer, out length, out path));
                full.HandleDatagram(buffer.AsSpan(0, length), new(path.Protocol, path.Remote, path.Local), now);
            },
            count: 300));
        Assert.True(full.Counters.ConsentChecksSent >= 1200);
        Assert.Equal(0, full.Counters.DroppedUnknownTransaction);
        Assert.True(full.TryGetSelectedPath(out _) && lite.TryGetSelectedPath(out _));
    }

    private static (IceAgent Full, IceAgent Lite) ConnectedAgents(out Instant now)
    {
        IceSimulation simulation = Connected(lite: true);
        now = simulation.Now;
        return (simulation.Offerer.Agent, simulation.Answerer.Agent);
    }

    private static IceSimulation Connected(bool lite)
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: lite).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        return simulation;
    }

    private static SentDatagram[] SendsDuring(IceSimulation simulation, TimeSpan duration, SimulatedAgent from)
    {
        int before = simulation.Sent.Count;
        simulation.RunFor(duration);
        return [.. simulation.Sent.Skip(before).Where(d => d.From == from && d.IsRequest)];
    }
}
