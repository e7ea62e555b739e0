using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How a packet's number follows those before it.</summary>
internal enum NumberStep
{
    /// <summary>It belongs to the stream.</summary>
    Continues,

    /// <summary>It begins a stream: the first, another SSRC, or a jump.</summary>
    Begins,

    /// <summary>It is far behind: an old packet, or the first of a sender that has begun anew.</summary>
    FarBehind,
}

/// <summary>
/// Unwraps sequence numbers and timestamps, and notices where a stream begins anew (RFC 3550 A.1).
/// </summary>
internal sealed class StreamNumbers
{
    private const int MaxReorder = 100;         // RFC 3550 A.1, MAX_MISORDER

    private bool _started;
    private uint _ssrc;
    private ushort _restart;                    // the number that would make a jump back a restart
    private bool _restartPending;

    /// <summary>The highest number seen, unwrapped; above 65,535, so that there is room to count down.</summary>
    public long Highest { get; private set; }

    /// <summary>Its timestamp, unwrapped.</summary>
    public long HighestTimestamp { get; private set; }

    /// <summary>Whether anything has come.</summary>
    public bool HasStarted => _started;

    /// <summary>Whether a packet with this SSRC belongs to the stream.</summary>
    public bool IsOf(uint ssrc) => _started && ssrc == _ssrc;

    /// <summary>Looks at a packet's number.</summary>
    /// <param name="ssrc">Its source.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="next">The number to be played next.</param>
    /// <param name="number">Its number, unwrapped, if it continues the stream.</param>
    public NumberStep Look(uint ssrc, ushort sequence, long next, out long number)
    {
        number = Highest + (new Serial16(sequence) - new Serial16((ushort)Highest));
        if (!IsOf(ssrc) || number - Highest > PacketStore.Capacity)
            return NumberStep.Begins;       // more than ever fits: it starts again from here
        if (number >= next - MaxReorder)
        {
            _restartPending = false;
            return NumberStep.Continues;
        }

        // Two in a row far behind are a sender that has begun anew, one alone is an old packet.
        if (_restartPending && sequence == _restart)
            return NumberStep.Begins;
        _restartPending = true;
        _restart = (ushort)(sequence + 1);
        return NumberStep.FarBehind;
    }

    /// <summary>A stream begins with this packet.</summary>
    public void Begin(uint ssrc, ushort sequence, uint timestamp)
    {
        _started = true;
        _ssrc = ssrc;
        _restartPending = false;
        Highest = sequence + 0x1_0000L;
        HighestTimestamp = timestamp + 0x1_0000_0000L;
    }

    /// <summary>A packet's timestamp, unwrapped.</summary>
    public long Unwrap(uint timestamp) => HighestTimestamp + (new Serial32(timestamp) - new Serial32((uint)HighestTimestamp));

    /// <summary>Takes a packet into account.</summary>
    public void Advance(long number, long timestamp)
    {
        if (number <= Highest)
            return;
        Highest = number;
        HighestTimestamp = timestamp;
    }

    /// <summary>Takes padding into account, whose timestamp says nothing.</summary>
    public void Advance(long number) => Highest = Math.Max(Highest, number);
}
