namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>How datagrams travel.</summary>
public enum TransportProtocol : byte
{
    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP (RFC 6544): each datagram is a frame of a stream (RFC 4571).</summary>
    Tcp,
}

/// <summary>The way that a datagram came or goes: a reply leaves from the address that was asked.</summary>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Local">The address of the socket on this machine; with port 0 for a TCP connection that this side opens, whose port says nothing.</param>
/// <param name="Remote">The peer's address as this machine sees it.</param>
public readonly record struct TransportPath(TransportProtocol Protocol, TransportAddress Local, TransportAddress Remote)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} {Local} → {Remote}";
}
