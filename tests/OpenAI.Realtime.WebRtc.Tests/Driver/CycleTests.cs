using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

[Collection("Alone")]
public sealed class CycleTests
{
    [Fact]
    public async Task A_hundred_connections_leave_neither_threads_nor_descriptors()
    {
        for (int i = 0; i < 10; i++)
            await Cycle();
        (int threads, int descriptors) = Count();
        for (int i = 0; i < 100; i++)
            await Cycle();
        (int threadsAfter, int descriptorsAfter) = Count();

        Assert.InRange(threadsAfter, 0, threads + 4); // the thread pool breathes
        Assert.InRange(descriptorsAfter, 0, descriptors + 2);
    }

    private static async Task Cycle()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        await pair.Offerer.CloseAsync().WaitAsync(DriverPair.Patience);
    }

    private static (int Threads, int Descriptors) Count()
    {
        using Process self = Process.GetCurrentProcess();
        return (self.Threads.Count, OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0);
    }
}
