using OpenAI.Realtime.WebRtc.Interop.Tests;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>A network of the test's own, with nothing but loopback, in which the kernel drops every UDP datagram (unshare, nftables). It ends with the program in it.</summary>
internal static class BlockedNetwork
{
    private static readonly string[] s_tools = ["/usr/bin/unshare", "/usr/bin/ip", "/usr/sbin/nft"];

    /// <summary>Null where it can be made; else the reason to skip.</summary>
    public static string? SkipReason => PrivateNetwork.SkipWithout(s_tools);

    /// <summary>Starts the program where UDP is dropped.</summary>
    /// <param name="folder">Where it writes.</param>
    /// <param name="silently">Whether datagrams vanish on the way, as behind a firewall; else the system itself refuses to send them.</param>
    /// <param name="arguments">The program's.</param>
    public static SampleProgram Start(TestFolder folder, bool silently, params string[] arguments)
    {
        string hook = silently ? "input" : "output";
        string prepare = "ip link set lo up && nft add table inet test && "
            + $"nft 'add chain inet test drops {{ type filter hook {hook} priority 0; }}' && nft add rule inet test drops meta l4proto udp drop";
        return SampleProgram.Start(folder, "unshare", ["--net", "sh", "-c", prepare + " && exec dotnet \"$@\"", "sh", SampleProgram.Path, .. arguments]);
    }
}

/// <summary>A test in a network without UDP: where it cannot be made the test is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BlockedNetworkFactAttribute : FactAttribute
{
    public BlockedNetworkFactAttribute() => Skip = BlockedNetwork.SkipReason;
}

/// <summary>As <see cref="BlockedNetworkFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BlockedNetworkTheoryAttribute : TheoryAttribute
{
    public BlockedNetworkTheoryAttribute() => Skip = BlockedNetwork.SkipReason;
}
