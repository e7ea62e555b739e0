using System.Diagnostics;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Farms;

/// <summary>
/// How many calls a host leads beside their sound, as grains of Orleans, and what a second host brings: each call is asked something every ten seconds that takes a tool, and what counts is when the tool's output is back at the service.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- farm [calls,…] [hosts,…] [seconds]
/// </code>
/// Redis and the hosts are programs of their own, the service is in this one; the calls are telephone calls, which have no sound here.
/// </summary>
internal static class FarmBenchmark
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);     // one turn of each call: code is compiled, and grains are spread

    public static async Task<int> RunAsync(string[] args)
    {
        int[] steps = Figures.Numbers(args, 0, "50,100,200,400");
        int[] hosts = Figures.Numbers(args, 1, "1,2");
        int seconds = Figures.Argument(args, 2, 20);
        Figures.PrintMachine("farm");
        Console.WriteLine("| hosts | calls | turns | text → output of the tool, p50 / p99 | CPU a turn, hosts | CPU of the hosts | memory a call, hosts | CPU of Redis and this program |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (int count in hosts)
        {
            await using RedisServer redis = await RedisServer.StartAsync();
            await using Farm farm = await Farm.StartAsync(redis, count);
            long empty = 0;
            foreach (int step in steps)
            {
                if (empty == 0)
                {
                    await farm.AddAsync(5 * count);     // so that what is measured a call holds nothing that was compiled and loaded once
                    await farm.TalkAsync(s_settling);
                    empty = farm.Memory;
                }

                await farm.AddAsync(step - farm.Calls);
                await farm.TalkAsync(s_settling);
                Console.WriteLine(await MeasureAsync(farm, redis, count, empty, seconds));
            }
        }

        return 0;
    }

    private static async Task<string> MeasureAsync(Farm farm, RedisServer redis, int hosts, long empty, int seconds)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan hostCpu = farm.Cpu, restCpu = self.TotalProcessorTime + redis.Cpu;
        long clock = Stopwatch.GetTimestamp();
        (List<double> delays, int lost) = await farm.TalkAsync(TimeSpan.FromSeconds(seconds));
        double took = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        self.Refresh();
        double cpu = (farm.Cpu - hostCpu).TotalMilliseconds, rest = (self.TotalProcessorTime + redis.Cpu - restCpu).TotalMilliseconds;
        return Figures.Text($"| {hosts} | {farm.Calls} | {delays.Count / took:0.0}/s{(lost == 0 ? "" : $", {lost} unanswered")} | {Figures.Median(delays):0} / {Figures.Percentile(delays, 99):0} ms | {cpu / Math.Max(1, delays.Count):0.0} ms | {cpu / took:0} ms/s | {(farm.Memory - empty) / 1024 / farm.Calls} KiB | {rest / took:0} ms/s |");
    }
}
