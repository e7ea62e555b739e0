namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What the header of a received Opus packet said.</summary>
/// <param name="Length">How many bytes of the destination are the packet; 0 for one of padding alone, as probes of the network are.</param>
/// <param name="PayloadType">The RTP payload type.</param>
/// <param name="SequenceNumber">The RTP sequence number; wraps around.</param>
/// <param name="Timestamp">The RTP timestamp in 48 kHz units (RFC 7587 §4.1); wraps around.</param>
/// <param name="Marker">The RTP marker bit.</param>
/// <param name="Ssrc">The RTP synchronisation source.</param>
/// <param name="Arrival">
/// When it arrived: the timestamp of the connection's <see cref="TimeProvider"/> as a time since that timestamp was zero (<c>GetElapsedTime(0)</c>); zero from an engine that does not know.
/// </param>
public readonly record struct EncodedAudio(
    int Length,
    byte PayloadType,
    ushort SequenceNumber,
    uint Timestamp,
    bool Marker,
    uint Ssrc,
    TimeSpan Arrival)
{
    /// <summary>The largest packet that goes either way, in bytes: what fits one datagram.</summary>
    public const int MaxLength = 1275;
}
