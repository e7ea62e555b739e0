using Microsoft.Extensions.Time.Testing;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

/// <summary>Waits in virtual time: whoever is to wait for the clock may not have begun to, so it goes on until what must come has come.</summary>
internal static class VirtualTime
{
    public static async Task<T> UntilAsync<T>(this FakeTimeProvider time, Task<T> task, TimeSpan step)
    {
        var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            time.Advance(step);
            await Task.Yield();
        }
        return await task;
    }

    /// <summary>Lets time pass until something has happened, and no further: what follows it has limits of its own, which are not to pass while the machine is busy.</summary>
    public static async Task PassUntilAsync(this FakeTimeProvider time, Func<bool> hasHappened, TimeSpan step)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!hasHappened())
        {
            limit.Token.ThrowIfCancellationRequested();
            time.Advance(step);
            await Task.Yield();
        }
    }

    /// <summary>Waits for a condition that others bring about.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
