namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>What an agent has counted. What starts with <c>Dropped</c> was not used.</summary>
internal sealed class IceCounters
{
    public long RequestsSent { get; set; }

    public long RequestsRetransmitted { get; set; }

    public long ConsentChecksSent { get; set; }

    /// <summary>Checks that kept pairs warm, of <see cref="RequestsSent"/>.</summary>
    public long WarmChecksSent { get; set; }

    public long RequestsReceived { get; set; }

    public long ResponsesSent { get; set; }

    public long ErrorResponsesSent { get; set; }

    public long ResponsesReceived { get; set; }

    public long ErrorResponsesReceived { get; set; }

    public long IndicationsReceived { get; set; }

    public long RoleConflicts { get; set; }

    /// <summary>How often the selected path moved after the first selection, without the peer's nomination.</summary>
    public long Moves { get; set; }

    /// <summary>Not a STUN message, or one of a method that is not Binding.</summary>
    public long DroppedMalformed { get; set; }

    /// <summary>FINGERPRINT does not match.</summary>
    public long DroppedFingerprint { get; set; }

    /// <summary>A request without USERNAME or MESSAGE-INTEGRITY, or a response without MESSAGE-INTEGRITY.</summary>
    public long DroppedUnauthenticated { get; set; }

    /// <summary>A request whose USERNAME is not ours.</summary>
    public long DroppedUsername { get; set; }

    /// <summary>MESSAGE-INTEGRITY was made with another password.</summary>
    public long DroppedIntegrity { get; set; }

    /// <summary>A comprehension-required attribute that we do not know.</summary>
    public long DroppedUnknownAttribute { get; set; }

    /// <summary>A response to no request of ours, or to one that is over.</summary>
    public long DroppedUnknownTransaction { get; set; }

    /// <summary>A response from or to an address that its request did not go to or come from (RFC 8445 §7.2.5.2.1).</summary>
    public long DroppedAsymmetric { get; set; }

    /// <summary>A datagram on a local address that is no candidate of ours.</summary>
    public long DroppedUnknownLocalAddress { get; set; }

    /// <summary>A remote candidate of TCP that this side does not connect to.</summary>
    public long IgnoredTcpCandidates { get; set; }

    /// <summary>A remote candidate, pair, early check or output that a bound of <see cref="IceLimits"/> left no room for.</summary>
    public long DroppedOverLimit { get; set; }
}
