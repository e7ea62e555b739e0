namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>The HTTP handlers of the SDK's own clients.</summary>
internal static class HttpHandlers
{
    /// <summary>Redirects are followed by us, on the same origin only; a handler of .NET's would carry an <c>api-key</c> header anywhere.</summary>
    public static SocketsHttpHandler Create(OpenAIRealtimeWebRtcOptions? options = null) => new()
    {
        Proxy = options is null ? null : HttpProxy.Of(options), // null: the system's
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
