using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Media;

namespace AspNetVoiceChat;

/// <summary>
/// Where pages reach the bridge: what is to be said with a firewall in front, behind a NAT, or in a container. Of the section <c>VoiceChat</c>; everything may be left out. Lists are lists, or one value with commas between,
/// as an environment variable or Kubernetes' <c>status.hostIPs</c> has them.
/// </summary>
internal sealed record BridgeNetwork
{
    /// <summary>The UDP ports of calls, such as <c>40000</c>, which all of them share, or <c>40000-40100</c>, of which each takes one.</summary>
    public PortRange? UdpPorts { get; private init; }

    /// <summary>The TCP port for pages whose UDP is blocked.</summary>
    public int? TcpPort { get; private init; }

    /// <summary>The addresses by which pages reach this host when they are not its own.</summary>
    public IReadOnlyList<IPAddress>? AnnouncedAddresses { get; private init; }

    /// <summary>Whether pages are told of the host's own addresses beside those.</summary>
    public bool AnnounceLocalAddresses { get; private init; }

    /// <summary>The network interfaces to use, by name.</summary>
    public IReadOnlyList<string>? Interfaces { get; private init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="OptionsValidationException">Some cannot be used; it names each, as it stands there.</exception>
    public static BridgeNetwork Read(IConfigurationSection section)
    {
        List<string> failures = [];
        BridgeNetwork network = new()
        {
            UdpPorts = One(nameof(UdpPorts), "a port from 1 to 65535 such as 40000, or the first and the last of several such as 40000-40100",
                text => PortRange.TryParse(text, out PortRange ports) ? ports : (PortRange?)null),
            TcpPort = One(nameof(TcpPort), "a port from 1 to 65535, or 0 for a free one",
                text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort ? port : (int?)null),
            AnnounceLocalAddresses = One(nameof(AnnounceLocalAddresses), "true or false", text => bool.TryParse(text, out bool yes) ? yes : (bool?)null) ?? false,
            AnnouncedAddresses = Many(nameof(AnnouncedAddresses)) is { } texts ? Addresses(texts) : null,
            Interfaces = Many(nameof(Interfaces)),
        };
        return failures.Count == 0 ? network : throw new OptionsValidationException(section.Path, typeof(BridgeNetwork), failures);

        T? One<T>(string name, string expected, Func<string, T?> read)
            where T : struct
        {
            if (section[name] is not { } text || string.IsNullOrWhiteSpace(text))
                return null;
            if (read(text.Trim()) is { } value)
                return value;
            failures.Add($"{section.Path}:{name} must be {expected}; it is \"{text}\".");
            return null;
        }

        string[]? Many(string name)
        {
            IConfigurationSection list = section.GetSection(name);
            string[] values = [.. list.GetChildren().Select(entry => entry.Value ?? "").Prepend(list.Value ?? "")
                .SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
            return values.Length > 0 ? values : null;
        }

        IPAddress[] Addresses(string[] texts)
        {
            List<IPAddress> addresses = [];
            foreach (string text in texts)
            {
                if (IPAddress.TryParse(text, out IPAddress? address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
                    addresses.Add(address);
                else
                    failures.Add($"{section.Path}:{nameof(AnnouncedAddresses)} must hold IP addresses, of this host as pages see it; \"{text}\" is none.");
            }
            return [.. addresses];
        }
    }

    /// <summary>Gives them to a bridge.</summary>
    public void ApplyTo(RealtimeBridgeOptions options)
    {
        options.UdpPorts = UdpPorts;
        options.TcpPort = TcpPort;
        options.AnnouncedAddresses = AnnouncedAddresses;
        options.AnnounceLocalAddresses = AnnounceLocalAddresses;
        options.Interfaces = Interfaces;
    }
}
