namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>
/// A call that is being opened. Either the connect that waits for it learns its id and hangs it up when it fails later, or that connect has gone, and the call is hung up from
/// here as soon as its id is known: never both, never neither.
/// </summary>
internal sealed class OpeningCall(Action<string> callCreated, Func<string, Task> hangUp, Action<Task>? leftBehind)
{
    private const int Told = 1;
    private const int Left = 2;

    private readonly TaskCompletionSource<string> _late = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fate;

    /// <summary>The head of a successful answer is there.</summary>
    public void Announce(HttpResponseMessage response)
    {
        if (CallId.FromLocation(HttpReply.First(response.Headers, "Location")) is not { } id)
            return;
        if (Interlocked.CompareExchange(ref _fate, Told, 0) == Left)
            _late.TrySetResult(id);
        else
            callCreated(id);
    }

    /// <summary>Nobody waits any more. False when the id is known already, so that there is nothing to wait for.</summary>
    public bool Leave(Task posting)
    {
        if (Interlocked.CompareExchange(ref _fate, Left, 0) != 0)
            return false;
        Task ending = HangUpLateAsync(posting);
        leftBehind?.Invoke(ending);
        return true;
    }

    private async Task HangUpLateAsync(Task posting)
    {
        await Task.WhenAny(_late.Task, posting).ConfigureAwait(false);
        if (_late.Task.IsCompletedSuccessfully)
            await hangUp(await _late.Task.ConfigureAwait(false)).ConfigureAwait(false);
        await posting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
