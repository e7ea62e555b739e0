using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Keeps what is written and when.</summary>
internal sealed class RecordingSink(AudioFormat format, ManualTimeProvider time) : IAudioSink
{
    private readonly List<(int From, TimeSpan At)> _writes = [];
    private TaskCompletionSource? _blocked;

    public AudioFormat Format => format;

    public TimeSpan Buffered => TimeSpan.Zero;

    public List<short> Heard { get; } = [];

    public int Flushes { get; private set; }

    public bool Blocks { get; set; }

    public Exception? Failure { get; init; }

    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
            throw Failure;
        _writes.Add((Heard.Count, time.Now));
        Heard.AddRange(pcm.Span);
        if (!Blocks)
            return default;
        _blocked = new TaskCompletionSource();
        cancellationToken.Register(() => _blocked.TrySetCanceled(cancellationToken));
        return new(_blocked.Task);
    }

    public void Flush()
    {
        Flushes++;
        if (Failure is not null)
            throw Failure;
    }

    public void Unblock()
    {
        using NoSynchronizationContext scope = NoSynchronizationContext.Enter();
        Blocks = false;
        _blocked?.TrySetResult();
    }

    /// <summary>When the first sample above a level was written.</summary>
    public TimeSpan? FirstAbove(int level)
    {
        int at = Heard.FindIndex(s => Math.Abs((int)s) > level);
        return at < 0 ? null : _writes.Last(w => w.From <= at).At;
    }
}
