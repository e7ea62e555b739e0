using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>How a route for pages is to be. Read when the host starts.</summary>
public class RealtimeEndpointOptions
{
    /// <summary>
    /// The name under which the client was registered with <c>AddOpenAIRealtimeWebRtc</c>: its options hold the API key, the endpoint and the model.
    /// Default: null, the one without a name.
    /// </summary>
    public string? ClientName { get; set; }

    /// <summary>
    /// How a session behaves when <see cref="ForUser"/> is not set. Default: nothing set, the service's own defaults with the client's model.
    /// </summary>
    public SessionConfig Session { get; set; } = new RealtimeSessionConfig();

    /// <summary>
    /// Chooses session configuration and safety identifier for the user who asks; called after authorization, and before the service is. Returning null
    /// refuses with 403. A <see cref="BadHttpRequestException"/> refuses with its own status and its message as the title. Default: null, <see cref="Session"/> for everyone.
    /// </summary>
    public Func<HttpContext, ValueTask<RealtimeUserSession?>>? ForUser { get; set; }

    /// <summary>
    /// Who asks, as an id that stays the same while a call lasts: only who made a call may hang it up. Default: null, the claims <c>nameidentifier</c> or
    /// <c>sub</c>, or the name of an authenticated user, with the claim's issuer and <c>|</c> in front unless that is this host (<c>https://id.example.com|42</c>):
    /// two issuers may use the same id. Users who are not signed in have none.
    /// </summary>
    public Func<HttpContext, string?>? UserId { get; set; }

    /// <summary>
    /// Origins of other sites whose pages may ask, such as <c>https://app.example.com</c>; they need a CORS policy on the route too. Default: empty, only
    /// pages of the host's own origin. Requests that come from no page, and so carry no <c>Origin</c>, are left to authorization.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The largest request body in bytes; a larger one is refused with 413. Default: 64 KiB; browsers' offers have 2 to 10 KB.</summary>
    public int MaxBodySize { get; set; } = 64 * 1024;

    internal virtual void Validate()
    {
        if (Session is null)
            throw new ArgumentException("Session must not be null.");
        if (MaxBodySize is < 1024 or > 16 * 1024 * 1024)
            throw new ArgumentException("MaxBodySize must lie between 1,024 bytes and 16 MiB.");
        foreach (string origin in AllowedOrigins)
        {
            if (Routes.WebOrigin.TryParse(origin) is null)
                throw new ArgumentException($"AllowedOrigins: '{origin}' is no origin; write scheme, host and port only, such as https://app.example.com.");
        }
    }
}
