namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IceLossTests
{
    [Theory]
    [InlineData(0.05, false)]
    [InlineData(0.20, false)]
    [InlineData(0.05, true)]
    [InlineData(0.20, true)]
    public void Agents_connect_with_every_seed_under_loss_jitter_and_reordering(double loss, bool lite)
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            IceSimulation simulation = new(seed, lite) { Loss = loss, Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(60) };
            Assert.True(simulation.Start().RunUntilConnected(), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void At_half_of_all_datagrams_lost_nearly_every_seed_connects_in_a_minute(bool lite)
    {
        int connected = 0;
        for (int seed = 1; seed <= 200; seed++)
        {
            IceSimulation simulation = new(seed, lite, consentTimeout: TimeSpan.FromMilliseconds(-1)) { Loss = 0.5, Jitter = TimeSpan.FromMilliseconds(60) };
            if (simulation.Start().RunUntilConnected(TimeSpan.FromMinutes(1)))
                connected++;
        }

        Assert.True(connected >= 199, $"{connected} of 200");
    }
}
