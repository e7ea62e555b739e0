namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What a page's offer is answered with, see <c>MapRealtimeOffers</c>.</summary>
public sealed class RealtimeOfferAnswer
{
    /// <summary>The SDP answer, which the page gets byte for byte.</summary>
    public required string Sdp { get; init; }

    /// <summary>The call's or session's id, which the page gets in <c>X-Realtime-Call-Id</c>. Default: null, none.</summary>
    public string? CallId { get; init; }

    /// <summary>
    /// Called, and waited for, when the page has gone before it got the answer: end what nobody can use. What it throws is logged (5003). Default: null, nothing.
    /// </summary>
    public Func<Task>? OnUndelivered { get; init; }
}
