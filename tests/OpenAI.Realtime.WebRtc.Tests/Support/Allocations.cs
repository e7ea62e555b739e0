namespace OpenAI.Realtime.WebRtc.Tests.Support;

internal static class Allocations
{
    /// <summary>
    /// Bytes that this thread allocates in <paramref name="count"/> runs of <paramref name="action"/>, after as many to warm up.
    /// The smallest of three measurements, because the runtime itself allocates now and then when it compiles a method again.
    /// </summary>
    public static long Measure(Action action, int count = 1000)
    {
        for (int i = 0; i < count; i++)
            action();
        long best = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
                action();
            best = Math.Min(best, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return best;
    }
}
