using System.Globalization;
using Microsoft.Playwright;
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
    private const string Chromium = "/usr/bin/chromium";

    public static async Task<int> RunAsync(string[] args)
    {
        int connects = Figures.Argument(args, 0, 40);
        int[] losses = Numbers(args, 1, "0,5,10,20");
        int[] delays = Numbers(args, 2, "20,40,150");
        string[] kinds = (args.Length > 3 ? args[3] : "lite,full,full-server").Split(',');
        Figures.PrintMachine($"bad-lines, {connects} connects a cell");
        using ServerProcess server = ServerProcess.Start();
        await using ChromiumCaller? chromium = File.Exists(Chromium) ? await ChromiumCaller.StartAsync(Chromium, new Uri(server.Endpoint, "/")) : null;
        if (chromium is null)
            Console.WriteLine($"# no {Chromium}: the SDK alone");
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
                        if (chromium is not null && await chromium.CallAsync(endpoint) is { } chromiumMs)
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

    private static int[] Numbers(string[] args, int index, string otherwise) =>
        [.. (args.Length > index ? args[index] : otherwise).Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    /// <summary>A page of Debian's Chromium that makes calls as the seed article's page does.</summary>
    private sealed class ChromiumCaller(IPlaywright playwright, IBrowser browser, IPage page) : IAsyncDisposable
    {
        private const string Script = """
            async url => {
              const start = performance.now();
              const peer = new RTCPeerConnection();
              try {
                peer.addTransceiver('audio');
                const channel = peer.createDataChannel('oai-events');
                const open = new Promise((resolve, reject) => { channel.onopen = resolve; setTimeout(() => reject(new Error('timeout')), 20000); });
                await peer.setLocalDescription(await peer.createOffer());
                const reply = await fetch(url + '/realtime/calls', { method: 'POST', body: peer.localDescription.sdp, headers: { 'Content-Type': 'application/sdp' } });
                await peer.setRemoteDescription({ type: 'answer', sdp: await reply.text() });
                await open;
                return performance.now() - start;
              } catch (e) {
                return -1;
              } finally {
                peer.close();
              }
            }
            """;

        public static async Task<ChromiumCaller> StartAsync(string path, Uri home)
        {
            IPlaywright playwright = await Playwright.CreateAsync();
            IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
            IPage page = await browser.NewPageAsync();
            await page.GotoAsync(home.ToString());
            return new(playwright, browser, page);
        }

        public async Task<double?> CallAsync(Uri endpoint)
        {
            double ms = await page.EvaluateAsync<double>(Script, endpoint.ToString());
            return ms < 0 ? null : ms;
        }

        public async ValueTask DisposeAsync()
        {
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }
}
