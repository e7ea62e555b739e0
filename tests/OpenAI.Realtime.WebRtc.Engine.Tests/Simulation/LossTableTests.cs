using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>
/// Two whole peers connect and exchange messages over every kind of bad link: loss × MTU × DTLS role.
/// Consent is off here: at 50 % loss the rule of RFC 7675 itself ends most calls; it has a table of its own in <see cref="ConsentTableTests"/>.
/// More seeds: <c>SIMULATION_SEEDS=1000 dotnet test --filter LossTable</c>.
/// </summary>
public class LossTableTests(ITestOutputHelper output)
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    public static TheoryData<double, int, bool> UpToTwentyPercent()
    {
        TheoryData<double, int, bool> table = [];
        foreach (double loss in (double[])[0, 0.05, 0.1, 0.2])
            AddRows(table, loss);
        return table;
    }

    public static TheoryData<double, int, bool> FiftyPercent()
    {
        TheoryData<double, int, bool> table = [];
        AddRows(table, 0.5);
        return table;
    }

    [Theory]
    [MemberData(nameof(UpToTwentyPercent))]
    public void Every_seed_connects_and_every_message_arrives_whole(double loss, int mtu, bool answererIsDtlsServer)
    {
        int[] sizes = [1, 100, 1199, 1200, 1201, 5000, 64 * 1024, 256 * 1024];
        foreach (int seed in Seeds(6))
        {
            using PeerSimulation simulation = Simulate(seed, loss, mtu, answererIsDtlsServer);
            string? failure = Exchange(simulation, sizes, TenMinutes);
            Assert.True(failure is null, $"{failure}\n{simulation}");
        }
    }

    [Theory]
    [MemberData(nameof(FiftyPercent))]
    public void At_half_loss_nineteen_of_twenty_seeds_connect_and_the_others_end_with_a_named_reason(double loss, int mtu, bool answererIsDtlsServer)
    {
        int[] sizes = [1, 100, 1200, 4096];
        int good = 0, total = 0;
        foreach (int seed in Seeds(200))
        {
            total++;
            using PeerSimulation simulation = Simulate(seed, loss, mtu, answererIsDtlsServer);
            string? failure = Exchange(simulation, sizes, TenMinutes);
            if (failure is null)
            {
                good++;
                continue;
            }

            output.WriteLine($"{failure}: {simulation}");
            Assert.True(
                simulation.Offerer.End is not null || simulation.Answerer.End is not null,
                $"Neither side says why it did not work.\n{failure}\n{simulation}");
        }

        output.WriteLine($"{good} of {total} seeds");
        Assert.True(good >= total * 0.95, $"{good} of {total} seeds");
    }

    private static void AddRows(TheoryData<double, int, bool> table, double loss)
    {
        foreach (int mtu in (int[])[1200, 600])
        {
            table.Add(loss, mtu, false);
            table.Add(loss, mtu, true);
        }
    }

    private static IEnumerable<int> Seeds(int count) =>
        Enumerable.Range(1, Environment.GetEnvironmentVariable("SIMULATION_SEEDS") is { Length: > 0 } more ? int.Parse(more, CultureInfo.InvariantCulture) : count);

    private static PeerSimulation Simulate(int seed, double loss, int mtu, bool answererIsDtlsServer)
    {
        PeerOptions Configure(PeerOptions options) => options with
        {
            MaxDatagramSize = mtu,
            AnswerAsDtlsServer = answererIsDtlsServer,
            ConsentTimeout = Timeout.InfiniteTimeSpan,
            IceTimeout = TenMinutes,
            DtlsTimeout = TenMinutes,
            ChannelTimeout = TenMinutes,
        };
        Link link = new() { Loss = loss, Mtu = mtu, Jitter = TimeSpan.FromMilliseconds(5) };
        return new PeerSimulation(seed, link, Configure, Configure);
    }

    /// <summary>Connects and sends every size both ways at once; null when all arrived as they were sent.</summary>
    private static string? Exchange(PeerSimulation simulation, int[] sizes, TimeSpan limit)
    {
        simulation.Negotiate();
        if (!simulation.RunUntil(() => simulation.BothOpen || simulation.EitherEnded, limit) || !simulation.BothOpen)
            return "did not connect";
        byte[][] messages = [.. sizes.Select(size => Pattern(size, simulation.Seed))];
        foreach (byte[] message in messages)
        {
            simulation.Send(simulation.Offerer, message);
            simulation.Send(simulation.Answerer, message);
        }

        bool Complete() => simulation.Offerer.Messages.Count == messages.Length && simulation.Answerer.Messages.Count == messages.Length;
        if (!simulation.RunUntil(() => Complete() || simulation.EitherEnded, limit) || !Complete())
            return $"{simulation.Answerer.Messages.Count} and {simulation.Offerer.Messages.Count} of {messages.Length} messages arrived";
        for (int i = 0; i < messages.Length; i++)
        {
            if (!messages[i].AsSpan().SequenceEqual(simulation.Answerer.Messages[i]) || !messages[i].AsSpan().SequenceEqual(simulation.Offerer.Messages[i]))
                return $"the message of {messages[i].Length} bytes was changed on the way";
        }

        return null;
    }

    private static byte[] Pattern(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed + size).NextBytes(bytes);
        return bytes;
    }
}
