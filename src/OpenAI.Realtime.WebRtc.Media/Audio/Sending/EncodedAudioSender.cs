using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Opus packets of a source, sent as they come. While muted, each is replaced by a packet of silence.</summary>
internal sealed class EncodedAudioSender(IEncodedAudioSource source, IOpusTrack track, AudioLinkContext context) : IAudioUplink
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly FaultReporter _faults = new(context);
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private Task _reader = Task.CompletedTask;
    private long _packets, _bytes;
    private volatile bool _muted, _ended;
    private int _disposed;

    public bool IsMuted
    {
        get => _muted;
        set => _muted = value;
    }

    /// <summary>Not measured: nothing is decoded.</summary>
    public AudioLevel Level => AudioLevel.Silence;

    public void Start() => _reader = context.Inline ? RelayAsync() : Task.Run(RelayAsync);

    public AudioSendStatistics GetStatistics() => new()
    {
        Packets = Volatile.Read(ref _packets),
        Bytes = Volatile.Read(ref _bytes),
        SourceEnded = _ended,
        Level = AudioLevel.Silence,
    };

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _reader.WaitAsync(StopPatience, context.Time).ConfigureAwait(false);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            AudioLog.LeftBehind(context.Logger ?? NullLogger.Instance, "source");
        }
    }

    private async Task RelayAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                EncodedAudioFrame frame = await source.ReadAsync(_packet, stop).ConfigureAwait(false);
                if (frame.Length == 0 || stop.IsCancellationRequested)
                    break;
                ReadOnlySpan<byte> opus = _muted ? OpusPacket.Silence : _packet.AsSpan(0, frame.Length);
                track.Send(opus, frame.Header);
                Volatile.Write(ref _packets, _packets + 1);
                Volatile.Write(ref _bytes, _bytes + opus.Length);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception exception)     // whatever a user's source throws must not end the call
        {
            _faults.Source(exception);
        }
        finally
        {
            _ended = true;
        }
    }
}
