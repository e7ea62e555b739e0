using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Keys;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Cycles;

/// <summary>
/// What 1,000 conversations, connected and closed one after the other through the whole SDK, leave behind after 100 to warm up: threads, open descriptors,
/// live heap. The server is another process.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- cycles [cycles]
/// </code>
/// </summary>
internal static class CycleBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int cycles = Figures.Argument(args, 0, 1_000);
        Figures.PrintMachine("cycles");
        using ServerProcess server = ServerProcess.Start();
        using var client = new RealtimeWebRtcClient(
            new OpenAIRealtimeWebRtcOptions { Endpoint = server.Endpoint }, keyProvider: new StaticEphemeralKeyProvider("ek_benchmark"));
        await CycleAsync(client, 100);
        (int threads, int descriptors, long heap) = await CountAsync();
        long start = Stopwatch.GetTimestamp();
        await CycleAsync(client, cycles);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        (int threadsAfter, int descriptorsAfter, long heapAfter) = await CountAsync();
        Console.WriteLine(Figures.Text($"{cycles} cycles in {seconds:0.0} s"));
        Console.WriteLine($"threads {threads} → {threadsAfter}");
        Console.WriteLine($"descriptors {descriptors} → {descriptorsAfter}");
        Console.WriteLine(Figures.Text($"live heap {heap / 1024.0:0} → {heapAfter / 1024.0:0} KiB ({(double)heapAfter / heap - 1:+0.0 %;-0.0 %})"));
        return 0;
    }

    private static async Task CycleAsync(RealtimeWebRtcClient client, int cycles)
    {
        for (int i = 0; i < cycles; i++)
        {
            RealtimeWebRtcSession session = await client.ConnectAsync();
            await session.DisposeAsync();
        }
    }

    private static async Task<(int Threads, int Descriptors, long Heap)> CountAsync()
    {
        await Task.Delay(3_000); // the wait thread lingers for two seconds, and the peer's last words are on their way
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using Process self = Process.GetCurrentProcess();
        int descriptors = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        return (self.Threads.Count, descriptors, GC.GetTotalMemory(forceFullCollection: true));
    }
}
