using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// A track on which something is sent all the while: where nobody sends for 100 ms, encoded silence goes out each 20 ms until somebody does again. The service ends a session that has heard no audio for 30 s, and takes
/// no text up meanwhile. What is sent keeps its order and is numbered anew, so that the peer sees no gap in the numbers.
/// </summary>
/// <param name="track">The track.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class FlowingTrack(IOpusTrack track, TimeProvider timeProvider) : IOpusTrack, IDisposable
{
    private const uint FrameTicks = 960;        // 20 ms at 48 kHz
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>20 ms of silence as Opus writes it: CELT, one frame.</summary>
    private static readonly byte[] Silence = [0xF8, 0xFF, 0xFE];

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _stopped;
    private long _lastSent;
    private bool _marker = true;
    private bool _filled;
    private ushort _sequence;           // of the next filler
    private uint _timestamp;
    private ushort _sequenceShift;      // from the sender's numbers to ours
    private uint _timestampShift;
    private long _fillers;
    private bool _outputMuted;

    /// <summary>Called each 20 ms, from the start on, on the timer's thread. Default: null.</summary>
    public Action? OnTick { get; set; }

    /// <summary>Whether silence is read in place of what is received.</summary>
    public bool IsOutputMuted
    {
        get => Volatile.Read(ref _outputMuted);
        set => Volatile.Write(ref _outputMuted, value);
    }

    /// <summary>Packets of silence sent.</summary>
    public long Fillers => Interlocked.Read(ref _fillers);

    public OpusPreferences? Preferences => track.Preferences;

    public double? FractionLost => track.FractionLost;

    /// <summary>Begins: the first filler goes out within 20 ms. Once.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_stopped || _timer is not null)
                return;
            _lastSent = timeProvider.GetTimestamp() - (long)(Patience.TotalSeconds * timeProvider.TimestampFrequency);
            _timer = timeProvider.CreateTimer(static state => ((FlowingTrack)state!).Fill(), this, Frame, Frame);
        }
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => track.WaitAsync(cancellationToken);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        if (!track.TryRead(destination, out packet))
            return false;
        if (packet.Length > 0 && IsOutputMuted)
        {
            Silence.CopyTo(destination);
            packet = packet with { Length = Silence.Length };
        }
        return true;
    }

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        lock (_lock)
        {
            if (_filled)
            {
                // The sender goes on where the silence ends, whatever its own numbers are.
                _sequenceShift = (ushort)(_sequence - header.SequenceNumber);
                _timestampShift = _timestamp - header.Timestamp;
                _filled = false;
            }
            var sent = new OpusPacketHeader((ushort)(header.SequenceNumber + _sequenceShift), header.Timestamp + _timestampShift, header.Marker);
            track.Send(opus, sent);
            _sequence = (ushort)(sent.SequenceNumber + 1);
            _timestamp = sent.Timestamp + FrameTicks;
            _lastSent = timeProvider.GetTimestamp();
            _marker = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            _timer?.Dispose();
        }
    }

    private void Fill()
    {
        OnTick?.Invoke();
        lock (_lock)
        {
            if (_stopped || (!_filled && timeProvider.GetElapsedTime(_lastSent) < Patience))
                return;
            _fillers++;     // before it is sent: who sees the packet sees it counted
            track.Send(Silence, new OpusPacketHeader(_sequence, _timestamp, _marker));
            _marker = false;        // RFC 3551 §4.1: the first after a gap has it
            _filled = true;
            _sequence++;
            _timestamp += FrameTicks;
        }
    }
}
