using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>A loudspeaker that says when enough was heard, and when it has fallen silent.</summary>
internal sealed class Ear : IAudioSink
{
    private const float LoudDbfs = -35;

    private readonly Lock _lock = new();
    private readonly List<(Func<bool> Reached, TaskCompletionSource Source)> _waiting = [];
    private int _loud;
    private int _quietRun;

    public AudioFormat Format => AudioFormat.Mono48kHz;

    public TimeSpan Buffered => TimeSpan.Zero;

    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            bool isLoud = AudioLevel.Measure(pcm.Span).RmsDbfs > LoudDbfs;
            _loud += isLoud ? pcm.Length : 0;
            _quietRun = isLoud ? 0 : _quietRun + pcm.Length;
            foreach ((Func<bool> reached, TaskCompletionSource source) in _waiting)
            {
                if (reached())
                    source.TrySetResult();
            }
        }

        return default;
    }

    public void Flush()
    {
    }

    /// <summary>Until so much has been heard that was not silence.</summary>
    public Task HeardAsync(TimeSpan time) => WaitAsync(() => _loud >= Format.SamplesIn(time));

    /// <summary>Until so much more has been heard than until now.</summary>
    public Task MoreHeardAsync(TimeSpan time)
    {
        int enough = Volatile.Read(ref _loud) + Format.SamplesIn(time);
        return WaitAsync(() => _loud >= enough);
    }

    /// <summary>Until it has been quiet for so long at a stretch, from now on.</summary>
    public Task QuietAsync(TimeSpan time)
    {
        lock (_lock)
            _quietRun = 0;
        return WaitAsync(() => _quietRun >= Format.SamplesIn(time));
    }

    private Task WaitAsync(Func<bool> reached)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (reached())
                source.SetResult();
            _waiting.Add((reached, source));
        }

        return source.Task.WaitAsync(Talk.Patience * 2);
    }
}
