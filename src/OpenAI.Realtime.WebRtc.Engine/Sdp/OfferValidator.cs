using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Says whether we can answer an offer, and what will be agreed on; <see cref="AnswerWriter"/> then writes that. One audio m-line with Opus and
/// one data-channel m-line are taken, the first of each kind; every other m-line is rejected. An offer without audio is taken too.
/// </summary>
internal static class OfferValidator
{
    /// <summary>Compares a peer's offer with what we can do.</summary>
    /// <param name="offer">The peer's offer.</param>
    /// <param name="local">What we will say of ourselves.</param>
    /// <param name="session">What will be agreed on.</param>
    /// <param name="error">Why not, with the line, the reason and the remedy.</param>
    public static bool TryNegotiate(SessionDescription offer, LocalDescription local, [NotNullWhen(true)] out NegotiatedSession? session, out SdpError error)
    {
        session = null;
        MediaDescription? audio = offer.Audio is { IsRejected: false } found ? found : null;
        if (!TryCheckData(offer, out MediaDescription? data, out error) || !TryCheckAudio(audio, out error))
            return false;

        ReadOnlySpan<MediaDescription> accepted = audio is null ? [data] : [audio, data];
        ReadOnlySpan<string?> mids = audio is null ? [data.Mid] : [audio.Mid, data.Mid];
        if (!BundledTransport.TryFindTagged(offer, accepted, mids, "offer", out MediaDescription? tagged, out error)
            || !BundledTransport.TryCheck(offer, tagged, "offer", out IReadOnlyList<CertificateFingerprint> fingerprints, out error)
            || !TryChooseRole(offer, local, tagged, out DtlsRole role, out error))
            return false;

        // Two lite agents would both wait to be checked (RFC 8445 §6.1.1 leaves them to know each other's addresses otherwise).
        if (offer.IsIceLite && local.IceLite)
        {
            error = SdpError.Missing("The offer says a=ice-lite and so do we: nobody would send connectivity checks. One side must be a full ICE agent.");
            return false;
        }

        session = new()
        {
            RemoteUfrag = offer.IceUfragOf(tagged)!,
            RemotePwd = offer.IcePwdOf(tagged)!,
            RemoteIsIceLite = offer.IsIceLite,
            RemoteCandidates = BundledTransport.Candidates(offer, tagged, out int named, out int unusable),
            NamedCandidates = named,
            UnusableCandidates = unusable,
            RemoteFingerprints = fingerprints,
            DtlsRole = role,
            Audio = audio is { Opus: { } opus }
                ? new(opus, local.AudioDirection & offer.DirectionOf(audio).Reversed(), opus.PayloadType, audio.Ssrc, audio.Cname)
                : null,
            RemoteSctpPort = data.SctpPort ?? 5000,
            RemoteMaxMessageSize = BundledTransport.MaxMessageSize(data),
        };
        return true;
    }

    private static bool TryCheckData(SessionDescription offer, [NotNullWhen(true)] out MediaDescription? data, out SdpError error)
    {
        data = offer.DataChannel;
        if (data is { IsRejected: false })
        {
            error = SdpError.None;
            return true;
        }

        error = offer.Media.Count == 0
            ? SdpError.At(offer.LastLineNumber, offer.LastLine, "The offer ends here without any m-line. The text was cut on its way: pass the whole body.")
            : SdpError.Missing("The offer has no data-channel m-line (m=application … UDP/DTLS/SCTP webrtc-datachannel). Create the data channel before the offer; events have no other way.");
        return false;
    }

    private static bool TryCheckAudio(MediaDescription? audio, out SdpError error)
    {
        error = SdpError.None;
        if (audio is null)
            return true;
        if (audio.Opus is null)
            error = audio.OpusError != SdpError.None ? audio.OpusError : SdpError.At(audio.Line, audio.LineText, "The offer has audio without Opus: no a=rtpmap line names opus/48000/2 for one of these formats. Opus is all that is spoken here; offer it.");
        else if (!audio.HasRtcpMux)
            error = SdpError.At(audio.Line, audio.LineText, "There is no a=rtcp-mux below this m-line, so RTCP would need a port of its own. This engine has one: offer rtcp-mux (RFC 5761, RFC 8843 §9.3).");
        return error == SdpError.None;
    }

    // RFC 8842 §5.3: actpass leaves the choice to us, active and passive leave none. An offer that says nothing is taken for actpass.
    private static bool TryChooseRole(SessionDescription offer, LocalDescription local, MediaDescription tagged, out DtlsRole role, out SdpError error)
    {
        error = SdpError.None;
        role = DtlsRole.Server;
        switch (offer.SetupOf(tagged) ?? SdpSetup.ActPass)
        {
            case SdpSetup.ActPass:
                role = local.AnswerRole;
                return true;
            case SdpSetup.Active:
                return true;
            case SdpSetup.Passive:
                role = DtlsRole.Client;
                return true;
            default:
                error = SdpError.At(offer.SetupLineOf(tagged), "a=setup:holdconn", "An offer says actpass, active or passive (RFC 8842 §5.2). With holdconn there is no connection.");
                return false;
        }
    }
}
