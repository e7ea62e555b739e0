using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// An offer or an answer from the peer, read tolerantly: it says what is there, <see cref="AnswerValidator"/> and
/// <see cref="OfferValidator"/> say whether that is enough.
/// </summary>
internal sealed class SessionDescription
{
    /// <summary>What a peer takes when it does not say: 64 KiB (RFC 8841 §6.1).</summary>
    public const long DefaultMaxMessageSize = 65536;

    /// <summary>The session id of the o-line as it is written; empty when the line is missing.</summary>
    public string SessionId { get; set; } = "";

    /// <summary>The number of <see cref="LastLine"/>.</summary>
    public int LastLineNumber { get; set; }

    /// <summary>The last line that is not empty, as it is written, with secrets replaced: it shows where a text was cut.</summary>
    public string LastLine { get; set; } = "";

    /// <summary><c>a=ice-lite</c>: the peer never checks, so we control (RFC 8445 §2.5).</summary>
    public bool IsIceLite { get; set; }

    /// <summary><c>a=extmap-allow-mixed</c> (RFC 8285 §6); written back when offered.</summary>
    public bool HasExtmapAllowMixed { get; set; }

    /// <summary>The mids of the first <c>a=group:BUNDLE</c>, in order: the first one's transport is used. Null when there is no such group.</summary>
    public IReadOnlyList<string>? BundleMids { get; set; }

    /// <summary>The number of the line that holds <see cref="BundleMids"/>; 0 when there is none.</summary>
    public int BundleLine { get; set; }

    /// <summary>ICE and DTLS as told for the whole session.</summary>
    public SdpTransport Transport { get; } = new();

    /// <summary>The direction told for the whole session; null when not told.</summary>
    public MediaDirection? Direction { get; set; }

    /// <summary>The m-lines, in order.</summary>
    public List<MediaDescription> Media { get; } = [];

    /// <summary>Candidate lines that were passed over: malformed, of an unknown transport, or too many.</summary>
    public int IgnoredCandidates { get; set; }

    /// <summary>The first audio m-line that is not rejected and knows Opus; else the first audio m-line; null when there is none.</summary>
    public MediaDescription? Audio =>
        Media.Find(m => m is { Kind: SdpMediaKind.Audio, IsRejected: false, Opus: not null }) ?? Media.Find(m => m.Kind == SdpMediaKind.Audio);

    /// <summary>The first data-channel m-line that is not rejected; else the first one; null when there is none.</summary>
    public MediaDescription? DataChannel =>
        Media.Find(m => m is { Kind: SdpMediaKind.DataChannel, IsRejected: false }) ?? Media.Find(m => m.Kind == SdpMediaKind.DataChannel);

    /// <summary>Reads an offer or an answer. Never throws.</summary>
    /// <param name="sdp">The text; line ends may be CRLF, LF or CR, and the last one may be missing.</param>
    /// <param name="description">What was read.</param>
    /// <param name="error">Why not, with the line, the reason and the remedy.</param>
    public static bool TryParse(string? sdp, [NotNullWhen(true)] out SessionDescription? description, out SdpError error)
    {
        SessionDescriptionParser parser = new();
        description = parser.TryParse(sdp, out error) ? parser.Description : null;
        return description is not null;
    }

    /// <summary>The user name fragment for an m-line.</summary>
    public string? IceUfragOf(MediaDescription media) => LevelOfIce(media).IceUfrag;

    /// <summary>The password for an m-line.</summary>
    public string? IcePwdOf(MediaDescription media) => LevelOfIce(media).IcePwd;

    /// <summary>The setup attribute for an m-line.</summary>
    public SdpSetup? SetupOf(MediaDescription media) => media.Transport.Setup ?? Transport.Setup;

    /// <summary>The number of the line that <see cref="SetupOf"/> is from.</summary>
    public int SetupLineOf(MediaDescription media) => media.Transport.Setup is null ? Transport.SetupLine : media.Transport.SetupLine;

    /// <summary>The fingerprints for an m-line.</summary>
    public IReadOnlyList<CertificateFingerprint> FingerprintsOf(MediaDescription media) =>
        media.Transport.Fingerprints.Count > 0 ? media.Transport.Fingerprints : Transport.Fingerprints;

    /// <summary>What was wrong with a fingerprint line for an m-line; <see cref="SdpError.None"/> when nothing was.</summary>
    public SdpError FingerprintErrorOf(MediaDescription media) =>
        media.Transport.FingerprintError != SdpError.None ? media.Transport.FingerprintError : Transport.FingerprintError;

    /// <summary>What was wrong with a setup line for an m-line; <see cref="SdpError.None"/> when nothing was.</summary>
    public SdpError SetupErrorOf(MediaDescription media) => media.Transport.SetupError != SdpError.None ? media.Transport.SetupError : Transport.SetupError;

    /// <summary>The direction of an m-line, as its writer sees it.</summary>
    public MediaDirection DirectionOf(MediaDescription media) => media.Direction ?? Direction ?? MediaDirection.SendReceive;

    // Fragment and password belong together: never one from each level.
    private SdpTransport LevelOfIce(MediaDescription media) =>
        media.Transport.IceUfrag is null && media.Transport.IcePwd is null ? Transport : media.Transport;
}
