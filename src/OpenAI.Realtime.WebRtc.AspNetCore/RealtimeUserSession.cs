using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What one user's session is to be.</summary>
public sealed class RealtimeUserSession
{
    /// <summary>How the session behaves. Default: nothing set.</summary>
    public SessionConfig Session { get; set; } = new RealtimeSessionConfig();

    /// <summary>
    /// The end user's stable, hashed identifier, sent as <c>OpenAI-Safety-Identifier</c>: visible ASCII. Default: null,
    /// <see cref="OpenAIRealtimeWebRtcOptions.SafetyIdentifier"/>.
    /// </summary>
    public string? SafetyIdentifier { get; set; }

    /// <summary>
    /// What <see cref="RealtimeCallsOptions.OnCall"/> is to know of the request that opened the call, a tenant or a name: when it runs the request is over. Sent nowhere. Default: null.
    /// </summary>
    public object? State { get; set; }
}
