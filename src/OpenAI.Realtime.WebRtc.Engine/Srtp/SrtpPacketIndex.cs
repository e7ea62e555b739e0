namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>
/// The 48-bit index of an SRTP packet (RFC 3711 §3.3.1): 2^16 · ROC + SEQ, where only SEQ travels in the packet and the
/// roll-over counter ROC is counted by each side for itself.
/// </summary>
internal static class SrtpPacketIndex
{
    /// <summary>After this index the master key is used up (§9.2).</summary>
    public const ulong Max = (1UL << 48) - 1;

    /// <summary>
    /// The index nearest to the highest one that has this sequence number (§3.3.1, Appendix A).
    /// False when it would lie before ROC 0, or after <see cref="Max"/>: no such packet was ever sent under this key.
    /// </summary>
    public static bool TryEstimate(ulong highest, ushort sequenceNumber, out ulong index)
    {
        long rollOver = (long)(highest >> 16);
        int last = (int)(highest & 0xFFFF);
        if (last < 0x8000)
        {
            if (sequenceNumber - last > 0x8000)
                rollOver--; // SEQ is from before the wrap
        }
        else if (last - 0x8000 > sequenceNumber)
        {
            rollOver++; // SEQ has wrapped
        }

        index = unchecked(((ulong)rollOver << 16) | sequenceNumber);
        return rollOver is >= 0 and <= uint.MaxValue;
    }
}
