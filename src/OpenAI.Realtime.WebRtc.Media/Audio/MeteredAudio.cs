using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Lets another source through and measures it; for level meters.</summary>
/// <param name="inner">The source.</param>
/// <param name="observer">Sees all samples as they pass, on the thread that reads; it must be quick. Default: null.</param>
public sealed class MeteredAudioSource(IAudioSource inner, Action<ReadOnlyMemory<short>>? observer = null) : IAudioSource
{
    private readonly IAudioSource _inner = inner ?? throw new ArgumentNullException(nameof(inner));
    private long _level = AudioLevel.Silence.Pack();

    /// <inheritdoc/>
    public AudioFormat Format => _inner.Format;

    /// <inheritdoc/>
    public bool PacesItself => _inner.PacesItself;

    /// <inheritdoc/>
    public bool IsLive => _inner.IsLive;

    /// <inheritdoc/>
    public bool IsNonBlocking => _inner.IsNonBlocking && observer is null;

    /// <inheritdoc/>
    public bool KeepsItsOwnDelay => _inner.KeepsItsOwnDelay;

    /// <summary>The level of what was read last. Any thread.</summary>
    public AudioLevel Level => AudioLevel.Unpack(Volatile.Read(ref _level));

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]     // a wait allocates nothing
    public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _level, AudioLevel.Measure(buffer.Span[..count]).Pack());
        if (count > 0)
            observer?.Invoke(buffer[..count]);
        return count;
    }
}

/// <summary>Lets audio through to another sink and measures it; for level meters.</summary>
/// <param name="inner">The sink.</param>
/// <param name="observer">Sees all samples as they pass, on the thread that writes; it must be quick. Default: null.</param>
public sealed class MeteredAudioSink(IAudioSink inner, Action<ReadOnlyMemory<short>>? observer = null) : IAudioSink
{
    private readonly IAudioSink _inner = inner ?? throw new ArgumentNullException(nameof(inner));
    private long _level = AudioLevel.Silence.Pack();

    /// <inheritdoc/>
    public AudioFormat Format => _inner.Format;

    /// <inheritdoc/>
    public TimeSpan Buffered => _inner.Buffered;

    /// <inheritdoc/>
    public bool IsNonBlocking => _inner.IsNonBlocking && observer is null;

    /// <summary>The level of what was written last. Any thread.</summary>
    public AudioLevel Level => AudioLevel.Unpack(Volatile.Read(ref _level));

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _level, AudioLevel.Measure(pcm.Span).Pack());
        observer?.Invoke(pcm);
        return _inner.WriteAsync(pcm, cancellationToken);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        Volatile.Write(ref _level, AudioLevel.Silence.Pack());
        _inner.Flush();
    }
}

/// <summary>Writes the same audio to several sinks of one format, one after the other: to a loudspeaker and to a file.</summary>
public sealed class TeeAudioSink : IAudioSink
{
    private readonly IAudioSink[] _sinks;

    /// <summary>Makes one.</summary>
    /// <param name="sinks">At least one, all of the same format. The first one's <see cref="Buffered"/> is told.</param>
    /// <exception cref="ArgumentException">There is none, one is null, or the formats differ.</exception>
    public TeeAudioSink(params IAudioSink[] sinks)
    {
        ArgumentNullException.ThrowIfNull(sinks);
        if (sinks.Contains(null))
            throw new ArgumentException("One of the sinks is null.", nameof(sinks));
        if (sinks.Length == 0 || sinks.Any(sink => sink.Format != sinks[0].Format))
            throw new ArgumentException("A tee needs at least one sink, and all of the same format.", nameof(sinks));
        _sinks = [.. sinks];
    }

    /// <inheritdoc/>
    public AudioFormat Format => _sinks[0].Format;

    /// <inheritdoc/>
    public TimeSpan Buffered => _sinks[0].Buffered;

    /// <inheritdoc/>
    public bool IsNonBlocking => _sinks.All(sink => sink.IsNonBlocking);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]     // a wait allocates nothing
    public async ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        foreach (IAudioSink sink in _sinks)
            await sink.WriteAsync(pcm, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (IAudioSink sink in _sinks)
            sink.Flush();
    }
}
