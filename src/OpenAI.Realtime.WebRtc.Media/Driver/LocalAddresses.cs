using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The addresses of this machine that a connection opens a socket on.</summary>
internal static class LocalAddresses
{
    /// <summary>How many sockets a connection opens at most: one an address, and a candidate each.</summary>
    public const int Max = 16;

    /// <summary>Those that the options ask for, each once.</summary>
    /// <exception cref="PeerConnectionException">An interface is named that is not there.</exception>
    public static IReadOnlyList<IPAddress> Of(PeerConnectionOptions options)
    {
        if (options.LocalAddresses is { } named)
            return [.. named.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Distinct()];
        if (options.Interfaces is not { } interfaces)
            return Gather(options.IncludeLoopback);
        IReadOnlyList<InterfaceAddress> all = Read();
        string[] unknown = [.. interfaces.Where(name => all.All(a => !HasName(a, name)))];
        if (unknown.Length > 0)
        {
            throw new PeerConnectionException(new PeerEnd(PeerEndReason.NoLocalAddress, PeerPhase.Gathering,
                $"This machine has no network interface {string.Join(", ", unknown)} that is up and has an address; there are: {string.Join(", ", all.Select(a => a.Interface).Distinct())}."));
        }

        // Loopback is used when it is asked for, by either option.
        return Sort([.. all.Where(a => interfaces.Any(name => HasName(a, name))).Select(a => a.Address),
            .. options.IncludeLoopback ? all.Select(a => a.Address).Where(IPAddress.IsLoopback) : []], includeLoopback: true);
    }

    /// <summary>
    /// Every unicast address of an interface that is up: IPv4 before IPv6, as the service's candidates are IPv4; link-local ones only where there is
    /// nothing else; loopback only when asked for, and last.
    /// </summary>
    public static IReadOnlyList<IPAddress> Gather(bool includeLoopback) => Sort(Read().Select(a => a.Address), includeLoopback);

    private static IReadOnlyList<IPAddress> Sort(IEnumerable<IPAddress> addresses, bool includeLoopback)
    {
        List<IPAddress> routable = [], linkLocal = [], loopback = [];
        foreach (IPAddress address in addresses)
        {
            List<IPAddress> group = IPAddress.IsLoopback(address) ? loopback : IsLinkLocal(address) ? linkLocal : routable;
            if (!group.Contains(address))
                group.Add(address);
        }

        return Choose(routable, linkLocal, includeLoopback ? loopback : []);
    }

    /// <summary>By .NET's own means, which on Linux read some dozen files for each interface: half a millisecond, and tens of them the first time.</summary>
    internal static List<InterfaceAddress> ReadByNetworkInterface()
    {
        List<InterfaceAddress> addresses = [];
        foreach (NetworkInterface card in NetworkInterface.GetAllNetworkInterfaces())
        {
            // Linux says Unknown of loopback and tunnels that are up.
            if (card.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                continue;
            foreach (UnicastIPAddressInformation information in card.GetIPProperties().UnicastAddresses)
            {
                if (information.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                    addresses.Add(new(card.Name, information.Address));
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

    private static List<InterfaceAddress> Read() => LinuxInterfaceAddresses.TryRead() ?? ReadByNetworkInterface();

    // Windows and macOS do not tell "Ethernet" from "ethernet"; Linux does, and has no two that differ in this alone.
    private static bool HasName(InterfaceAddress address, string name) => string.Equals(address.Interface, name, StringComparison.OrdinalIgnoreCase);

    private static bool IsLinkLocal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal;
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && bytes[0] == 169 && bytes[1] == 254;
    }
}
