using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A source that gives what a test hands it, when the test hands it, and otherwise blocks.</summary>
internal sealed class ScriptedSource(AudioFormat format, bool pacesItself = false, bool isLive = false) : IAudioSource
{
    private readonly Queue<short[]> _given = new();
    private TaskCompletionSource<int>? _reading;
    private Memory<short> _buffer;
    private Exception? _failure;

    public AudioFormat Format => format;

    public bool PacesItself => pacesItself;

    public bool IsLive => isLive;

    public bool IgnoresCancellation { get; init; }

    public void Give(short[] pcm)
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        _given.Enqueue(pcm);
        Serve();
    }

    public void Fail(Exception exception)
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        _failure = exception;
        Serve();
    }

    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        _buffer = buffer;
        _reading = new TaskCompletionSource<int>();
        ValueTask<int> result = new(_reading.Task);
        if (!IgnoresCancellation)
            cancellationToken.Register(reading => ((TaskCompletionSource<int>)reading!).TrySetCanceled(cancellationToken), _reading);
        Serve();
        return result;
    }

    private void Serve()
    {
        if (_reading is not { } reading)
            return;
        if (_failure is not null)
        {
            _reading = null;
            reading.TrySetException(_failure);
        }
        else if (_given.TryDequeue(out short[]? pcm))
        {
            pcm.CopyTo(_buffer);
            _reading = null;
            reading.TrySetResult(pcm.Length);
        }
    }
}

/// <summary>The same for Opus packets.</summary>
internal sealed class ScriptedEncodedSource : IEncodedAudioSource
{
    private TaskCompletionSource<EncodedAudioFrame>? _reading;
    private Memory<byte> _buffer;

    public void Give(byte[] opus, ushort number, uint timestamp, bool marker)
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        opus.CopyTo(_buffer);
        TaskCompletionSource<EncodedAudioFrame> reading = _reading!;
        _reading = null;
        reading.SetResult(new(opus.Length, new(number, timestamp, marker)));
    }

    public ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _buffer = buffer;
        var reading = new TaskCompletionSource<EncodedAudioFrame>();
        _reading = reading;
        cancellationToken.Register(() => reading.TrySetCanceled(cancellationToken));
        return new(reading.Task);
    }
}
