using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// Carries one stream's numbering over to another (RFC 3550 §7.1: a translator shows loss on the one side as loss on the other). Timestamps keep their distances, missing
/// sequence numbers are told, a change of source goes on where the last one stopped. One caller.
/// </summary>
internal sealed class RelayedStream
{
    /// <summary>A larger step of the sequence number is a restart of the source, not a loss (RFC 3550 A.1, MAX_DROPOUT in spirit).</summary>
    public const int MaxMissing = 500;

    private const int SamplesPerMillisecond = 48;

    private bool _started;
    private uint _ssrc;
    private ushort _highest;
    private uint _offset;
    private uint _lastTimestamp;
    private TimeSpan _lastArrival;
    private long _packets, _bytes, _missing, _late;

    public RelayedAudio Counted => new(Volatile.Read(ref _packets), Volatile.Read(ref _bytes), Volatile.Read(ref _missing), Volatile.Read(ref _late));

    /// <summary>False for a packet that comes after its gap has been shown, and for a duplicate.</summary>
    /// <param name="packet">What came.</param>
    /// <param name="timestamp">The timestamp to send it with.</param>
    /// <param name="missing">How many packets before it never came.</param>
    public bool TryAccept(in EncodedAudio packet, out uint timestamp, out int missing)
    {
        missing = 0;
        if (!_started || packet.Ssrc != _ssrc)
        {
            Start(packet);
        }
        else
        {
            short step = unchecked((short)(packet.SequenceNumber - _highest));
            if (step is > MaxMissing + 1 or < -MaxMissing)
            {
                Start(packet);
            }
            else if (step <= 0)
            {
                timestamp = 0;
                Volatile.Write(ref _late, _late + 1);
                return false;
            }
            else
            {
                missing = step - 1;
            }
        }

        _highest = packet.SequenceNumber;
        timestamp = unchecked(packet.Timestamp + _offset);
        _lastTimestamp = timestamp;
        _lastArrival = packet.Arrival;
        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + packet.Length);
        Volatile.Write(ref _missing, _missing + missing);
        return true;
    }

    // A new source: its first packet follows the last one by as much time as has passed.
    private void Start(in EncodedAudio packet)
    {
        uint next = _started
            ? unchecked(_lastTimestamp + (uint)Math.Max(1, (long)((packet.Arrival - _lastArrival).TotalMilliseconds * SamplesPerMillisecond)))
            : packet.Timestamp;
        _offset = unchecked(next - packet.Timestamp);
        _ssrc = packet.Ssrc;
        _started = true;
    }
}
