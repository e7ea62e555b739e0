using System.Threading.Tasks.Sources;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Wakes one waiter, without allocating. A signal given while nobody waits is kept; several kept are one.</summary>
/// <param name="inline">Whether the waiter goes on within <see cref="Set"/>; otherwise on the thread pool.</param>
internal sealed class AsyncSignal(bool inline = false) : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = !inline };
    private bool _set;
    private bool _waiting;

    /// <summary>Waits for the next signal. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return default;
            }

            if (_waiting)
                throw new InvalidOperationException("There is a waiter already.");
            _waiting = true;
            _core.Reset();
            return new(this, _core.Version);
        }
    }

    /// <summary>Gives the signal. Any thread.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }

            _waiting = false;
        }

        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
