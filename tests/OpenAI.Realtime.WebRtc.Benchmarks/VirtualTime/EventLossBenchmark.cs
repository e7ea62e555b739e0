using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;

/// <summary>
/// How long events take on lines that lose datagrams, both sides ours, in virtual time: a message of 200 bytes every 100 ms, one way, and one of 256 KiB alone.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- event-loss [messages]
/// </code>
/// </summary>
internal static class EventLossBenchmark
{
    private const int Large = 256 * 1024;

    public static int Run(string[] args)
    {
        int messages = Figures.Argument(args, 0, 2000);
        Figures.PrintMachine($"event-loss, {messages} messages a row (virtual time: the load does not matter)");
        Console.WriteLine("| one way | loss each way | 200 bytes p50 / p90 / p99 | 256 KiB p50 / p90 of 20 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (int oneWay in (int[])[20, 40, 50, 150])
        {
            foreach (double loss in (double[])[0, 0.05, 0.1, 0.2])
            {
                var link = new VirtualLink(TimeSpan.FromMilliseconds(oneWay), loss);
                List<double> small = Small(link, messages), large = [.. Enumerable.Range(1, 20).Select(seed => OneLarge(link, seed))];
                Console.WriteLine(Figures.Text(
                    $"| {oneWay} ms | {loss:P0} | {Figures.Median(small):0} / {Figures.Percentile(small, 90):0} / {Figures.Percentile(small, 99):0} ms | {Figures.Median(large):0} / {Figures.Percentile(large, 90):0} ms |"));
            }
        }

        return 0;
    }

    private static List<double> Small(VirtualLink link, int messages)
    {
        using VirtualPair pair = Connected(link, seed: 1);
        List<double> ms = [];
        pair.OnMessage = (to, message) =>
        {
            if (to == pair.Answerer)
                ms.Add((pair.Now - new Instant(BinaryPrimitives.ReadInt64BigEndian(message))).TotalMilliseconds);
        };
        byte[] bytes = new byte[200];
        for (int i = 0; i < messages; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, pair.Now.Ticks);
            pair.Offerer.SendMessage(bytes, MessageKind.Binary, pair.Now);
            pair.RunUntil(() => false, pair.Now + TimeSpan.FromMilliseconds(100));
        }

        pair.RunUntil(() => ms.Count == messages, pair.Now + TimeSpan.FromMinutes(1));
        return ms;
    }

    private static double OneLarge(VirtualLink link, int seed)
    {
        using VirtualPair pair = Connected(link, seed);
        bool arrived = false;
        pair.OnMessage = (to, message) => arrived |= to == pair.Answerer && message.Length == Large;
        Instant start = pair.Now;
        pair.Offerer.SendMessage(new byte[Large], MessageKind.Binary, pair.Now);
        return pair.RunUntil(() => arrived, pair.Now + TimeSpan.FromMinutes(2)) ? (pair.Now - start).TotalMilliseconds : double.NaN;
    }

    private static VirtualPair Connected(VirtualLink link, int seed)
    {
        var pair = new VirtualPair(new(link.Delay), lite: false, seed: seed);
        pair.Connect();
        pair.Link = link;
        return pair;
    }
}
