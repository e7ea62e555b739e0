using System.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Host;

/// <summary>What this process used in a while of doing the same all the time.</summary>
/// <param name="Seconds">How long the while was.</param>
/// <param name="CpuMilliseconds">Processor time.</param>
/// <param name="Bytes">Bytes allocated.</param>
/// <param name="Counted">By how much the count that was asked for grew.</param>
internal readonly record struct SteadyState(double Seconds, double CpuMilliseconds, long Bytes, long Counted)
{
    /// <summary>Waits until the code that runs all the time has been compiled for good and the thread pool sleeps, and measures for some seconds.</summary>
    public static SteadyState Measure(int seconds, Func<long> count)
    {
        Thread.Sleep(8000);
        using Process self = Process.GetCurrentProcess();
        long counted = count();
        self.Refresh();
        TimeSpan cpu = self.TotalProcessorTime;
        long bytes = GC.GetTotalAllocatedBytes();
        long clock = Stopwatch.GetTimestamp();
        Thread.Sleep(seconds * 1000);
        double elapsed = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        bytes = GC.GetTotalAllocatedBytes() - bytes;
        self.Refresh();
        return new(elapsed, (self.TotalProcessorTime - cpu).TotalMilliseconds, bytes, count() - counted);
    }
}
