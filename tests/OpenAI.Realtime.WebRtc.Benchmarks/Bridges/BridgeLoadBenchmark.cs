using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Bridges;

/// <summary>
/// How many calls one host bridges: pages and the service are in this process, the host in one of its own, and what counts is how long a packet takes through the host, in either direction.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- bridge-load [calls,…] [seconds] [another host's program]
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- bridge-flood [calls] [datagrams a second] [seconds]
/// </code>
/// Another host's program is called with the service's address, prints where it takes a page's offer, and ends with its standard input.
/// </summary>
internal static class BridgeLoadBenchmark
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(6); // code that runs all the time is compiled for good

    public static async Task<int> RunAsync(string[] args)
    {
        int[] steps = Figures.Numbers(args, 0, "25,50,100,150,200");
        int seconds = Figures.Argument(args, 1, 10);
        string?[] programs = args.Length > 2 ? [null, args[2]] : [null];
        Figures.PrintMachine("bridge-load");
        Console.WriteLine("| host | calls | page → service p50 / p99 | service → page p50 / p99 | lost | CPU a call, host | memory a call, host | CPU of the rest |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (string? program in programs)
        {
            await using BridgedCalls calls = await BridgedCalls.StartAsync();
            using HostProcess host = HostProcess.Start(calls.Service, program);
            long empty = 0;
            foreach (int step in steps)
            {
                if (empty == 0)
                {
                    await calls.AddAsync(1, host.Address); // so that what is measured a call holds no code that was compiled and loaded once
                    await Task.Delay(s_settling);
                    empty = host.Memory;
                }

                await calls.AddAsync(step - calls.Count, host.Address);
                await Task.Delay(s_settling);
                Measured measured = await MeasureAsync(calls, host, seconds);
                Console.WriteLine(Figures.Text(
                    $"| {(program is null ? "ours" : Path.GetFileName(program))} | {step} | {measured.ToService} | {measured.ToPage} | {measured.Lost:P2} | {measured.HostCpu / step:0.0} ms/s | {(host.Memory - empty) / 1024 / step} KiB | {measured.OwnCpu:0} ms/s |"));
            }
        }

        return 0;
    }

    public static async Task<int> FloodAsync(string[] args)
    {
        int count = Figures.Argument(args, 0, 10), rate = Figures.Argument(args, 1, 100_000), seconds = Figures.Argument(args, 2, 10);
        Figures.PrintMachine($"bridge-flood, {count} calls over one UDP port");
        Console.WriteLine("| foreign datagrams | page → service p50 / p99 | service → page p50 / p99 | lost | host's CPU |");
        Console.WriteLine("|---|---|---|---|---|");
        await using BridgedCalls calls = await BridgedCalls.StartAsync();
        using HostProcess host = HostProcess.Start(calls.Service, program: null);
        await calls.AddAsync(count, host.Address);
        await Task.Delay(s_settling);
        foreach (int flood in new[] { 0, rate, 0 })
        {
            using var stop = new CancellationTokenSource();
            Task<long> sent = flood == 0 ? Task.FromResult(0L) : Flood.SendAsync(host.UdpPort, flood, stop.Token);
            long before = Stopwatch.GetTimestamp();
            Measured measured = await MeasureAsync(calls, host, seconds);
            double took = Stopwatch.GetElapsedTime(before).TotalSeconds;
            await stop.CancelAsync();
            Console.WriteLine(Figures.Text($"| {await sent / took:0}/s | {measured.ToService} | {measured.ToPage} | {measured.Lost:P2} | {measured.HostCpu:0} ms/s |"));
        }

        return 0;
    }

    private static async Task<Measured> MeasureAsync(BridgedCalls calls, HostProcess host, int seconds)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan hostCpu = host.Cpu, ownCpu = self.TotalProcessorTime;
        long clock = Stopwatch.GetTimestamp();
        calls.Begin();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        (Delays toService, Delays toPage) = calls.End();
        double took = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        self.Refresh();
        return new(
            toService.ToString(), toPage.ToString(), (toService.Lost + toPage.Lost) / 2, (host.Cpu - hostCpu).TotalMilliseconds / took, (self.TotalProcessorTime - ownCpu).TotalMilliseconds / took);
    }

    private sealed record Measured(string ToService, string ToPage, double Lost, double HostCpu, double OwnCpu);
}
