using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Benchmarks.Echo;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>
/// How long a message takes one way on lines that lose datagrams, on real sockets: sent by our SCTP and by Chromium's at the same time, each on a line of its own, to the same server.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- event-lines [messages] [percent,…] [one way ms,…]
/// </code>
/// </summary>
internal static class EventLinesBenchmark
{
    private const int Length = 200;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(string[] args)
    {
        int messages = Figures.Argument(args, 0, 600);
        Figures.PrintMachine($"event-lines, {messages} messages of {Length} bytes a cell, one each {s_pause.TotalMilliseconds} ms");
        using ServerProcess server = ServerProcess.Start();
        await using ChromiumPage? chromium = await ChromiumPage.StartAsync(new Uri(server.Endpoint, "/"));
        Console.WriteLine("| one way | loss each way | ours p50 / p90 / p99 / longest | Chromium p50 / p90 / p99 / longest |");
        Console.WriteLine("|---|---|---|---|");
        foreach (int delay in Figures.Numbers(args, 2, "20,50"))
        {
            foreach (int loss in Figures.Numbers(args, 1, "0,5,10"))
            {
                Uri endpoint = new(server.Endpoint, $"/lines/{loss}/{delay}/lite/v1");
                Task<string> theirs = chromium?.SendAsync(endpoint, messages, Length, s_pause) ?? Task.FromResult("""{"delays":[]}""");
                string ours = await SendAsync(endpoint, messages);
                Console.WriteLine($"| {delay} ms | {loss} % | {Row(ours)} | {Row(await theirs)} |");
            }
        }

        return 0;
    }

    private static async Task<string> SendAsync(Uri endpoint, int messages)
    {
        await using IPeerConnection peer = await EchoBenchmark.CallAsync(endpoint);
        for (int i = 0; i < messages; i++)
        {
            string head = $$"""{"type":"benchmark.sent","at":{{MessageDelays.Now.ToString(CultureInfo.InvariantCulture)}},"text":" """.TrimEnd();
            await peer.Messages.SendAsync(Encoding.UTF8.GetBytes(head + new string('x', Length - head.Length - 2) + "\"}"), MessageKind.Text);
            await Task.Delay(s_pause);
        }

        await peer.Messages.SendAsync("""{"type":"benchmark.report"}"""u8.ToArray(), MessageKind.Text);
        while (await peer.Messages.ReceiveAsync() is { } message)
        {
            using (message)
            {
                string text = Encoding.UTF8.GetString(message.Memory.Span);
                if (text.Contains("benchmark.delays", StringComparison.Ordinal))
                    return text;
            }
        }

        throw new InvalidOperationException("The call has ended before the report.");
    }

    private static string Row(string report)
    {
        using var json = JsonDocument.Parse(report);
        double[] ms = [.. json.RootElement.GetProperty("delays").EnumerateArray().Select(d => d.GetDouble())];
        return ms.Length == 0 ? "—" : Figures.Text($"{Figures.Median(ms):0} / {Figures.Percentile(ms, 90):0} / {Figures.Percentile(ms, 99):0} / {ms.Max():0} ms");
    }
}
