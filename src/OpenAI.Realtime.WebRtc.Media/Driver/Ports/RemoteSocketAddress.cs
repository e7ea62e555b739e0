using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>One socket address that is written anew for each remote address: sending allocates nothing, whoever is sent to. Used by one thread at a time.</summary>
/// <param name="isIPv6">The family of the socket.</param>
/// <param name="scope">The scope of the socket's own address, for link-local ones.</param>
internal sealed class RemoteSocketAddress(bool isIPv6, long scope)
{
    private readonly SocketAddress _socketAddress = new IPEndPoint(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Serialize();
    private TransportAddress _written;

    /// <summary>The socket address of a remote one of the same family; valid until the next call. Where its bytes lie says <see cref="UdpPort"/>.</summary>
    public SocketAddress Of(in TransportAddress remote)
    {
        if (_written == remote)
            return _socketAddress;
        Span<byte> bytes = _socketAddress.Buffer.Span;
        (bytes[2], bytes[3]) = ((byte)(remote.Port >> 8), (byte)remote.Port);
        remote.WriteAddress(bytes[(isIPv6 ? 8 : 4)..]);
        if (isIPv6)
        {
            uint scopeId = remote.IsLinkLocal ? (uint)scope : 0;
            MemoryMarshal.Write(bytes[24..], in scopeId); // in the machine's own order
        }

        _written = remote;
        return _socketAddress;
    }
}
