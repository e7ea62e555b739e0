using System.Globalization;
using System.Net;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>The proxy that the options name, and what is said when a proxy, theirs or the system's, is why a request fails. Credentials are never said.</summary>
internal static class HttpProxy
{
    public const string Remedy = "Check Proxy, or the system's (HTTPS_PROXY), and that the proxy runs.";
    private const string CredentialRemedy = "Give them as http://user:password@host:port, as Proxy or HTTPS_PROXY; of its ways Basic is known here.";

    /// <summary>Null where they name none.</summary>
    public static IWebProxy? Of(OpenAIRealtimeWebRtcOptions options)
    {
        if (options.Proxy is not { } uri)
            return null;
        if (uri.UserInfo.Length == 0)
            return new WebProxy(uri);
        string[] parts = uri.UserInfo.Split(':', 2);
        var credential = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
        return new WebProxy(new UriBuilder(uri) { UserName = "", Password = "" }.Uri) { Credentials = credential };
    }

    /// <summary>
    /// The host and port that a request tried to reach when they are not the address's own: then it is a proxy. Null when they are, or when nothing is known.
    /// .NET says it in the message of the exception and nowhere else: <c>Connection refused (proxy:3128)</c>.
    /// </summary>
    public static string? AskedInstead(HttpRequestException e, Uri address)
    {
        int from = e.Message.LastIndexOf('(') + 1;
        int colon = e.Message.LastIndexOf(':');
        if (from <= 0 || colon <= from || !e.Message.EndsWith(')') || !ushort.TryParse(e.Message.AsSpan((colon + 1)..^1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return null;
        string host = e.Message[from..colon].Trim('[', ']');
        UriHostNameType kind = Uri.CheckHostName(host);
        if (kind == UriHostNameType.Unknown || (port == address.Port && host.Equals(address.IdnHost.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)))
            return null;
        return kind == UriHostNameType.IPv6 ? $"[{host}]:{port}" : $"{host}:{port}";
    }

    /// <summary>The proxy has answered CONNECT (RFC 9110 §9.3.6) with something else than 200. .NET says which status, again in its message alone: <c>… status code '403'.</c></summary>
    public static string NoTunnel(HttpRequestException e, string shown) => Status(e.Message) switch
    {
        "407" => $"The proxy through which {shown} is asked answered 407: it asks for credentials, or refuses those it was given. {CredentialRemedy}",
        "403" => $"The proxy through which {shown} is asked answered 403: it does not let this program connect there. Ask who runs it to allow the address.",
        { } status => $"The proxy through which {shown} is asked answered {status} and opened no tunnel. {Remedy}",
        null => $"The proxy did not open a tunnel to {shown}. Check its address and credentials.",
    };

    /// <summary>407 in place of an answer: no service says that, only a proxy (RFC 9110 §15.5.8).</summary>
    public static string WantsCredentials(string shown) =>
        $"A proxy answered 407 in place of {shown}: it asks for credentials, or refuses those it was given. {CredentialRemedy}";

    private static string? Status(string message)
    {
        string[] parts = message.Split('\'');
        return parts.Length >= 3 && parts[^2] is { Length: 3 } status && status.All(char.IsAsciiDigit) ? status : null;
    }
}
