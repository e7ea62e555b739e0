using OpenAI.Realtime.WebRtc.Benchmarks.Host;

namespace OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;

/// <summary>
/// How long connecting takes on lines that lose datagrams: from the answer until the channel is open, both sides ours, in virtual time. A row for
/// each delay, kind of answerer and loss.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- connect-loss [connects]
/// </code>
/// </summary>
internal static class ConnectLossBenchmark
{
    private static readonly int[] OneWayMs = [20, 40, 150];
    private static readonly double[] Losses = [0, 0.05, 0.1, 0.2, 0.3];

    public static int Run(string[] args)
    {
        int connects = Figures.Argument(args, 0, 200);
        Figures.PrintMachine($"connect-loss, {connects} connects a row (virtual time: the load does not matter)");
        Console.WriteLine("| one way | answerer | loss each way | p50 | p90 | p99 | failed | datagrams |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (int oneWay in OneWayMs)
        {
            foreach ((string name, bool lite, bool isServer) in new[] { ("lite, DTLS client", true, false), ("full, DTLS client", false, false), ("full, DTLS server", false, true) })
            {
                foreach (double loss in Losses)
                    Row(connects, new VirtualLink(TimeSpan.FromMilliseconds(oneWay), loss), name, lite, isServer);
            }
        }

        return 0;
    }

    private static void Row(int connects, VirtualLink link, string name, bool lite, bool isServer)
    {
        List<double> ms = [], datagrams = [];
        int failed = 0;
        for (int seed = 1; seed <= connects; seed++)
        {
            using var pair = new VirtualPair(link, lite, answererIsDtlsServer: isServer, seed: seed);
            if (pair.TryConnect() is { } time)
                ms.Add(time.TotalMilliseconds);
            else
                failed++;
            datagrams.Add(pair.DatagramsSent);
        }

        Console.WriteLine(Figures.Text(
            $"| {link.Delay.TotalMilliseconds} ms | {name} | {link.Loss:P0} | {Figures.Median(ms):0} | {Figures.Percentile(ms, 90):0} | {Figures.Percentile(ms, 99):0} | {failed} | {Figures.Median(datagrams):0} |"));
    }
}
