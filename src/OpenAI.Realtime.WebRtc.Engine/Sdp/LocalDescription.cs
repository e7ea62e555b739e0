using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// What we say of ourselves, in an offer or in an answer. Every text in it is ours: made of letters that SDP allows, without line ends.
/// </summary>
internal sealed record LocalDescription
{
    /// <summary>The session id of the o-line: 62 random bits (RFC 8829 §5.2.1).</summary>
    public required ulong SessionId { get; init; }

    /// <summary>The version of the o-line: one more in each description that differs from the one before (RFC 8829 §5.2.2). Default: 2.</summary>
    public ulong SessionVersion { get; init; } = 2;

    /// <summary>Our ICE user name fragment, at least 4 letters of A–Z, a–z, 0–9, + and / (RFC 8839 §5.4).</summary>
    public required string IceUfrag { get; init; }

    /// <summary>Our ICE password, at least 22 such letters.</summary>
    public required string IcePwd { get; init; }

    /// <summary>Whether we never check (RFC 8445 §2.5). Default: false.</summary>
    public bool IceLite { get; init; }

    /// <summary>Every candidate there will be: nothing is trickled.</summary>
    public IReadOnlyList<SdpCandidate> Candidates { get; init; } = [];

    /// <summary>The hash of our certificate.</summary>
    public required CertificateFingerprint Fingerprint { get; init; }

    /// <summary>
    /// Which DTLS role we would like in an answer; an offer leaves the choice. Default: client (<c>a=setup:active</c>), as production answers.
    /// The offer may leave no choice.
    /// </summary>
    public DtlsRole AnswerRole { get; init; } = DtlsRole.Client;

    /// <summary>Which way audio flows, as we see it. Default: both ways.</summary>
    public MediaDirection AudioDirection { get; init; } = MediaDirection.SendReceive;

    /// <summary>The SSRC that we send audio with.</summary>
    public required uint AudioSsrc { get; init; }

    /// <summary>The CNAME of our RTCP (RFC 8834 §4.9).</summary>
    public required string Cname { get; init; }

    /// <summary>The id of our media stream (RFC 8830).</summary>
    public required string StreamId { get; init; }

    /// <summary>The id of our audio track (RFC 8830).</summary>
    public required string TrackId { get; init; }

    /// <summary>The payload type that we offer for Opus; an answer takes the offer's. Default: 111, as browsers do.</summary>
    public byte OpusPayloadType { get; init; } = 111;

    /// <summary>What we wish to receive, in RFC 7587 §6.1's words. Default: packets of 10 ms and more, with in-band FEC.</summary>
    public string OpusFmtp { get; init; } = "minptime=10;useinbandfec=1";

    /// <summary>The largest message that we take, in bytes; 0 would mean any size. Default: 1 MiB.</summary>
    public long MaxMessageSize { get; init; } = 1024 * 1024;

    /// <summary>Our SCTP port. Default: 5000.</summary>
    public ushort SctpPort { get; init; } = 5000;

    /// <summary>The mid of the audio m-line in an offer; an answer takes the offer's. Default: 0.</summary>
    public string AudioMid { get; init; } = "0";

    /// <summary>The mid of the data-channel m-line in an offer; an answer takes the offer's. Default: 1.</summary>
    public string DataMid { get; init; } = "1";

    /// <summary>Enough for a log, without the password.</summary>
    public override string ToString() => $"{nameof(LocalDescription)} {IceUfrag} {Fingerprint}";
}
