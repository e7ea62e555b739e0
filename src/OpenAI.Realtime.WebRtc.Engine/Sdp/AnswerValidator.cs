using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Says whether an answer fits the offer that <see cref="OfferWriter"/> wrote, and what was agreed on. The flow:
/// <list type="number">
/// <item>as many m-lines as offered, in the same order (RFC 3264 §6), with their mids;</item>
/// <item>the data channel is accepted;</item>
/// <item>audio is accepted, with Opus and rtcp-mux;</item>
/// <item>both are in the BUNDLE group;</item>
/// <item>the transport has ICE credentials and a fingerprint, and the peer has chosen its DTLS role.</item>
/// </list>
/// </summary>
internal static class AnswerValidator
{
    /// <summary>Compares an answer with our offer.</summary>
    /// <param name="offer">What <see cref="OfferWriter"/> wrote.</param>
    /// <param name="answer">The peer's answer.</param>
    /// <param name="session">What was agreed on.</param>
    /// <param name="error">Why not, with the line, the reason and the remedy.</param>
    public static bool TryNegotiate(LocalDescription offer, SessionDescription answer, [NotNullWhen(true)] out NegotiatedSession? session, out SdpError error)
    {
        session = null;
        if (!TryMatchMedia(offer, answer, out MediaDescription? audio, out MediaDescription? data, out error)
            || !TryCheckData(data, out error)
            || !TryCheckAudio(offer, audio, out error))
            return false;

        bool hasAudio = !audio.IsRejected;
        ReadOnlySpan<MediaDescription> accepted = hasAudio ? [audio, data] : [data];
        ReadOnlySpan<string?> mids = hasAudio ? [audio.Mid ?? offer.AudioMid, data.Mid ?? offer.DataMid] : [data.Mid ?? offer.DataMid];
        if (!BundledTransport.TryFindTagged(answer, accepted, mids, "answer", out MediaDescription? tagged, out error)
            || !BundledTransport.TryCheck(answer, tagged, "answer", out IReadOnlyList<CertificateFingerprint> fingerprints, out error)
            || !TryReadRole(answer, tagged, out DtlsRole role, out error))
            return false;

        List<SdpCandidate> candidates = BundledTransport.Candidates(answer, tagged, out int named, out int unusable);
        if (answer.IsIceLite && WhyUnreachable(offer, candidates, named) is { } why)
        {
            error = SdpError.Missing($"The answer has no candidate that can be reached from here: {why} A lite agent never checks by itself (RFC 8445 §2.5), so that no path could ever be found.");
            return false;
        }

        session = new()
        {
            RemoteUfrag = answer.IceUfragOf(tagged)!,
            RemotePwd = answer.IcePwdOf(tagged)!,
            RemoteIsIceLite = answer.IsIceLite,
            RemoteCandidates = candidates,
            NamedCandidates = named,
            UnusableCandidates = unusable,
            RemoteFingerprints = fingerprints,
            DtlsRole = role,
            Audio = hasAudio
                // An answer may ask for less than was offered, never for more (RFC 3264 §6.1).
                ? new(audio.Opus!, offer.AudioDirection & answer.DirectionOf(audio).Reversed(), offer.OpusPayloadType, audio.Ssrc, audio.Cname)
                : null,
            RemoteSctpPort = data.SctpPort ?? 5000,
            RemoteMaxMessageSize = BundledTransport.MaxMessageSize(data),
        };
        return true;
    }

    /// <summary>Why no pair can be formed with a lite peer's candidates; null when one can. A full peer's own checks may still come from elsewhere.</summary>
    private static string? WhyUnreachable(LocalDescription offer, List<SdpCandidate> candidates, int named)
    {
        if (candidates.Count == 0)
        {
            return named > 0
                ? $"it has {named} with a name in place of an address, and names are not resolved here: the peer must give IP addresses (RFC 8839 §5.1)."
                : "it names none. Pass the whole body of the answer, or ask for one with candidates.";
        }

        List<SdpCandidate> spoken = candidates.FindAll(theirs => offer.Candidates.Any(ours => IsSpoken(ours) && ours.Protocol == theirs.Protocol));
        if (spoken.Count == 0 && offer.Candidates.Count > 0)
        {
            (string theirs, string ours) = candidates[0].Protocol == TransportProtocol.Tcp ? ("TCP", "UDP") : ("UDP", "TCP");
            return $"it offers {theirs} alone ({Addresses(candidates)}), and this side uses {ours} alone: allow {theirs} here, too, or ask the peer for {ours}.";
        }

        if (offer.Candidates.Count == 0 || spoken.Exists(theirs => offer.Candidates.Any(ours => IsSpoken(ours) && ours.Protocol == theirs.Protocol && IsIPv6(ours) == IsIPv6(theirs))))
            return null;
        string family = IsIPv6(spoken[0]) ? "IPv6" : "IPv4";
        return $"its addresses are {family} ({Addresses(spoken)}), and this machine has none of that family that may be used: give it one, or ask the peer for the other family.";
    }

    // Candidates that listen for TCP send no checks.
    private static bool IsSpoken(in SdpCandidate ours) => ours.TcpType != TcpCandidateType.Passive;

