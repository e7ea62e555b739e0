using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Keys;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>
/// From the start of a call until its channel is open, on lines that lose datagrams, on real sockets: the SDK and Chromium in turn, on the same lines to the same server. HTTP does not go by
/// the line.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- bad-lines [connects] [percent,…] [one way ms,…] [lite|full|full-server,…]
/// </code>
/// </summary>
internal static class BadLinesBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int connects = Figures.Argument(args, 0, 40);
        int[] losses = Figures.Numbers(args, 1, "0,5,10,20");
        int[] delays = Figures.Numbers(args, 2, "20,40,150");
        string[] kinds = (args.Length > 3 ? args[3] : "lite,full,full-server").Split(',');
        Figures.PrintMachine($"bad-lines, {connects} connects a cell");
        using ServerProcess server = ServerProcess.Start();
        await using ChromiumPage? chromium = await ChromiumPage.StartAsync(new Uri(server.Endpoint, "/"));
        Uri first = new(server.Endpoint, "/lines/0/0/lite/v1");     // one of each that does not count: it is compiled (docs/performance.md has cold connects)
        await CallAsync(first);
        if (chromium is not null)
            await chromium.ConnectAsync(first);
        Console.WriteLine("| one way | answerer | loss each way | SDK p50 / p90 / p99 | failed | Chromium p50 / p90 / p99 | failed |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (int delay in delays)
        {
            foreach (string kind in kinds)
            {
                foreach (int loss in losses)
                {
                    Uri endpoint = new(server.Endpoint, $"/lines/{loss}/{delay}/{kind}/v1");
                    List<double> ours = [], theirs = [];
                    for (int i = 0; i < connects; i++) // in turn, so that the machine's load is the same for both
                    {
                        if (await CallAsync(endpoint) is { } ms)
                            ours.Add(ms);
                        if (chromium is not null && await chromium.ConnectAsync(endpoint) is { } chromiumMs)
                            theirs.Add(chromiumMs);
                    }

                    Console.WriteLine(Figures.Text($"| {delay} ms | {kind} | {loss} % | {Row(ours, connects)} | {(chromium is null ? "— | —" : Row(theirs, connects))} |"));
                }
            }
        }

        return 0;
    }

    private static async Task<double?> CallAsync(Uri endpoint)
    {
        using RealtimeWebRtcClient client = new(
            new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint }, keyProvider: new StaticEphemeralKeyProvider("ek_benchmark"));
        long start = TimeProvider.System.GetTimestamp();
        try
        {
            await using RealtimeWebRtcSession session = await client.ConnectAsync();
            return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        }
        catch (RealtimeConnectException)
        {
            return null; // counted as failed
        }
    }

    private static string Row(List<double> ms, int connects) => Figures.Text(
        $"{Figures.Median(ms):0} / {Figures.Percentile(ms, 90):0} / {Figures.Percentile(ms, 99):0} ms | {connects - ms.Count}");
}
