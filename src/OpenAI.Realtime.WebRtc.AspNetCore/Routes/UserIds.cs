using System.Security.Claims;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Who a user is where the application does not say it itself.</summary>
internal static class UserIds
{
    /// <summary>Ends the issuer, where there is one.</summary>
    private const char Separator = '|';

    /// <summary>
    /// The user's id, with its issuer in front unless that is this host: an id is unique only at its issuer (OpenID Connect Core §2). Null for who is not signed in.
    /// </summary>
    public static string? Of(ClaimsPrincipal user)
    {
        if (user.Identity is not { IsAuthenticated: true } identity)
            return null;
        Claim? claim = user.FindFirst(ClaimTypes.NameIdentifier) ?? user.FindFirst("sub")
            ?? (identity is ClaimsIdentity named ? named.FindFirst(named.NameClaimType) : null);
        if ((claim?.Value ?? identity.Name) is not { } id)
            return null;
        string? issuer = claim is null ? null
            : claim.Issuer != ClaimsIdentity.DefaultIssuer ? claim.Issuer
            : claim.Subject?.FindFirst("iss")?.Value;

        // An id of this host's own must not look like one of an issuer's.
        return string.IsNullOrEmpty(issuer) && !id.Contains(Separator, StringComparison.Ordinal)
            ? id
            : issuer?.Replace("%", "%25", StringComparison.Ordinal).Replace("|", "%7C", StringComparison.Ordinal) + Separator + id;
    }
}
