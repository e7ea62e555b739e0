using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The addresses of this machine that a connection opens a socket on.</summary>
internal static class LocalAddresses
{
    /// <summary>How many sockets a connection opens at most: one an address, and a candidate each.</summary>
    public const int Max = 16;

    /// <summary>
    /// Every unicast address of an interface that is up: IPv4 before IPv6, as the service's candidates are IPv4; link-local ones only where there is
    /// nothing else; loopback only when asked for, and last.
    /// </summary>
    public static IReadOnlyList<IPAddress> Gather(bool includeLoopback)
    {
        List<IPAddress> routable = [], linkLocal = [], loopback = [];
        foreach (IPAddress address in LinuxInterfaceAddresses.TryRead() ?? ReadByNetworkInterface())
        {
            List<IPAddress> group = IPAddress.IsLoopback(address) ? loopback : IsLinkLocal(address) ? linkLocal : routable;
            if (!group.Contains(address))
                group.Add(address);
        }

        return Choose(routable, linkLocal, includeLoopback ? loopback : []);
    }

    /// <summary>By .NET's own means, which on Linux read some dozen files for each interface: half a millisecond, and tens of them the first time.</summary>
    internal static List<IPAddress> ReadByNetworkInterface()
    {
        List<IPAddress> addresses = [];
        foreach (NetworkInterface card in NetworkInterface.GetAllNetworkInterfaces())
        {
            // Linux says Unknown of loopback and tunnels that are up.
            if (card.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                continue;
            foreach (UnicastIPAddressInformation information in card.GetIPProperties().UnicastAddresses)
            {
                if (information.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                    addresses.Add(information.Address);
            }
        }

        return addresses;
    }

    internal static IReadOnlyList<IPAddress> Choose(IEnumerable<IPAddress> routable, IEnumerable<IPAddress> linkLocal, IEnumerable<IPAddress> loopback)
    {
        IPAddress[] chosen = [.. routable.OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        if (chosen.Length == 0)
            chosen = [.. linkLocal.OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        IPAddress[] local = [.. loopback.OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        return [.. chosen.Take(Math.Max(0, Max - local.Length)), .. local.Take(Max)];
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal;
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && bytes[0] == 169 && bytes[1] == 254;
    }
}
