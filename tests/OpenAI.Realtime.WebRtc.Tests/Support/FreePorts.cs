using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Ports that nobody has at this moment: below those that the system hands out, so that nobody gets them by chance meanwhile.</summary>
internal static class FreePorts
{
    private static int s_next = 20_000 + (Environment.ProcessId % 1000 * 10);

    /// <summary>So many in a row.</summary>
    public static PortRange Find(int count)
    {
        while (true)
        {
            int first = Interlocked.Add(ref s_next, count) - count;
            Assert.InRange(first, 1, 32_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return new PortRange(first, first + count - 1);
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
