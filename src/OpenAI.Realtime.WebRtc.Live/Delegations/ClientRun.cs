using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>A <see cref="LiveClientHandler"/> while it serves a session: does what the <see cref="ClientLedger"/> says, and runs the program's code on the pool.</summary>
internal sealed class ClientRun(LiveClientHandler handler, IDelegationLink link) : IDelegationRun
{
    /// <summary>The longest wait for the end of a sentence.</summary>
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly ClientLedger _ledger = new();
    private readonly AppendPump _pump = new(link);
    private readonly Dictionary<string, CancellationTokenSource> _stops = new(StringComparer.Ordinal);
    private long _heardAt;
    private bool _ended;

    public LiveTranscript Transcript => link.Transcript;

    public void Handle(LiveServerEvent read)
    {
        switch (read)
        {
            case LiveInputTranscriptDelta { Delta: { Length: > 0 } heard }:
                lock (_lock)
                {
                    _ledger.Hear(heard);
                    _heardAt = link.Time.GetTimestamp();
                }
                break;
            case LiveDelegationCreated created when created.Delegation.Target is null || created.Delegation.Target == LiveDelegationTarget.Client:
                Accept(created);
                break;
        }
    }

    public bool TryTake(LiveClientEvent command) => false;

    public bool Answer(ApprovalRequest request, bool approve, bool always, string? reason) => false;

    public void Miss()
    {
        // What was missed is not known here, so there is nothing to mend.
    }

    public void Interrupt()
    {
    }

    public void End()
    {
        CancellationTokenSource[] stops;
        lock (_lock)
        {
            _ended = true;
            stops = [.. _stops.Values];
        }
        foreach (CancellationTokenSource stop in stops)
            Cancel(stop);
        _pump.End(new RealtimeSessionEndedException(null));
    }

    /// <summary>Empty for a task that is over.</summary>
    public string RequestOf(string id)
    {
        lock (_lock)
            return (_ledger.RequestOf(id) ?? "").Trim();
    }

    public bool IsOver(string id)
    {
        lock (_lock)
            return _ended || !_ledger.IsOpen(id);
    }

    public Task<bool> TellAsync(string id, DelegationTextKind kind, string text)
    {
        var told = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_ledger.TryTell(id, kind, text, told))
                return Task.FromResult(false);
            Drain();
        }
        return told.Task;
    }

    private void Accept(LiveDelegationCreated created)
    {
        string id = created.Delegation.Id;
        var stop = new CancellationTokenSource();
        List<CancellationTokenSource> replaced = [];
        bool isRun = false;
        lock (_lock)
        {
            if (_ended || !_ledger.TryAccept(id))
            {
                stop.Dispose();
                return;
            }
            if (handler.OnlyNewest)
            {
                foreach (string before in _ledger.OpenTasks.Where(open => open != id).ToArray())
                {
                    _ledger.TryFinish(before, DelegationTextKind.Thinking, ClientLedger.Replaced);
                    replaced.Add(_stops[before]);
                }
            }
            if (_stops.Count - replaced.Count >= handler.MaxTasks)
            {
                _ledger.TryFinish(id, DelegationTextKind.Commentary, handler.FailureText);
            }
            else
            {
                _stops[id] = stop;
                isRun = true;
            }
            Drain();
        }
        foreach (CancellationTokenSource one in replaced)
            Cancel(one);
        if (isRun)
            _ = RunAsync(new LiveTask(this, created), stop);
        else
            stop.Dispose();
    }

    private async Task RunAsync(LiveTask task, CancellationTokenSource stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        CancellationToken token = stop.Token;
        Task<string?> running = Task.FromResult<string?>(null);
        try
        {
            await SettleAsync(token).ConfigureAwait(false);
            running = Task.Run(() => handler.RunAsync(task, token), CancellationToken.None);
            Finish(task.Id, await running.WaitAsync(handler.Timeout, link.Time, token).ConfigureAwait(false));
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            link.Logger.TaskTimedOut(task.Id, handler.Timeout.TotalSeconds);
            Finish(task.Id, handler.FailureText);
            Cancel(stop);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Replaced, and answered as such; or the session has ended.
        }
#pragma warning disable CA1031 // Whatever the program's code throws, the voice model is answered and the session goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            link.Logger.TaskFailed(task.Id, e);
            Finish(task.Id, handler.FailureText);
        }
        lock (_lock)
            _stops.Remove(task.Id);
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);       // code that does not look at its token runs on; nobody waits for it
        stop.Dispose();
    }

    /// <summary>Waits until the user's transcript has been quiet for a while.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        long begun = link.Time.GetTimestamp();
        while (true)
        {
            long quietSince;
            lock (_lock)
                quietSince = Math.Max(begun, _heardAt);
            TimeSpan left = handler.Settle - link.Time.GetElapsedTime(quietSince);
            TimeSpan atMost = LongestSettling - link.Time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero || atMost <= TimeSpan.Zero)
                return;
            await Task.Delay(left < atMost ? left : atMost, link.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Finish(string id, string? result)
    {
        lock (_lock)
        {
            if (_ended || !_ledger.TryFinish(id, DelegationTextKind.Commentary, result))
                return;
            Drain();
        }
    }

    private void Drain()
    {
        while (_ledger.TryTakeText(out DelegationText? text))
            _pump.Add(text);
    }

    // What the program has registered on the token runs on the pool, where it cannot throw at us.
    private static void Cancel(CancellationTokenSource stop) => _ = stop.CancelAsync();
}
