using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Says why a connection has no socket, and what to do about it.</summary>
internal static class NoSocket
{
    public static string Describe(IReadOnlyList<IPAddress> addresses, PeerConnectionOptions options, SocketException? error)
    {
        if (addresses.Count == 0)
            return "This machine has no network address that is up; for loopback alone set IncludeLoopback.";
        string where = addresses.Count == 1 ? $"of {addresses[0]}" : $"of any of the {addresses.Count} local addresses";
        if (options is { Network: NetworkChoice.Tcp, TcpPort: { } tcpPort } && error is not null && PortBinding.IsTaken(error.SocketErrorCode))
            return $"TCP port {tcpPort} {where} is in use by another program, or this one may not have it: end that program, or name another port in TcpPort.";
        if (options.UdpPorts is { } range && error is not null && PortBinding.IsTaken(error.SocketErrorCode))
        {
            return range.Count == 1
                ? $"UDP port {range} {where} is in use by another program, or this one may not have it: end that program, or name another port in UdpPorts."
                : $"All UDP ports from {range.First} to {range.Last} {where} are in use: name more of them in UdpPorts, or a single one, which all connections share.";
        }

        return $"No socket could be opened on any of the {addresses.Count} local addresses ({string.Join(", ", addresses.Take(4))}: {error?.Message}).";
    }
}
