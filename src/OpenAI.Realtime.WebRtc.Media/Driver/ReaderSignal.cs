using System.Threading.Tasks.Sources;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// One reader waits; the loop says when there is something, or nothing any more. Waiting allocates nothing, with a cancellation token neither
/// once its source has warmed up. The reader is resumed on the thread pool, never on the loop.
/// </summary>
/// <param name="gate">Held by the owner while it looks whether there is something; so no signal is missed.</param>
internal sealed class ReaderSignal(Lock gate) : IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _waiting;

    /// <summary>Begins to wait; call while holding the gate, and call <see cref="Arm"/> after leaving it.</summary>
    /// <exception cref="InvalidOperationException">Another reader waits already.</exception>
    public void Begin()
    {
        if (_waiting)
            throw new InvalidOperationException("Another reader is waiting already: there is one reader at a time.");
        _core.Reset();
        _waiting = true;
    }

    /// <summary>The wait begun before.</summary>
    public ValueTask<bool> Arm(CancellationToken cancellationToken)
    {
        var task = new ValueTask<bool>(this, _core.Version);
        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((ReaderSignal)state!).Cancel(token), this);
        return task;
    }

    /// <summary>Ends the wait, if there is one; call while holding the gate.</summary>
    public void Set(bool result)
    {
        if (!_waiting)
            return;
        _waiting = false;
        _core.SetResult(result);
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _registration.Dispose(); // waits for a cancellation that is under way: it cannot reach the next wait
        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        lock (gate)
        {
            if (!_waiting)
                return;
            _waiting = false;
            _core.SetException(new OperationCanceledException(token));
        }
    }
}
