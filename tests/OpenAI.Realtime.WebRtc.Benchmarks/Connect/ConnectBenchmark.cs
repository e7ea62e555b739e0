using System.Diagnostics;
using System.Runtime;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Connect;

/// <summary>
/// The whole SDK, <see cref="RealtimeWebRtcClient.ConnectAsync"/> with a key at hand, until the data channel is open; the server is another process on
/// loopback. Warm: many in one process. Cold: the first of a fresh process. The steps are those that the SDK reports.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- connect [warm] [cold] [program …]
/// </code>
/// A program that is named is these benchmarks, published in another way (docs/performance.md): its cold connects are interleaved with this one's.
/// </summary>
internal static class ConnectBenchmark
{
    private const int WarmUp = 50;

    private static readonly string[] Steps = ["answer", "ICE", "DTLS", "channel", "handed back"];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["first", string endpoint, .. string[] how])
            return await FirstAsync(new Uri(endpoint), warmUp: how is ["warm-up"]);
        int warm = Figures.Argument(args, 0, 500), cold = Figures.Argument(args, 1, 9);
        Figures.PrintMachine("connect");
        using ServerProcess server = ServerProcess.Start();
        await WarmAsync(server.Endpoint, warm);
        Cold(server.Endpoint, cold, [.. args.Skip(2)]);
        await OnePeerAsync();
        return 0;
    }

    private static async Task WarmAsync(Uri endpoint, int count)
    {
        using RealtimeWebRtcClient client = Client(endpoint);
        List<double> whole = [], kilobytes = [];
        List<double>[] steps = [[], [], [], [], []];
        for (int i = -WarmUp; i < count; i++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long start = Stopwatch.GetTimestamp();
            RealtimeWebRtcSession session = await client.ConnectAsync();
            double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double kb = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1024.0;
            if (i >= 0)
            {
                whole.Add(ms);
                kilobytes.Add(kb);
                double[] durations = Durations(session.Timings, ms);
                for (int s = 0; s < steps.Length; s++)
                    steps[s].Add(durations[s]);
            }

            await session.DisposeAsync();
        }

        Console.WriteLine($"warm: {Figures.Spread(whole, "ms")}");
        for (int s = 0; s < steps.Length; s++)
            Console.WriteLine($"  {Steps[s]}: {Figures.Spread(steps[s], "ms")}");
        Console.WriteLine($"allocated by ConnectAsync, whole process: {Figures.Spread(kilobytes, "KiB")}");
    }

    private static void Cold(Uri endpoint, int count, string[] programs)
    {
        string[] first = ["connect", "first", endpoint.ToString()];
        (string Name, string[] Arguments, string? Program, (string, string)[] Environment)[] variants =
        [
            ("as it is", first, null, []),
            ("TieredPGO off", first, null, [("DOTNET_TieredPGO", "0")]),
            ("after WarmUpAsync", [.. first, "warm-up"], null, []),
            .. programs.Select(program => (program, first, (string?)program, Array.Empty<(string, string)>())),
        ];
        double[][][] runs = [.. variants.Select(_ => new double[count][])];
        for (int i = 0; i < count; i++) // interleaved
        {
            for (int v = 0; v < variants.Length; v++)
            {
                double[] run = Children.Measure(variants[v].Arguments, variants[v].Program, variants[v].Environment);
                runs[v][i] = run.Length == Steps.Length + 5 ? run
                    : throw new InvalidOperationException($"{variants[v].Name} printed {run.Length} figures and not {Steps.Length + 5}: it is of another version; publish it anew.");
            }
        }

        for (int v = 0; v < variants.Length && count > 0; v++)
        {
            Console.WriteLine($"cold, {variants[v].Name}: {Figures.Spread([.. runs[v].Select(r => r[0])], "ms")}");
            Console.WriteLine("  " + string.Join(", ", Steps.Select((step, s) => Figures.Text($"{step} {Column(v, s + 5):0.0} ms")))
                + Figures.Text($"; the second connect of the process {Column(v, 1):0.0} ms"));
            Console.WriteLine(Figures.Text($"  methods compiled {Column(v, 2):0} in {Column(v, 3):0} ms; WarmUpAsync {Column(v, 4):0.0} ms"));
        }

        double Column(int variant, int column) => Figures.Median(runs[variant].Select(r => r[column]));
    }

    private static async Task<int> FirstAsync(Uri endpoint, bool warmUp)
    {
        double warming = 0;
        long start = Stopwatch.GetTimestamp();
        using RealtimeWebRtcClient client = Client(endpoint);
        if (warmUp)
        {
            await client.WarmUpAsync();
            warming = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
        }

        long methods = JitInfo.GetCompiledMethodCount();
        TimeSpan compiling = JitInfo.GetCompilationTime();
        RealtimeWebRtcSession session = await client.ConnectAsync();
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        methods = JitInfo.GetCompiledMethodCount() - methods;
        compiling = JitInfo.GetCompilationTime() - compiling;
        double[] durations = Durations(session.Timings, first);
        start = Stopwatch.GetTimestamp();
        RealtimeWebRtcSession another = await client.ConnectAsync();
        double second = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Console.WriteLine(string.Join('\t', new[] { first, second, methods, compiling.TotalMilliseconds, warming }.Concat(durations).Select(d => Figures.Text($"{d:0.000}"))));
        await session.DisposeAsync();
        await another.DisposeAsync();
        return 0;
    }

    /// <summary>The seam alone: two connections of this process, SDP handed over directly; all is halved.</summary>
    private static async Task OnePeerAsync()
    {
        List<double> ms = [], kilobytes = [];
        var factory = new PeerConnectionFactory();
        PeerConnectionOptions options = new() { LocalAddresses = [System.Net.IPAddress.Loopback] };
        for (int i = -WarmUp; i < 200; i++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long start = Stopwatch.GetTimestamp();
            IPeerConnection a = factory.Create(options), b = factory.Create(options);
            a.SetAnswer(await b.CreateAnswerAsync(await a.CreateOfferAsync()));
            await Task.WhenAll(a.ConnectAsync(), b.ConnectAsync());
            if (i >= 0)
            {
                ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                kilobytes.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / 2048.0);
            }

            await a.DisposeAsync();
            await b.DisposeAsync();
        }

        Console.WriteLine($"two peers in one process, offer → both channels open: {Figures.Spread(ms, "ms")}");
        Console.WriteLine($"allocated to connect, one peer: {Figures.Spread(kilobytes, "KiB")}");
    }

    private static RealtimeWebRtcClient Client(Uri endpoint) =>
        new(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint }, keyProvider: new StaticEphemeralKeyProvider("ek_benchmark"));

    private static double[] Durations(ConnectTimings timings, double whole)
    {
        double[] at = [.. new[] { TimeSpan.Zero, timings.Answer!.Value, timings.Ice!.Value, timings.Dtls!.Value, timings.Channel!.Value }.Select(t => t.TotalMilliseconds), whole];
        return [.. at.Skip(1).Select((t, i) => t - at[i])];
    }
}
