using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A microphone and a loudspeaker that outlive a session: several sessions take turns on them, as when one call is exchanged for another before the service ends it. Made by
/// <see cref="RealtimeWebRtcClient.CreateSharedAudio"/> and passed to each session as <see cref="RealtimeConnectOptions.SharedAudio"/>. The session whose <see cref="IRealtimeSession.TakeAudio"/> was called
/// last has the sound; no session disposes it. Dispose it after the last one. Thread-safe.
/// </summary>
public sealed class SharedAudio : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private bool _started;
    private bool _disposed;

    internal SharedAudio(Func<IOpusTrack, MediaPort> create) => Port = create(SilentTrack.Instance);

    /// <summary>What all of them send and receive through.</summary>
    internal MediaPort Port { get; }

    /// <summary>Whether it was disposed: a session would be silent.</summary>
    internal bool IsDisposed
    {
        get
        {
            lock (_lock)
                return _disposed;
        }
    }

    /// <summary>Whether a track has the sound.</summary>
    internal bool IsAt(IOpusTrack track) => ReferenceEquals(Port.Track, track);

    /// <summary>Gives the sound to a track. The source is read and the sink played from the first time on.</summary>
    internal void Take(IOpusTrack track)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            Port.Track = track;
            if (_started)
                return;
            _started = true;
            Port.StartReceiving();
            Port.StartSending();
        }
    }

    /// <summary>Ends the reading of the source and the playing, and frees the codecs. Source and sink are the caller's still. Later calls do nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _disposed = true;
        await Port.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What a port is connected to before the first session: nothing is heard from it, and it drops what is sent.</summary>
    private sealed class SilentTrack : IOpusTrack
    {
        public static SilentTrack Instance { get; } = new();

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(false);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            packet = default;
            return false;
        }

        public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
        {
        }
    }
}
