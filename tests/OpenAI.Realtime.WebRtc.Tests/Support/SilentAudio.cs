using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Both directions of audio, without any; keeps what the session did with them.</summary>
internal sealed class SilentAudio : IAudioUplink, IAudioDownlink
{
    private int _flushes;

    public TaskCompletionSource Flushed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IOpusTrack? Track { get; private set; }

    public int Flushes => Volatile.Read(ref _flushes);

    public int Starts { get; private set; }

    public bool Disposed { get; private set; }

    public bool IsMuted { get; set; }

    public AudioLevel Level => AudioLevel.Silence;

    public MediaPort Create(AudioOptions options, IOpusTrack track)
    {
        Track = track;
        IsMuted = options.StartMuted;
        return new MediaPort(this, this);
    }

    public void Start() => Starts++;

    public void Flush()
    {
        Interlocked.Increment(ref _flushes);
        Flushed.TrySetResult();
    }

    AudioSendStatistics IAudioUplink.GetStatistics() => default;

    AudioReceiveStatistics IAudioDownlink.GetStatistics() => default;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return default;
    }
}
