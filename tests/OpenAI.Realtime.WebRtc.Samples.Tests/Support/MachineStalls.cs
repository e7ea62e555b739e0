using System.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>How long a thread that only wants to look at the clock every 5 ms is kept from it: what nobody else's program can do better on this machine.</summary>
internal sealed class MachineStalls : IDisposable
{
    private readonly Thread _thread;
    private long _longest;
    private volatile bool _stop;

    public MachineStalls()
    {
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    public TimeSpan Longest => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _longest));

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Watch()
    {
        long last = Stopwatch.GetTimestamp();
        while (!_stop)
        {
            Thread.Sleep(5);
            long now = Stopwatch.GetTimestamp();
            Volatile.Write(ref _longest, Math.Max(_longest, now - last));
            last = now;
        }
    }
}
