using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// Carries one stream's numbering over to another (RFC 3550 §7.1: a translator shows the one side what happened on the other). Sequence numbers and timestamps keep their distances, so
/// loss stays loss and reordering stays reordering; a change of source goes on where the last one stopped. One caller.
/// </summary>
internal sealed class RelayedStream
{
    /// <summary>A larger step of the sequence number is a restart of the source, not a loss (RFC 3550 A.1, MAX_DROPOUT in spirit).</summary>
    public const int MaxMissing = 500;

    private const int SamplesPerMillisecond = 48;

    private readonly bool[] _seen = new bool[512];      // of the last numbers; a power of two, so that the numbers' wrap is the array's too
    private bool _started;
    private uint _ssrc;
    private ushort _highest;
    private ushort _sequenceOffset;
    private uint _timestampOffset;
    private uint _lastTimestamp;
    private TimeSpan _lastArrival;
    private long _packets, _bytes, _missing, _late;

    public RelayedAudio Counted => new(Volatile.Read(ref _packets), Volatile.Read(ref _bytes), Volatile.Read(ref _missing), Volatile.Read(ref _late));

    /// <summary>False for a duplicate, and for a packet that comes before the source's first.</summary>
    /// <param name="packet">What came.</param>
    /// <param name="header">What to send it with.</param>
    public bool TryAccept(in EncodedAudio packet, out OpusPacketHeader header)
    {
        header = default;
        short step = unchecked((short)(packet.SequenceNumber - _highest));
        if (!_started || packet.Ssrc != _ssrc || step is > MaxMissing + 1 or < -MaxMissing)
        {
            Start(packet);
        }
        else if (step <= 0)
        {
            if (Seen(packet.SequenceNumber))
            {
                Volatile.Write(ref _late, _late + 1);
                return false;
            }

            Seen(packet.SequenceNumber) = true;
            Volatile.Write(ref _missing, _missing - 1);     // it was only late
        }
        else
        {
            for (int n = 1; n < step; n++)
                Seen((ushort)(_highest + n)) = false;
            Seen(packet.SequenceNumber) = true;
            Volatile.Write(ref _missing, _missing + step - 1);
            _highest = packet.SequenceNumber;
        }

        header = new OpusPacketHeader(
            unchecked((ushort)(packet.SequenceNumber + _sequenceOffset)), unchecked(packet.Timestamp + _timestampOffset), packet.Marker);
        if (packet.SequenceNumber == _highest)
        {
            _lastTimestamp = header.Timestamp;
            _lastArrival = packet.Arrival;
        }

        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + packet.Length);
        return true;
    }

    /// <summary>A packet without content (padding) is not passed on, and the numbers close up behind it: it is no loss.</summary>
    public void Skip(ushort number)
    {
        if (!_started || unchecked((short)(number - _highest)) != 1)
            return;
        _highest = number;
        Seen(number) = true;
        _sequenceOffset--;
    }

    private ref bool Seen(ushort number) => ref _seen[number % _seen.Length];

    // A new source: its first packet follows the last one by one number, and by as much time as has passed.
    private void Start(in EncodedAudio packet)
    {
        ushort number = _started ? unchecked((ushort)(_highest + _sequenceOffset + 1)) : packet.SequenceNumber;
        uint timestamp = _started
            ? unchecked(_lastTimestamp + (uint)Math.Max(1, (long)((packet.Arrival - _lastArrival).TotalMilliseconds * SamplesPerMillisecond)))
            : packet.Timestamp;
        _sequenceOffset = unchecked((ushort)(number - packet.SequenceNumber));
        _timestampOffset = unchecked(timestamp - packet.Timestamp);
        _ssrc = packet.Ssrc;
        _highest = packet.SequenceNumber;
        Array.Fill(_seen, true);        // what came before its first is not waited for
        _started = true;
    }
}
