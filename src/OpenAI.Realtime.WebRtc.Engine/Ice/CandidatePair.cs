using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Where the check of a pair stands (RFC 8445 §6.1.2.6).</summary>
internal enum CandidatePairState : byte
{
    /// <summary>No check has been sent, or a new one is wanted.</summary>
    Waiting,

    /// <summary>Of TCP alone: not checked yet, because UDP has its head start, or because the stream is being opened.</summary>
    Frozen,

    /// <summary>A check has been sent and its answer is awaited.</summary>
    InProgress,

    /// <summary>The last check succeeded.</summary>
    Succeeded,

    /// <summary>Selected, and the last check succeeded; more follow until the peer's data shows that it has selected the pair, too.</summary>
    Confirming,

    /// <summary>The last check was refused; a new one follows at <see cref="CandidatePair.NextSendAt"/>.</summary>
    Failed,

    /// <summary>Another pair has been selected: no checks any more, unless the peer's own trigger one (RFC 8445 §8.1.2).</summary>
    Retired,
}

/// <summary>The stream of a TCP pair.</summary>
internal enum PairStream : byte
{
    /// <summary>UDP: there is none.</summary>
    NotNeeded,

    Closed,

    /// <summary>The driver has been asked to open it.</summary>
    Opening,

    Open,
}

/// <summary>A local and a remote candidate, and the check between them (RFC 8445 §6.1.2.2).</summary>
internal sealed class CandidatePair(in TransportPath path, uint localPriority, uint remotePriority, uint peerReflexivePriority)
{
    /// <summary>From the local candidate's base to the remote candidate.</summary>
    public TransportPath Path { get; } = path;

    /// <summary>What checks carry as PRIORITY: that of a peer-reflexive candidate with this base (RFC 8445 §7.1.1).</summary>
    public uint PeerReflexivePriority { get; } = peerReflexivePriority;

    public ulong Priority { get; private set; }

    public bool IsTcp => Path.Protocol == TransportProtocol.Tcp;

    /// <summary>Whether this side opens the stream: the port of an active candidate says nothing and is 0 here.</summary>
    public bool IsActive => IsTcp && Path.Local.Port == 0;

    public PairStream Stream { get; set; } = path.Protocol == TransportProtocol.Tcp ? PairStream.Closed : PairStream.NotNeeded;

    /// <summary>Why the stream was closed last, or why it is not open yet, in words of the driver's; null when nothing has failed.</summary>
    public string? WhyClosed { get; set; }

    /// <summary>The system has refused to send there: no route, or a filter on this machine.</summary>
    public bool IsUnsendable { get; set; }

    /// <summary>Its local address is no more, and no other pair has been found yet to take its place.</summary>
    public bool IsGone { get; set; }

    /// <summary>All checks sent on this pair.</summary>
    public int ChecksSent { get; set; }

    public CandidatePairState State { get; set; }

    /// <summary>A check of ours succeeded: the pair is in the valid list (RFC 8445 §7.2.5.3.2).</summary>
    public bool IsValid { get; set; }

    /// <summary>An authenticated request of the peer's came this way.</summary>
    public bool RequestReceived { get; set; }

    /// <summary>When the last one came, or an answer, or data.</summary>
    public Instant LastHeardAt { get; set; }

    /// <summary>When the last check that was answered had been sent; <see cref="Instant.Zero"/> when none was.</summary>
    public Instant AnsweredCheckAt { get; set; }

    /// <summary>How long its answer took; null before.</summary>
    public TimeSpan? RoundTrip { get; set; }

    /// <summary>Of a pair that is kept warm: its checks that were not answered since the last one that was.</summary>
    public int Misses { get; set; }

    /// <summary>The peer's data comes this way and no more by the selected pair: it is to be selected once a check shows that ours arrives, too.</summary>
    public bool SelectOnSuccess { get; set; }

    /// <summary>The peer sent USE-CANDIDATE before our own check had succeeded (RFC 8445 §7.3.1.5).</summary>
    public bool NominateOnSuccess { get; set; }

    /// <summary>The place in the triggered-check queue (RFC 8445 §6.1.4.1), from 1; 0 when not in it.</summary>
    public long TriggeredOrder { get; set; }

    /// <summary>The checks whose answers may still come.</summary>
    public CheckTransactions Checks { get; } = new();

    /// <summary>How often the check has been sent since <see cref="FirstSentAt"/>.</summary>
    public int Transmissions { get; set; }

    public Instant FirstSentAt { get; set; }

    public Instant LastSentAt { get; set; }

    /// <summary>After how long it is sent again.</summary>
    public TimeSpan Interval { get; set; }

    /// <summary>When the check is sent again (InProgress, Confirming) or anew (Failed).</summary>
    public Instant NextSendAt { get; set; }

    public void UpdatePriority(bool isControlling) => Priority = IcePriority.OfPair(localPriority, remotePriority, isControlling);
}
