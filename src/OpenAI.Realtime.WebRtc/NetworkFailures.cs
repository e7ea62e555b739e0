using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What is wrong with the options that say which addresses and ports a call uses.</summary>
internal static class NetworkFailures
{
    private const int MaxAnnouncedAddresses = 16;

    public static IEnumerable<string> Of(OpenAIRealtimeWebRtcOptions o)
    {
        if (o.UdpPorts is { } ports && !PortRange.TryParse(ports, out _))
            yield return $"UdpPorts must be the first and the last port, such as 40000-40100, or one port, each from 1 to 65535; it is \"{ports}\".";
        foreach (string text in o.LocalAddresses.Where(text => !IPAddress.TryParse(text, out _)))
            yield return $"LocalAddresses must hold IP addresses of this machine; \"{text}\" is none.";
        if (o.LocalAddresses.Count > 0 && o.Interfaces.Count > 0)
            yield return "LocalAddresses and Interfaces are both set, and only one can be used: leave one of the two out.";
        if (o.Interfaces.Any(string.IsNullOrWhiteSpace))
            yield return "Interfaces must not hold an empty name.";
        foreach (string text in o.AnnouncedAddresses.Where(text => !IsHost(text)))
            yield return $"AnnouncedAddresses must hold IP addresses that lead to this machine; \"{text}\" is none.";
        if (o.AnnouncedAddresses.Count > MaxAnnouncedAddresses)
            yield return $"AnnouncedAddresses must hold at most {MaxAnnouncedAddresses} addresses; it has {o.AnnouncedAddresses.Count}.";
    }

    private static bool IsHost(string text) => IPAddress.TryParse(text, out IPAddress? address)
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast) && !address.IsIPv6Multicast
        && (address.AddressFamily != AddressFamily.InterNetwork || (address.GetAddressBytes()[0] & 0xF0) != 0xE0);
}
