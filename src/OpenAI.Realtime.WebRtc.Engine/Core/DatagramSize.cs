namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>How long a datagram may be on a path that nobody has measured, in bytes of UDP payload.</summary>
internal static class DatagramSize
{
    /// <summary>
    /// What every path is taken to carry: 576 − 20 − 8. Each host must take an IPv4 datagram of 576 bytes (RFC 1122 §3.3.2), so that paths are built for that much at
    /// least; IPv6 carries 1,280 (RFC 8200 §5).
    /// </summary>
    public const int Small = 576 - 20 - 8;

    /// <summary>Between <see cref="Small"/> and the full 1,200: what a tunnel in a tunnel leaves, with room to spare.</summary>
    public const int Middle = 1000;
}
