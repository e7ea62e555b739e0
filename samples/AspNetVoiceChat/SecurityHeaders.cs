namespace AspNetVoiceChat;

/// <summary>What the browser is told to refuse, so that nobody else's script ever runs in the page that holds the microphone.</summary>
internal static class SecurityHeaders
{
    /// <param name="app">The application.</param>
    /// <param name="service">Where the page posts offers; null when that is this host.</param>
    public static void UseSecurityHeaders(this WebApplication app, Uri? service)
    {
        string connect = service is null ? "'self'" : $"'self' {service.GetLeftPart(UriPartial.Authority)}";
        string policy = $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {connect}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        app.Use((context, next) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()";
            return next(context);
        });
    }
}
