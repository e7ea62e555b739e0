using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Audio on its way from the user to the loop. When it is full the new packet is dropped and counted.</summary>
internal sealed class OutgoingAudio
{
    /// <summary>1.28 s of 20 ms packets; the loop takes them within microseconds, so this fills only while it is held up.</summary>
    public const int MaxPackets = 64;

    /// <summary>64 packets of 100 kbit/s.</summary>
    public const int MaxBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly AudioRing<OpusPacketHeader> _ring = new(MaxPackets, MaxBytes);
    private long _dropped;

    public long Dropped => Interlocked.Read(ref _dropped);

    public bool IsEmpty => _ring.Count == 0;

    public bool TryEnqueue(ReadOnlySpan<byte> opus, in OpusPacketHeader audio)
    {
        lock (_gate)
        {
            if (_ring.TryEnqueue(opus, audio))
                return true;
        }

        CountDropped();
        return false;
    }

    /// <summary>Nothing is sent any more: gives the memory back.</summary>
    public void Free()
    {
        lock (_gate)
            _ring.Free();
    }

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    public bool TryDequeue(Span<byte> destination, out int length, out OpusPacketHeader audio)
    {
        lock (_gate)
            return _ring.TryDequeue(destination, out length, out audio);
    }
}

/// <summary>Audio on its way from the loop to the user. When it is full the oldest packet is dropped and counted.</summary>
internal sealed class IncomingAudio
{
    /// <summary>1.28 s of 20 ms packets: older ones are of no use to a listener.</summary>
    public const int MaxPackets = 64;

    /// <summary>64 packets of 100 kbit/s.</summary>
    public const int MaxBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly AudioRing<ReceivedAudio> _ring = new(MaxPackets, MaxBytes);
    private readonly ReaderSignal _signal;
    private readonly TimeSpan _zero;
    private bool _completed;
    private long _dropped;

    /// <param name="zero">The connection's zero, as <see cref="EncodedAudio.Arrival"/> counts.</param>
    public IncomingAudio(TimeSpan zero)
    {
        _zero = zero;
        _signal = new ReaderSignal(_gate);
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Enqueue(ReadOnlySpan<byte> opus, in ReceivedAudio header)
    {
        if (opus.Length > EncodedAudio.MaxLength)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        lock (_gate)
        {
            while (!_ring.TryEnqueue(opus, header))
            {
                _ring.TryDequeue([], out _, out _);
                Interlocked.Increment(ref _dropped);
            }

            _signal.Set(true);
        }
    }

    /// <summary>No more will come; what is here can still be read.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            if (_ring.Count == 0)
                _ring.Free();
            _signal.Set(false);
        }
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        lock (_gate)
        {
            if (_ring.Count > 0)
                return new(true);
            if (_completed)
                return new(false);
            _signal.Begin();
        }

        return _signal.Arm(cancellationToken);
    }

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        lock (_gate)
        {
            if (_ring.PeekLength() > destination.Length)
                throw new ArgumentException($"The destination has {destination.Length} bytes; a packet can have {EncodedAudio.MaxLength}.", nameof(destination));
            if (!_ring.TryDequeue(destination, out int length, out ReceivedAudio audio))
            {
                packet = default;
                return false;
            }

            if (_completed && _ring.Count == 0)
                _ring.Free();
            packet = new EncodedAudio(length, audio.PayloadType, audio.SequenceNumber, audio.Timestamp, audio.Marker, audio.Ssrc, _zero + (audio.Arrival - Engine.Core.Instant.Zero));
            return true;
        }
    }
}
