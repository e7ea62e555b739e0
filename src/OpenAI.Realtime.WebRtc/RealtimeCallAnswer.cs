namespace OpenAI.Realtime.WebRtc;

/// <summary>What the service answers to an offer: the call that it has made.</summary>
/// <param name="Sdp">The answer as SDP, byte for byte as it came. Whoever made the offer needs it, and nobody else: it holds the password of the connection.</param>
/// <param name="CallId">The call's id, <c>rtc_…</c>; null when the service named none.</param>
public sealed record RealtimeCallAnswer(string Sdp, string? CallId)
{
    /// <summary>Names the call; never the SDP.</summary>
    public override string ToString() => $"answer of call {CallId ?? "(without an id)"}";
}
