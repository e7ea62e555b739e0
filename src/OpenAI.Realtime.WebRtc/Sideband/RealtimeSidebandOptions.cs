using OpenAI.Realtime.WebRtc.Sideband;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>How a <see cref="RealtimeSideband"/> attaches to its call, and stays with it.</summary>
public sealed class RealtimeSidebandOptions
{
    /// <summary>
    /// The key to attach with, in place of the API key: the ephemeral one (<c>ek_…</c>) that the call was opened with, say. Default: null, the API key of the client's options, or without one
    /// their <see cref="OpenAIRealtimeWebRtcOptions.EphemeralKey"/>.
    /// </summary>
    public string? EphemeralKey { get; set; }

    /// <summary>
    /// How long a call that the service does not know yet is waited for: it answers 404 until the call's media are connected, or a SIP call is answered. Zero: not at all. At most 10 minutes.
    /// Default: 10 s.
    /// </summary>
    public TimeSpan WaitForCall { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a sideband whose WebSocket is gone tries to attach again. Zero: it ends instead. At most 10 minutes. Default: 60 s.</summary>
    public TimeSpan ReconnectTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>After how much silence of the service a sign of life is asked for (a ping, RFC 6455 §5.5.2). From 1 s to 10 minutes. Default: 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the service may take to answer that; then the WebSocket counts as gone. From 1 s to 10 minutes. Default: 15 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether closing the sideband hangs the call up. Default: false, the call goes on without it.</summary>
    public bool HangUpOnClose { get; set; }

    /// <summary>Shown every event in both directions as it is on the wire. Must be quick; what it throws is logged once. Default: null.</summary>
    public RealtimeEventTrace? EventTrace { get; set; }

    internal SidebandTimes Times => new(WaitForCall, ReconnectTimeout, KeepAliveInterval, KeepAliveTimeout);

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        if (EphemeralKey?.Length == 0 || HeaderValue.FaultOfKey(EphemeralKey) is not null)
            throw new ArgumentException($"EphemeralKey {HeaderValue.FaultOfKey(EphemeralKey) ?? "is empty."}");
        Times.Validate(nameof(WaitForCall));
    }
}
