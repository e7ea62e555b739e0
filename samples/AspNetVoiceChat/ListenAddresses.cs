using System.Net;

namespace AspNetVoiceChat;

/// <summary>What the program is told to listen on, such as <c>http://localhost:5080</c>, one after the other with semicolons between.</summary>
internal static class ListenAddresses
{
    /// <summary>The hosts' names and addresses, as they stand there.</summary>
    public static string[] HostsOf(string urls) => [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => BindingAddress.Parse(url).Host)];

    /// <summary>A host by which this program can be asked: where it listens on every address of the machine, which is good for that alone, it is loopback's.</summary>
    public static string Reachable(string host) => host is "0.0.0.0" or "[::]" or "*" or "+" ? "127.0.0.1" : host;

    /// <summary>Whether only this machine can get there.</summary>
    public static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
