using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Binds a socket to one of several ports.</summary>
internal static class PortBinding
{
    /// <summary>The room in the kernel for the datagrams of many connections, in bytes; Linux gives what <c>net.core.rmem_max</c> allows.</summary>
    private const int SharedKernelBuffer = 4 * 1024 * 1024;

    /// <summary>
    /// Binds to a port of the system's choice, or to a free one of <paramref name="ports"/>: from a random one on, so that calls seldom meet at the same, and a port that was closed a moment ago is
    /// not taken at once again, when late datagrams of another call still come to it.
    /// </summary>
    /// <exception cref="SocketException">The address cannot be bound, or every port is in use.</exception>
    public static void Bind(Socket socket, IPAddress address, PortRange? ports)
    {
        if (ports is not { } range)
        {
            socket.Bind(new IPEndPoint(address, 0));
            return;
        }

        // Windows lets a second socket have the port where both do not ask for it alone.
        if (OperatingSystem.IsWindows())
            socket.ExclusiveAddressUse = true;
        int start = range.Count == 1 ? 0 : Random.Shared.Next(range.Count);
        for (int i = 0; ; i++)
        {
            try
            {
                socket.Bind(new IPEndPoint(address, range.First + ((start + i) % range.Count)));
                return;
            }
            catch (SocketException e) when (IsTaken(e.SocketErrorCode) && i + 1 < range.Count)
            {
                // The next one.
            }
        }
    }

    /// <summary>Whether the error says that somebody else has the port; Windows says AccessDenied of one that is held exclusively or reserved.</summary>
    public static bool IsTaken(SocketError error) => error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;

    /// <summary>Asks for more room; some systems give less, others refuse what is too much.</summary>
    public static void Widen(Socket socket)
    {
        try
        {
            socket.ReceiveBufferSize = SharedKernelBuffer;
            socket.SendBufferSize = SharedKernelBuffer;
        }
        catch (SocketException)
        {
            // It keeps what it has.
        }
    }
}
