using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Opus packets as they arrive, handed to a sink undecoded.</summary>
/// <remarks>A sink that takes long holds up the reading only; the engine then drops packets and counts them.</remarks>
internal sealed class EncodedAudioReceiver(IEncodedAudioSink sink, IOpusReader reader, AudioLinkContext context) : IAudioDownlink
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly FaultReporter _faults = new(context);
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private readonly Lock _gate = new();
    private Task _reader = Task.CompletedTask;
    private long _packets, _bytes;
    private long? _lastArrival;
    private int _disposed;

    /// <summary>Not measured: nothing is decoded.</summary>
    public AudioLevel Level => AudioLevel.Silence;

    public void Start() => _reader = context.Inline ? RelayAsync() : Task.Run(RelayAsync);

    public void Flush()
    {
        try
        {
            sink.Flush();
        }
        catch (Exception exception)     // whatever a user's sink throws must not end the call
        {
            _faults.Sink(exception);
        }
    }

    public AudioReceiveStatistics GetStatistics()
    {
        lock (_gate)
        {
            return new()
            {
                Packets = _packets,
                Bytes = _bytes,
                Level = AudioLevel.Silence,
                SinceLastPacket = _lastArrival is { } last ? context.Time.GetElapsedTime(last) : null,
            };
        }
    }

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
            AudioLog.LeftBehind(context.Logger ?? NullLogger.Instance, "sink");
        }
    }

    private async Task RelayAsync()
    {
        CancellationToken stop = _stop.Token;
        bool sinkFailed = false;
        try
        {
            while (await reader.WaitAsync(stop).ConfigureAwait(false))
            {
                while (!stop.IsCancellationRequested && reader.TryRead(_packet, out EncodedAudio packet))
                {
                    Count(in packet);
                    if (!sinkFailed && !await TryWriteAsync(packet, stop).ConfigureAwait(false))
                        sinkFailed = true;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception exception)     // an engine of the user's choice must not end the process
        {
            _faults.Connection(exception);
        }
    }

    private void Count(in EncodedAudio packet)
    {
        lock (_gate)
        {
            _packets++;
            _bytes += packet.Length;
            _lastArrival = context.Time.GetTimestamp();
        }
    }

    private async ValueTask<bool> TryWriteAsync(EncodedAudio packet, CancellationToken stop)
    {
        try
        {
            await sink.WriteAsync(_packet.AsMemory(0, packet.Length), packet, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            _faults.Sink(exception);
            return false;
        }
    }
}
