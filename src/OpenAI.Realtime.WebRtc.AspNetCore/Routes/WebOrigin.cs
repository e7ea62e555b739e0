using Microsoft.AspNetCore.Http;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Scheme, host and port of a page (RFC 6454).</summary>
internal readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    /// <summary>Reads an origin as a browser writes it: no path, no user, no query. Null for anything else, <c>null</c> included.</summary>
    public static WebOrigin? TryParse(string? text) =>
        text is { Length: > 0 and <= 512 } && Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && !text.EndsWith('/')
            ? new WebOrigin(uri.Scheme, uri.IdnHost.ToLowerInvariant(), uri.Port)
            : null;

    /// <summary>The host's own, as the request names it.</summary>
    public static WebOrigin? Of(HttpRequest request) => TryParse($"{request.Scheme}://{request.Host.ToUriComponent()}");

    /// <summary>
    /// Why a page may not ask; null when it may. Both headers are written by the browser and cannot be set by a page's script. A request without either
    /// comes from no page: it carries nobody's cookies but its own, so authorization alone decides about it.
    /// </summary>
    public static string? Refusal(HttpRequest request, IReadOnlySet<WebOrigin> allowed)
    {
        string? origin = request.Headers.Origin.Count == 0 ? null : request.Headers.Origin.ToString();
        if (origin is not null)
        {
            WebOrigin? asking = TryParse(origin);
            if (asking is { } known && allowed.Contains(known))
                return null;
            if (asking is null || asking != Of(request))
            {
                return "The page is of another origin than this host. A host behind a proxy has to be told its public scheme and name (UseForwardedHeaders); "
                    + "pages of other sites have to be listed in AllowedOrigins.";
            }
        }
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" or "none" ? null : "The browser says that the request comes from another site.";
    }
}
