using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

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
    CandidateType Type,
    TcpCandidateType TcpType = TcpCandidateType.None);