    private static bool IsIPv6(in SdpCandidate candidate) => candidate.TransportAddress is { IsIPv6: true };

    private static string Addresses(List<SdpCandidate> candidates) => string.Join(", ", candidates.Select(c => $"{c.Address}:{c.Port}"));

    // 1.
    private static bool TryMatchMedia(
        LocalDescription offer, SessionDescription answer,
        [NotNullWhen(true)] out MediaDescription? audio, [NotNullWhen(true)] out MediaDescription? data, out SdpError error)
    {
        audio = data = null;
        if (answer.Media.Count < 2)
        {
            string found = answer.Media.Count == 0 ? "no m-line" : $"one m-line ({answer.Media[0].Media})";
            error = SdpError.At(answer.LastLineNumber, answer.LastLine,
                $"The answer ends here with {found}, where the offer has two (audio and data channel). The text was cut on its way: pass the whole body.");
            return false;
        }

        if (answer.Media.Count > 2)
        {
            error = SdpError.At(answer.Media[2].Line, answer.Media[2].LineText, "This m-line answers nothing: the offer has two, audio and data channel (RFC 3264 §6). The answer belongs to another offer.");
            return false;
        }

        audio = answer.Media[0];
        data = answer.Media[1];
        return TryMatch(audio, SdpMediaKind.Audio, "audio", offer.AudioMid, out error)
            && TryMatch(data, SdpMediaKind.DataChannel, "the data channel", offer.DataMid, out error);
    }

    private static bool TryMatch(MediaDescription media, SdpMediaKind kind, string what, string mid, out SdpError error)
    {
        // A rejected m-line may name any protocol and format: nothing of it is used (RFC 3264 §6).
        string word = kind == SdpMediaKind.Audio ? "audio" : "application";
        if (media.Media != word || (media.Kind != kind && !media.IsRejected))
        {
            error = SdpError.At(media.Line, media.LineText, $"This m-line should answer {what}: m-lines come in the order of the offer, audio first and the data channel second, with the offer's protocol (RFC 3264 §6). The answer belongs to another offer.");
            return false;
        }

        if (media.Mid is not null && media.Mid != mid)
        {
            error = SdpError.At(media.Line, media.LineText, $"The mid below this m-line is {media.Mid}, where the offer has {mid}. The answer belongs to another offer.");
            return false;
        }

        error = SdpError.None;
        return true;
    }

    // 2.
    private static bool TryCheckData(MediaDescription data, out SdpError error)
    {
        error = data.IsRejected
            ? SdpError.At(data.Line, data.LineText, "The answer rejects the data channel: its m-line has port 0. Without it no event can be exchanged; the peer must accept SCTP over DTLS.")
            : SdpError.None;
        return !data.IsRejected;
    }

    // 3.
    private static bool TryCheckAudio(LocalDescription offer, MediaDescription audio, out SdpError error)
    {
        error = SdpError.None;
        if (audio.IsRejected)
        {
            if (offer.AudioDirection == MediaDirection.Inactive)
                return true;
            error = SdpError.At(audio.Line, audio.LineText, "The answer rejects the audio: its m-line has port 0. The peer must accept Opus over UDP/TLS/RTP/SAVPF.");
        }
        else if (audio.Opus is null)
        {
            error = audio.OpusError != SdpError.None ? audio.OpusError : SdpError.At(audio.Line, audio.LineText, $"The answer accepts the audio without Opus: no a=rtpmap line names opus/48000/2 for one of these formats. The offer has Opus alone, at {offer.OpusPayloadType}; the peer must support it.");
        }
        else if (!audio.HasRtcpMux)
        {
            error = SdpError.At(audio.Line, audio.LineText, "There is no a=rtcp-mux below this m-line, so RTCP would need a port of its own. This engine has one: the peer must agree to rtcp-mux (RFC 5761, RFC 8843 §9.3).");
        }
        else
        {
            return true;
        }

        return false;
    }

    // 5. An answer chooses (RFC 8842 §5.3): active, and the peer sends the ClientHello; passive, and we do.
    private static bool TryReadRole(SessionDescription answer, MediaDescription tagged, out DtlsRole role, out SdpError error)
    {
        SdpSetup? setup = answer.SetupOf(tagged);
        role = setup == SdpSetup.Active ? DtlsRole.Server : DtlsRole.Client;
        error = setup switch
        {
            SdpSetup.Active or SdpSetup.Passive => SdpError.None,
            null when answer.SetupErrorOf(tagged) is var unreadable && unreadable != SdpError.None => unreadable,
            null => SdpError.Missing("The answer has no a=setup line, so nobody knows who sends the DTLS ClientHello. The peer must answer active or passive (RFC 8842 §5.3)."),
            SdpSetup.ActPass => SdpError.At(answer.SetupLineOf(tagged), "a=setup:actpass", "An answer must choose its DTLS role: active or passive (RFC 8842 §5.3). Is this an offer instead of an answer?"),
            _ => SdpError.At(answer.SetupLineOf(tagged), "a=setup:holdconn", "An answer must choose its DTLS role: active or passive (RFC 8842 §5.3). With holdconn there is no connection."),
        };
        return error == SdpError.None;
    }
}
