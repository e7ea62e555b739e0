namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>What a candidate is to its agent (RFC 8445 §4).</summary>
internal enum CandidateType : byte
{
    /// <summary>An address of the machine itself.</summary>
    Host,

    /// <summary>What a STUN server saw of it.</summary>
    ServerReflexive,

    /// <summary>What the peer saw of it, learnt from a connectivity check.</summary>
    PeerReflexive,

    /// <summary>An address on a TURN server.</summary>
    Relayed,
}
