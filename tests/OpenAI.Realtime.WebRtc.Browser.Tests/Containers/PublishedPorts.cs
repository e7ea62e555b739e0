using OpenAI.Realtime.WebRtc.Interop.Tests;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Containers;

/// <summary>
/// Three networks, as a container's host makes them: outside, where browsers are; a router, which is the host; and inside, where nobody from outside can get but through the router's published ports.
/// The router rewrites addresses as Docker's bridge network does: what comes to a published port is turned inwards, what leaves looks as if it came from the router.
/// </summary>
internal sealed class PublishedPorts : IAsyncDisposable
{
    /// <summary>The only address that outside knows of.</summary>
    public const string PublicAddress = "198.51.100.1";

    public const string InsideAddress = "10.99.0.2";

    /// <summary>What outside has in <see cref="AddSecondNetworkAsync"/>.</summary>
    public const string SecondOutsideAddress = "192.0.2.2";
    public const int HttpPort = 8080, UdpPort = 40000, TcpPort = 40443;

    private static readonly string[] s_tools = ["/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/ip", "/usr/sbin/nft"];

    private PublishedPorts(NetworkNamespace outside, NetworkNamespace router, NetworkNamespace inside) => (Outside, Router, Inside) = (outside, router, inside);

    /// <summary>Null where it can be made; else the reason to skip.</summary>
    public static string? SkipReason => PrivateNetwork.SkipWithout(s_tools);

    public NetworkNamespace Outside { get; }

    public NetworkNamespace Inside { get; }

    private NetworkNamespace Router { get; }

    public static async Task<PublishedPorts> CreateAsync()
    {
        PublishedPorts made = new(await NetworkNamespace.CreateAsync(), await NetworkNamespace.CreateAsync(), await NetworkNamespace.CreateAsync());
        try
        {
            await made.ConnectAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on the router lets no UDP through, as many a company's firewall.</summary>
    public Task DropUdpAsync() => Router.RunAsync("nft insert rule ip filter forward meta l4proto udp counter drop");

    /// <summary>Outside gets a second network, by which it reaches the same public address; the first one is preferred as long as it is there.</summary>
    public async Task AddSecondNetworkAsync()
    {
        await Router.RunAsync(
            $"""
            ip link add outside2 type veth peer name eth1 netns {Outside.Id}
            ip addr add 192.0.2.1/24 dev outside2
            ip link set outside2 up
            """);
        await Outside.RunAsync(
            $"""
            ip addr add {SecondOutsideAddress}/24 dev eth1
            ip link set eth1 up
            ip route add {PublicAddress} via 192.0.2.1 metric 1000
            """);
    }

    /// <summary>The cable of the first one is pulled.</summary>
    public Task LoseFirstNetworkAsync() => Outside.RunAsync("ip link set eth0 down");

    public async ValueTask DisposeAsync()
    {
        await Outside.DisposeAsync();
        await Router.DisposeAsync();
        await Inside.DisposeAsync();
    }

    private async Task ConnectAsync()
    {
        // Outside has no route but to its own network: an address of the inside leads nowhere.
        await Router.RunAsync(
            $$"""
            ip link add outside type veth peer name eth0 netns {{Outside.Id}}
            ip link add inside type veth peer name eth0 netns {{Inside.Id}}
            ip addr add {{PublicAddress}}/24 dev outside
            ip addr add 10.99.0.1/24 dev inside
            ip link set outside up
            ip link set inside up
            echo 1 > /proc/sys/net/ipv4/ip_forward
            nft -f - <<'rules'
            table ip nat {
              chain published {
                type nat hook prerouting priority dstnat;
                iifname { "outside", "outside2" } tcp dport { {{HttpPort}}, {{TcpPort}} } dnat to {{InsideAddress}}
                iifname { "outside", "outside2" } udp dport {{UdpPort}} dnat to {{InsideAddress}}
              }
              chain leaving {
                type nat hook postrouting priority srcnat;
                oifname { "outside", "outside2" } masquerade
              }
            }
            table ip filter {
              chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                ct status dnat accept
                iifname "inside" accept
              }
            }
            rules
            """);
        await Outside.RunAsync("ip addr add 198.51.100.2/24 dev eth0\nip link set eth0 up");
        await Inside.RunAsync($"ip addr add {InsideAddress}/24 dev eth0\nip link set eth0 up\nip route add default via 10.99.0.1");
        await Outside.WaitUntilUpAsync("eth0");
    }
}

/// <summary>A test in networks of its own, with Chromium: where they cannot be made it is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PublishedPortsFactAttribute : FactAttribute
{
    public PublishedPortsFactAttribute() => Skip = Support.BrowserFixture.Skip ?? PublishedPorts.SkipReason;
}
