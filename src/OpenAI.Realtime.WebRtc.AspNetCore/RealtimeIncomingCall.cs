using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>
/// Somebody calls the project's SIP address, and the service waits for this host's answer. Its methods are those of <see cref="RealtimeCalls"/> for this call, and can be used after the handler has returned.
/// </summary>
public sealed class RealtimeIncomingCall
{
    internal RealtimeIncomingCall(RealtimeWebhook webhook, RealtimeCallIncoming incoming, RealtimeCalls calls)
    {
        Webhook = webhook;
        Event = incoming;
        Calls = calls;
    }

    /// <summary>The webhook that told of it.</summary>
    public RealtimeWebhook Webhook { get; }

    /// <summary>What it says.</summary>
    public RealtimeCallIncoming Event { get; }

    /// <summary>Controls it, and every other call of the project.</summary>
    public RealtimeCalls Calls { get; }

    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public string CallId => Event.Data.CallId;

    /// <summary>The first header of the SIP invitation with this name, such as <c>From</c> or <c>To</c>; null when there is none. The caller's network writes them: nobody vouches for a name or a number in them.</summary>
    public string? SipHeader(string name) =>
        Event.Data.SipHeaders.FirstOrDefault(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <summary>Answers it with a session, see <see cref="RealtimeCalls.AcceptAsync"/>.</summary>
    /// <param name="session">What the session is to be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached.</exception>
    public Task AcceptAsync(SessionConfig session, CancellationToken cancellationToken = default) => Calls.AcceptAsync(CallId, session, cancellationToken);

    /// <summary>Turns it down, see <see cref="RealtimeCalls.RejectAsync"/>.</summary>
    /// <param name="sipStatusCode">What the caller is told, such as 486 (busy); 400 to 699. Default: 603 (decline).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The code is no SIP status of a refusal.</exception>
    public Task RejectAsync(int sipStatusCode = 603, CancellationToken cancellationToken = default) => Calls.RejectAsync(CallId, sipStatusCode, cancellationToken);

    /// <summary>Hands it on, once it was answered, see <see cref="RealtimeCalls.ReferAsync"/>.</summary>
    /// <param name="targetUri">To whom: <c>tel:+14155550123</c>, or a <c>sip:</c> address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached.</exception>
    public Task ReferAsync(string targetUri, CancellationToken cancellationToken = default) => Calls.ReferAsync(CallId, targetUri, cancellationToken);

    /// <summary>Ends it, once it was answered, see <see cref="RealtimeCalls.HangUpAsync"/>. One that is no longer there counts as ended.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached.</exception>
    public Task HangUpAsync(CancellationToken cancellationToken = default) => Calls.HangUpAsync(CallId, cancellationToken);

    /// <summary>Attaches to it, once it was answered, see <see cref="RealtimeCalls.AttachAsync"/>.</summary>
    /// <param name="options">How it attaches, and stays. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A sideband to be disposed by the caller; it may outlive the request.</returns>
    /// <exception cref="RealtimeCallException">There is no such call, the service refused, or could not be reached.</exception>
    public Task<RealtimeSideband> AttachAsync(RealtimeSidebandOptions? options = null, CancellationToken cancellationToken = default) => Calls.AttachAsync(CallId, options, cancellationToken);
}
