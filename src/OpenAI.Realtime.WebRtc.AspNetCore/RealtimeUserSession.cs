using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What one user's session is to be.</summary>
public sealed class RealtimeUserSession
{
    /// <summary>How the session behaves. Default: nothing set.</summary>
    public RealtimeSessionConfig Session { get; set; } = new();

    /// <summary>
    /// The end user's stable, hashed identifier, sent as <c>OpenAI-Safety-Identifier</c>: visible ASCII. Default: null,
    /// <see cref="OpenAIRealtimeWebRtcOptions.SafetyIdentifier"/>.
    /// </summary>
    public string? SafetyIdentifier { get; set; }
}
