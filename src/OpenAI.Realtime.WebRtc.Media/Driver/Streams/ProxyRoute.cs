using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The proxy that is to be asked for a connection: what it is called, where it is, and who we are to it.</summary>
/// <param name="Name">Scheme, host and port: never a password.</param>
/// <param name="EndPoint">Where it is; null when it cannot be used, for <paramref name="Problem"/>.</param>
/// <param name="Credential">What it is told when it asks; null for nothing.</param>
/// <param name="Problem">Why it cannot be used.</param>
internal sealed record ProxyRoute(string Name, IPEndPoint? EndPoint, NetworkCredential? Credential, string Problem = "")
{
    /// <summary>
    /// Asks for the proxy to an address; null when that is to be reached directly. May take as long as the system's own ways of finding a proxy do, so it never runs on the wait thread.
    /// </summary>
    public static async Task<ProxyRoute?> FindAsync(IWebProxy proxy, IPEndPoint target)
    {
        var destination = new Uri($"https://{target}/");
        Uri? uri;
        NetworkCredential? credential;
        try
        {
            uri = proxy.IsBypassed(destination) ? null : proxy.GetProxy(destination);
            if (uri is null || uri == destination)
                return null;
            credential = proxy.Credentials?.GetCredential(uri, "Basic");
        }
        catch (Exception e) // a proxy of the user's own
        {
            return new("the proxy", null, null, $"asking which one to use failed with {e.GetType().Name}");
        }

        string name = $"{uri.Scheme}://{uri.Host}:{uri.Port}";
        if (!uri.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
            return new(name, null, null, "only proxies with http:// can be asked to connect");
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(uri.IdnHost).ConfigureAwait(false);
            // IPv4 first, as of our own addresses.
            IPAddress? address = addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault();
            return address is null ? new(name, null, null, "its name has no address") : new(name, new IPEndPoint(address, uri.Port), credential);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return new(name, null, null, "its name cannot be resolved");
        }
    }
}
