namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>
/// A call that this host has opened for a page, as <see cref="RealtimeCallsOptions.OnCall"/> is given it: the sound goes between the page and the service, and the host takes part by <see cref="AttachAsync"/>.
/// </summary>
public sealed class RealtimePageCall
{
    internal RealtimePageCall(string callId, RealtimeCalls calls, RealtimeUserSession userSession, string? userId, IServiceProvider services)
    {
        CallId = callId;
        Calls = calls;
        UserSession = userSession;
        UserId = userId;
        Services = services;
    }

    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public string CallId { get; }

    /// <summary>Controls it, and every other call of the project.</summary>
    public RealtimeCalls Calls { get; }

    /// <summary>What the application chose for this user when the call was opened.</summary>
    public RealtimeUserSession UserSession { get; }

    /// <summary>Who opened it, as <see cref="RealtimeEndpointOptions.UserId"/> says; null for who was not signed in. The request that opened the call is over; what else of it is needed goes into <see cref="RealtimeUserSession.State"/>.</summary>
    public string? UserId { get; }

    /// <summary>Services in a scope of this call's, which ends with <see cref="RealtimeCallsOptions.OnCall"/>.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Attaches to it, see <see cref="RealtimeCalls.AttachAsync"/>. The service knows the call when the page has connected, and so long it is waited for.</summary>
    /// <param name="options">How it attaches, and stays. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A sideband to be disposed by the caller.</returns>
    /// <exception cref="RealtimeCallException">There is no such call, the service refused, or could not be reached.</exception>
    public Task<RealtimeSideband> AttachAsync(RealtimeSidebandOptions? options = null, CancellationToken cancellationToken = default) => Calls.AttachAsync(CallId, options, cancellationToken);
}
