using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

/// <summary>What a <see cref="DtlsConnection"/> is asked to be.</summary>
internal sealed class DtlsOptions
{
    public required DtlsRole Role { get; init; }

    /// <summary>Our certificate. The connection uses it and does not dispose it.</summary>
    public required DtlsCertificate Certificate { get; init; }

    /// <summary>The fingerprints that the peer's SDP named (RFC 8122 §5); its certificate must match one of them. Never empty.</summary>
    public required IReadOnlyList<CertificateFingerprint> PeerFingerprints { get; init; }

    /// <summary>
    /// SRTP profiles in our order of preference. When it is not empty, a peer with none in common is refused; when it is empty,
    /// <c>use_srtp</c> is left out.
    /// </summary>
    public IReadOnlyList<SrtpProtectionProfile> SrtpProfiles { get; init; } =
        [SrtpProtectionProfile.AeadAes128Gcm, SrtpProtectionProfile.Aes128CmHmacSha1_80];

    /// <summary>The largest datagram of the handshake, in bytes; longer messages are fragmented. What is not answered is repeated in smaller ones. Default: 1,200; at least 256.</summary>
    public int MaxDatagramSize { get; init; } = 1200;

    public required RandomSource Random { get; init; }

    /// <summary>
    /// How long until a flight is repeated the first time, where <see cref="DtlsConnection.RoundTrip"/> is not known. Default: 100 ms. RFC 6347 §4.2.4.1 asks for 1 s.
    /// </summary>
    public TimeSpan FirstRetransmit { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After a second the interval doubles with each repeat up to this. Default: 2 s. RFC 6347 §4.2.4.1 asks for at least 60 s.</summary>
    public TimeSpan MaxRetransmit { get; init; } = TimeSpan.FromSeconds(2);
}
