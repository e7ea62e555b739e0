using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>What a candidate is to its agent (RFC 8445 §4).</summary>
internal enum IceCandidateType : byte
{
    /// <summary>An address of the machine's own.</summary>
    Host,

    /// <summary>What a STUN server saw of it.</summary>
    ServerReflexive,

    /// <summary>What the peer saw of it, learnt from a connectivity check.</summary>
    PeerReflexive,

    /// <summary>An address on a TURN server.</summary>
    Relayed,
}

/// <summary>Who opens the connection of a TCP candidate (RFC 6544 §4.5); <see cref="None"/> for UDP.</summary>
internal enum IceTcpType : byte
{
    None,
    Active,
    Passive,
    SimultaneousOpen,
}

/// <summary>A candidate (RFC 8445 §5.1), without its SDP form: <c>Peer</c> carries it to and from SDP.</summary>
/// <param name="Foundation">Equal for candidates of one type, base address, server and protocol (RFC 8445 §5.1.1.3).</param>
/// <param name="Component">1: RTP and RTCP share one port, and so does the data channel.</param>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Priority">RFC 8445 §5.1.2.</param>
/// <param name="Address">Where the candidate is reached.</param>
/// <param name="Type">Host, reflexive or relayed.</param>
/// <param name="TcpType">For TCP only.</param>
internal readonly record struct IceCandidate(
    string Foundation,
    int Component,
    TransportProtocol Protocol,
    uint Priority,
    TransportAddress Address,
    IceCandidateType Type,
    IceTcpType TcpType = IceTcpType.None);
