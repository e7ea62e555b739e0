using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// A bounded queue of samples between one writer and one reader, each of which may wait for the other. Nothing is allocated after it was made but for
/// waits that can be cancelled.
/// </summary>
internal sealed class PcmPipe(int capacity)
{
    private readonly Lock _gate = new();
    private readonly short[] _ring = new short[capacity];
    private readonly AsyncSignal _filled = new();
    private readonly AsyncSignal _drained = new();
    private int _first;
    private int _count;
    private bool _completed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _completed;
        }
    }

    /// <summary>No more will be written; what is there can still be read.</summary>
    public void Complete()
    {
        lock (_gate)
            _completed = true;
        _filled.Set();
        _drained.Set();
    }

    public void Clear()
    {
        lock (_gate)
            _count = 0;
        _drained.Set();
    }

    /// <summary>Writes as much as there is room for, in whole frames of so many channels. After completion everything is taken and dropped.</summary>
    public int Write(ReadOnlySpan<short> pcm, int channels)
    {
        int count;
        lock (_gate)
        {
            if (_completed)
                return pcm.Length;
            count = Math.Min(pcm.Length, capacity - _count);
            count -= count % channels;
            int at = (_first + _count) % capacity;
            int toEnd = Math.Min(count, capacity - at);
            pcm[..toEnd].CopyTo(_ring.AsSpan(at));
            pcm[toEnd..count].CopyTo(_ring);
            _count += count;
        }

        if (count > 0)
            _filled.Set();
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]     // a wait allocates nothing
    public async ValueTask WriteAsync(ReadOnlyMemory<short> pcm, int channels, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            pcm = pcm[Write(pcm.Span, channels)..];
            if (pcm.Length < channels)
                return;
            await WaitAsync(_drained, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads what is there; 0 when nothing is.</summary>
    public int Read(Span<short> pcm, int channels, out bool ended)
    {
        int count;
        lock (_gate)
        {
            count = Math.Min(pcm.Length, _count);
            count -= count % channels;
            int toEnd = Math.Min(count, capacity - _first);
            _ring.AsSpan(_first, toEnd).CopyTo(pcm);
            _ring.AsSpan(0, count - toEnd).CopyTo(pcm[toEnd..]);
            _first = (_first + count) % capacity;
            _count -= count;
            ended = count == 0 && _completed;
        }

        if (count > 0)
            _drained.Set();
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]     // a wait allocates nothing
    public async ValueTask<int> ReadAsync(Memory<short> pcm, int channels, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            int count = Read(pcm.Span, channels, out bool ended);
            if (count > 0 || ended)
                return count;
            await WaitAsync(_filled, cancellationToken).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]     // a wait allocates nothing
    private static async ValueTask WaitAsync(AsyncSignal signal, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static signal => ((AsyncSignal)signal!).Set(), signal))
            await signal.WaitAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
