using System.Threading.Channels;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the endpoint has made of one kind, calls or Live sessions: which are open, the newest of all, and who waits for the next. Thread-safe.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="what">The kind's name, for who waits in vain.</param>
/// <param name="remembered">How many are kept once they have ended.</param>
/// <param name="idOf">A call's id.</param>
/// <param name="completionOf">Completes when a call has ended.</param>
internal sealed class MadeCalls<T>(string what, int remembered, Func<T, string> idOf, Func<T, Task> completionOf)
    where T : class
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<T> _newest = [];
    private readonly Dictionary<string, T> _open = new(StringComparer.Ordinal);
    private readonly Channel<T> _notWaitedFor = Channel.CreateBounded<T>(new BoundedChannelOptions(remembered) { FullMode = BoundedChannelFullMode.DropOldest });
    private int _created;

    /// <summary>The newest, open and ended, in the order in which they were made.</summary>
    public IReadOnlyList<T> Newest
    {
        get
        {
            lock (_gate)
                return [.. _newest];
        }
    }

    /// <summary>How many are open.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>How many have been made.</summary>
    public int Created => Volatile.Read(ref _created);

    /// <summary>The open one with this id.</summary>
    public T? FindOpen(string id)
    {
        lock (_gate)
            return _open.GetValueOrDefault(id);
    }

    /// <summary>Takes one that is open from now on.</summary>
    public void Add(T call)
    {
        lock (_gate)
        {
            _newest.Add(call);
            if (_newest.Count > remembered)
                _newest.RemoveAt(_newest.FindIndex(made => completionOf(made).IsCompleted) is >= 0 and int ended ? ended : 0);
            _open.Add(idOf(call), call);
            _created++;
        }

        _notWaitedFor.Writer.TryWrite(call);
    }

    /// <summary>One is open no longer.</summary>
    public void Forget(T call)
    {
        lock (_gate)
            _open.Remove(idOf(call));
    }

    /// <summary>Waits for the next that nobody has waited for.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint has been disposed of.</exception>
    public async Task<T> WaitForNextAsync(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(timeout ?? DefaultPatience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await _notWaitedFor.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No {what} came within {timeout ?? DefaultPatience}.");
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(RealtimeTestEndpoint));
        }
    }

    /// <summary>Hangs up what is open, waits until it has ended, and lets nobody wait any more.</summary>
    public async Task EndAsync(Func<T, Task> hangUp)
    {
        T[] open;
        lock (_gate)
            open = [.. _open.Values];
        await Task.WhenAll(open.Select(async call =>
        {
            await hangUp(call).ConfigureAwait(false);
            await completionOf(call).ConfigureAwait(false);
        })).ConfigureAwait(false);
        _notWaitedFor.Writer.TryComplete();
    }
}
