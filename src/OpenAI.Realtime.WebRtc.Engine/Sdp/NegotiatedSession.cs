using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>What offer and answer agree on, seen from our side: all that the machines below need to know of the peer.</summary>
internal sealed record NegotiatedSession
{
    /// <summary>The peer's ICE user name fragment.</summary>
    public required string RemoteUfrag { get; init; }

    /// <summary>The peer's ICE password.</summary>
    public required string RemotePwd { get; init; }

    /// <summary>Whether the peer never checks, so that we control.</summary>
    public required bool RemoteIsIceLite { get; init; }

    /// <summary>The peer's candidates to which a check can be sent, UDP and listening TCP, each address once.</summary>
    public required IReadOnlyList<SdpCandidate> RemoteCandidates { get; init; }

    /// <summary>How many of the peer's candidates hide behind a name (mDNS); such a peer must reach us first.</summary>
    public required int NamedCandidates { get; init; }

    /// <summary>How many other candidate lines cannot be used.</summary>
    public required int UnusableCandidates { get; init; }

    /// <summary>The peer's certificate must match one of these; all are of hash functions that we check.</summary>
    public required IReadOnlyList<CertificateFingerprint> RemoteFingerprints { get; init; }

    /// <summary>Our side of the DTLS handshake.</summary>
    public required DtlsRole DtlsRole { get; init; }

    /// <summary>The audio track; null when there is none.</summary>
    public required NegotiatedAudio? Audio { get; init; }

    /// <summary>The peer's SCTP port.</summary>
    public required ushort RemoteSctpPort { get; init; }

    /// <summary>The largest message that the peer takes, in bytes; <see cref="long.MaxValue"/> when it takes any size.</summary>
    public required long RemoteMaxMessageSize { get; init; }

    /// <summary>Enough for a log, without the password.</summary>
    public override string ToString() =>
        $"ICE {(RemoteIsIceLite ? "lite" : "full")} {RemoteUfrag}, {RemoteCandidates.Count} candidates ({NamedCandidates} more by name, {UnusableCandidates} unusable), "
        + $"DTLS {(DtlsRole == DtlsRole.Client ? "client" : "server")}, audio {(Audio is null ? "none" : $"{Audio.Direction.ToSdp()} {Audio.Opus.PayloadType}")}, "
        + $"SCTP {RemoteSctpPort}, messages up to {RemoteMaxMessageSize} bytes";
}

/// <summary>The audio track that was agreed on.</summary>
/// <param name="Opus">Opus as the peer wishes to receive it; its payload type is the one to send with.</param>
/// <param name="Direction">Which way audio flows, as we see it.</param>
/// <param name="ReceivePayloadType">The payload type that the peer sends Opus with: the one in our description.</param>
/// <param name="RemoteSsrc">The SSRC that the peer sends with, if it told.</param>
/// <param name="RemoteCname">The peer's CNAME, if it told.</param>
internal sealed record NegotiatedAudio(OpusFormat Opus, MediaDirection Direction, byte ReceivePayloadType, uint? RemoteSsrc, string? RemoteCname);
