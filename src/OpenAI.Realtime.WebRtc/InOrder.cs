using System.Collections.Concurrent;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// Hands things on in the order in which they were added, one at a time and under no lock: what is added under a lock is delivered after it. A thread that finds another one delivering leaves
/// its own to that one.
/// </summary>
internal sealed class InOrder<T>(Action<T> deliver)
{
    private readonly ConcurrentQueue<T> _waiting = new();
    private int _delivering;

    public void Add(T item) => _waiting.Enqueue(item);

    /// <summary>Call under no lock. <c>deliver</c> must not throw.</summary>
    public void Deliver()
    {
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _delivering, 1) == 0)
        {
            while (_waiting.TryDequeue(out T? item))
                deliver(item);
            Interlocked.Exchange(ref _delivering, 0);       // a full fence: what was added meanwhile is seen by the next look, here or there
        }
    }
}
