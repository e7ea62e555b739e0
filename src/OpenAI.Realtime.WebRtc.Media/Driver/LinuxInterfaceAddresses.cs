using System.Net;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Linux: the addresses of this machine by one call of <c>getifaddrs</c>.
/// <code>
///   struct ifaddrs    | next * | name * | flags (32 bits, padded) | address * | …          pointers as wide as the machine's
///   sockaddr_in       | family | port | IPv4 address |
///   sockaddr_in6      | family | port | flow info    | IPv6 address | scope id |
/// </code>
/// </summary>
internal static unsafe partial class LinuxInterfaceAddresses
{
    private const uint Up = 0x1;                // IFF_UP: switched on
    private const uint Running = 0x40;          // IFF_RUNNING: the operational state is up, or unknown as loopback's is
    private const ushort InterNetwork = 2;      // AF_INET
    private const ushort InterNetworkV6 = 10;   // AF_INET6

    /// <summary>Every IPv4 and IPv6 address of an interface that is up, with its name; null where the system has no such call, or refuses it.</summary>
    public static List<InterfaceAddress>? TryRead()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Entry* first;
        try
        {
            if (getifaddrs(&first) != 0)
                return null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // a libc without it
        }

        try
        {
            List<InterfaceAddress> addresses = [];
            for (Entry* entry = first; entry != null; entry = entry->Next)
            {
                if ((entry->Flags & (Up | Running)) != (Up | Running) || entry->Address == null)
                    continue; // down, or without any address
                ushort family = *(ushort*)entry->Address;
                if (family == InterNetwork)
                    addresses.Add(new(ReadName(entry->Name), new IPAddress(new ReadOnlySpan<byte>(entry->Address + 4, 4))));
                else if (family == InterNetworkV6)
                    addresses.Add(new(ReadName(entry->Name), ReadV6(entry->Address)));
            }

            return addresses;
        }
        finally
        {
            freeifaddrs(first);
        }
    }

    // An address may have a label of its own, "eth0:1", which names no interface.
    private static string ReadName(byte* name) => Marshal.PtrToStringUTF8((nint)name) is { } text ? text.Split(':')[0] : "";

    private static IPAddress ReadV6(byte* address)
    {
        var read = new IPAddress(new ReadOnlySpan<byte>(address + 8, 16));
        if (read.IsIPv6LinkLocal)
            read.ScopeId = *(uint*)(address + 24);
        return read;
    }

    [LibraryImport("libc")]
    private static partial int getifaddrs(Entry** first);

    [LibraryImport("libc")]
    private static partial void freeifaddrs(Entry* first);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public Entry* Next;
        public byte* Name;
        public uint Flags;
        public byte* Address;
    }
}
