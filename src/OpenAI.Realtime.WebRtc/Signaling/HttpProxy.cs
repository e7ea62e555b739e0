using System.Net;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>The proxy that the options name.</summary>
internal static class HttpProxy
{
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
}
