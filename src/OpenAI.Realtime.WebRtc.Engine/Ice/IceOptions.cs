using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>How an agent behaves. Durations are on the driver's clock.</summary>
internal sealed class IceOptions
{
    /// <summary>Answers checks and sends none; always controlled (RFC 8445 §2.5). Default: false.</summary>
    public bool Lite { get; init; }

    /// <summary>
    /// Whether this agent controls: the offerer of two full agents, and a full agent with a lite peer whoever offered (RFC 8445 §6.1.1;
    /// <see cref="IceAgent.SetRemote"/> sees to the latter). A role conflict can turn it. Ignored when <see cref="Lite"/>. Default: false.
    /// </summary>
    public bool IsControlling { get; init; }

    /// <summary>
    /// How long without a valid answer until consent is gone (RFC 7675 §5.1). Default: 30 s.
    /// −1 ms (infinite) switches consent off: no checks, no expiry, no Disconnected; for simulations only.
    /// </summary>
    public TimeSpan ConsentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A full agent calls the peer disconnected when this long has passed since the first of two or more unanswered consent checks. Default: 5 s.
    /// </summary>
    public TimeSpan DisconnectedAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ta, the shortest time between two checks (RFC 8445 §14.2: 50 ms by default, never under 5 ms). Default: 5 ms.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// After how long a check is repeated as long as no round trip has been measured; then, for the first second, after what <see cref="RetransmitTimer.IntervalFor"/> says.
    /// RFC 8445 §14.3 asks for 500 ms. Default: 100 ms.
    /// </summary>
    public TimeSpan InitialRetransmitTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After a second the interval doubles up to this; from then on a check is repeated at it until the caller gives up. Default: 1 s.</summary>
    public TimeSpan MaxRetransmitTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether consent is watched at all.</summary>
    public bool HasConsent => ConsentTimeout >= TimeSpan.Zero;
}
