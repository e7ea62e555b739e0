using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>Keeps what a client heard, and says when there was enough of it.</summary>
internal sealed class RecordingSink : IAudioSink
{
    private const float LoudDbfs = -35;

    private readonly Lock _gate = new();
    private readonly List<short> _loud = [];
    private readonly List<(int Samples, TaskCompletionSource Source)> _waiters = [];
    private int _quietRun;

    public AudioFormat Format => AudioFormat.Mono48kHz;

    public TimeSpan Buffered => TimeSpan.Zero;

    /// <summary>What was not silence.</summary>
    public RealtimeTestAudio Loud
    {
        get
        {
            lock (_gate)
                return RealtimeTestAudio.FromPcm(_loud.ToArray(), 48_000);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (AudioLevel.Measure(pcm.Span).RmsDbfs < LoudDbfs)
            {
                _quietRun += pcm.Length;
            }
            else
            {
                _quietRun = 0;
                _loud.AddRange(pcm.Span);
            }

            foreach ((int samples, TaskCompletionSource source) in _waiters)
            {
                if (samples >= 0 ? _loud.Count >= samples : _quietRun >= -samples)
                    source.TrySetResult();
            }
        }

        return default;
    }

    public void Flush()
    {
    }

    /// <summary>Until so much has been heard that was not silence.</summary>
    public Task HeardAsync(TimeSpan time) => WaitAsync(Format.SamplesIn(time));

    /// <summary>Until it has been quiet for so long at a stretch.</summary>
    public Task QuietAsync(TimeSpan time) => WaitAsync(-Format.SamplesIn(time));

    public void Clear()
    {
        lock (_gate)
            _loud.Clear();
    }

    private Task WaitAsync(int samples)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _waiters.Add((samples, source));
        return source.Task.WaitAsync(Caller.Patience);
    }
}
