namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>When a machine wants <c>HandleTimeout</c> to be called next, and why.</summary>
/// <param name="At">The moment, or <see cref="Instant.Never"/>.</param>
/// <param name="Reason">What the machine will do then; for logs and tests.</param>
public readonly record struct Wake(Instant At, WakeReason Reason)
{
    /// <summary>Nothing is due.</summary>
    public static Wake Never => new(Instant.Never, WakeReason.None);

    /// <summary>The earlier of the two; the first when they fall together.</summary>
    public static Wake Earlier(Wake a, Wake b) => b.At < a.At ? b : a;
}

/// <summary>What a machine will do at its next wake-up.</summary>
public enum WakeReason
{
    /// <summary>Nothing is due.</summary>
    None,

    /// <summary>Output is ready to be drained now.</summary>
    OutputPending,

    /// <summary>ICE starts or repeats a connectivity check (RFC 8445 §6.1.4, §14).</summary>
    IceCheck,

    /// <summary>ICE sends a consent check (RFC 7675 §5.1).</summary>
    IceConsent,

    /// <summary>Consent runs out, or the selected pair counts as disconnected (RFC 7675 §5.1).</summary>
    IceConsentExpiry,

    /// <summary>DTLS repeats its last flight (RFC 6347 §4.2.4).</summary>
    DtlsRetransmit,

    /// <summary>SCTP repeats INIT or COOKIE ECHO (RFC 9260 §5.1, T1).</summary>
    SctpInit,

    /// <summary>SCTP repeats DATA (RFC 9260 §6.3, T3-rtx).</summary>
    SctpRetransmit,

    /// <summary>SCTP sends a delayed SACK (RFC 9260 §6.2).</summary>
    SctpDelayedAck,

    /// <summary>SCTP sends a HEARTBEAT (RFC 9260 §8.3).</summary>
    SctpHeartbeat,

    /// <summary>SCTP repeats SHUTDOWN or SHUTDOWN ACK (RFC 9260 §9.2, T2).</summary>
    SctpShutdown,

    /// <summary>A sender or receiver report is due (RFC 3550 §6.2).</summary>
    RtcpReport,

    /// <summary>A phase of connecting, or closing, has taken too long.</summary>
    PhaseTimeout,
}
