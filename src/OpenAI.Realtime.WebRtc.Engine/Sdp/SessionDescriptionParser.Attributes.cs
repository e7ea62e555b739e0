using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

// 3. Attributes.
internal sealed partial class SessionDescriptionParser
{
    // What is wrong below an m-line of another kind (video, a second application) is no concern of ours: it is rejected as a whole.
    private bool TryParseAttribute(ReadOnlySpan<char> line, ReadOnlySpan<char> attribute)
    {
        if (TryReadAttribute(line, attribute))
            return true;
        if (_media?.Kind != SdpMediaKind.Other)
            return false;
        _error = SdpError.None;
        return true;
    }

    private bool TryReadAttribute(ReadOnlySpan<char> line, ReadOnlySpan<char> attribute)
    {
        int colon = attribute.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? attribute : attribute[..colon];
        ReadOnlySpan<char> value = colon < 0 ? default : attribute[(colon + 1)..].Trim(' ');
        switch (name)
        {
            // At either level.
            case "ice-ufrag":
                return TryParseIceUfrag(line, value);
            case "ice-pwd":
                return TryParseIcePwd(line, value);
            case "fingerprint":
                return TryParseFingerprint(line, value);
            case "setup":
                return TryParseSetup(line, value);
            case "ice-lite":
                // Session level alone (RFC 8839 §5.3); below an m-line it can mean nothing else.
                Description.IsIceLite = true;
                return true;
            case "extmap-allow-mixed":
                Description.HasExtmapAllowMixed = true;
                return true;
            case "group":
                return _media is not null || TryParseGroup(line, value);
            case "sendrecv" or "sendonly" or "recvonly" or "inactive" when SdpDirection.TryParse(name, out MediaDirection direction):
                if (_media is null)
                    Description.Direction = direction;
                else
                    _media.Direction = direction;
                return true;
            default:
                return _media is null || TryParseMediaAttribute(_media, line, attribute, name, value);
        }
    }

    private bool TryParseMediaAttribute(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> attribute, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "mid":
                return TryParseMid(media, line, value);
            case "bundle-only":
                media.IsBundleOnly = true;
                return true;
            case "candidate":
                AddCandidate(media, attribute);
                return true;
            case "end-of-candidates":
                media.HasEndOfCandidates = true;
                return true;
            case "rtcp-mux":
                media.HasRtcpMux = true;
                return true;
            case "rtcp-rsize":
                media.HasRtcpRsize = true;
                return true;
            case "msid":
                media.Msid ??= value.Length <= 2 * SdpLimits.Token ? value.ToString() : null;
                return true;
            case "ssrc" when media.Kind == SdpMediaKind.Audio:
                ReadSsrc(media, value);
                return true;
            case "rtpmap" when media.Kind == SdpMediaKind.Audio:
                ReadRtpmap(media, line, value);
                return true;
            case "fmtp" when media.Kind == SdpMediaKind.Audio:
                ReadFmtp(value);
                return true;
            case "ptime" when media.Kind == SdpMediaKind.Audio:
                _ptime ??= ReadMilliseconds(value);
                return true;
            case "maxptime" when media.Kind == SdpMediaKind.Audio:
                _maxPtime ??= ReadMilliseconds(value);
                return true;
            case "sctp-port" when media.Kind == SdpMediaKind.DataChannel:
                return TryParseSctpPort(media, line, value);
            case "sctpmap" when media.IsLegacyDataChannel:
                return TryParseSctpmap(media, line, value);
            case "max-message-size" when media.Kind == SdpMediaKind.DataChannel:
                return TryParseMaxMessageSize(media, line, value);
            default:
                return true;
        }
    }

    // 4*256ice-char (RFC 8839 §5.4). Some use letters beyond ice-char; any visible one will do.
    private bool TryParseIceUfrag(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (value.Length is < 4 or > 256 || !SdpTokens.IsVisible(value))
            return Fail(line, "a=ice-ufrag has 4 to 256 characters without spaces (RFC 8839 §5.4). The text was cut or changed on its way.");
        if (Transport.IceUfrag is { } known && !value.SequenceEqual(known))
            return FailTwice(line, "a=ice-ufrag");
        Transport.IceUfrag ??= value.ToString();
        return true;
    }

    // 22*256ice-char (RFC 8839 §5.4).
    private bool TryParseIcePwd(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (value.Length is < 22 or > 256 || !SdpTokens.IsVisible(value))
            return Fail(line, "a=ice-pwd has 22 to 256 characters without spaces (RFC 8839 §5.4). The text was cut or changed on its way.");
        if (Transport.IcePwd is { } known && !value.SequenceEqual(known))
            return FailTwice(line, "a=ice-pwd");
        Transport.IcePwd ??= value.ToString();
        return true;
    }

    private bool TryParseFingerprint(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        // One that cannot be read is no hindrance when another one can be used: the certificate has to match one of those (RFC 8122 §5).
        if (!SdpFingerprint.TryParse(value, out CertificateFingerprint? fingerprint))
        {
            if (Transport.FingerprintError == SdpError.None)
                Transport.FingerprintError = SdpError.At(_line, line, "a=fingerprint reads <hash function> <hexadecimal bytes with colons between>, as many bytes as the hash has: 32 for sha-256 (RFC 8122 §5). The text was cut or changed on its way.");
            return true;
        }

        return Transport.TryAdd(fingerprint)
            || Fail(line, $"There are more than {SdpLimits.Fingerprints} fingerprints of sha-256, sha-384 or sha-512 at one level; one for each hash function is enough.");
    }

    private bool TryParseSetup(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (!SdpSetupNames.TryParse(value, out SdpSetup setup))
        {
            if (Transport.SetupError == SdpError.None)
                Transport.SetupError = SdpError.At(_line, line, "a=setup is actpass, active or passive (RFC 8842 §5.3).");
            return true;
        }

        if (Transport.Setup is { } known && known != setup)
            return FailTwice(line, "a=setup");
        Transport.Setup = setup;
        Transport.SetupLine = _line;
        return true;
    }

    // a=group:BUNDLE 0 1 (RFC 8843 §7.1; RFC 5888 §5). A second BUNDLE group is passed over: both m-lines must share one.
    private bool TryParseGroup(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        SdpTokens tokens = new(value);
        if (!tokens.TryTake(out ReadOnlySpan<char> semantics) || !semantics.SequenceEqual("BUNDLE") || Description.BundleMids is not null)
            return true;
        List<string> mids = [];
        while (tokens.TryTake(out ReadOnlySpan<char> mid))
        {
            if (mids.Count == SdpLimits.MediaDescriptions)
                return Fail(line, $"The BUNDLE group names more than {SdpLimits.MediaDescriptions} m-lines.");
            mids.Add(mid.ToString());
        }

        Description.BundleMids = mids;
        Description.BundleLine = _line;
        return true;
    }

    private bool TryParseMid(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (value.Length > SdpLimits.Token || !SdpTokens.IsVisible(value))
            return Fail(line, $"a=mid is one word of at most {SdpLimits.Token} characters (RFC 5888 §4).");
        if (media.Mid is { } known && !value.SequenceEqual(known))
            return FailTwice(line, "a=mid");
        foreach (MediaDescription other in Description.Media)
        {
            if (other != media && value.SequenceEqual(other.Mid))
                return Fail(line, $"The m-line at line {other.Line} has the same mid. Each m-line needs its own (RFC 5888 §4).");
        }

        media.Mid ??= value.ToString();
        return true;
    }

    // A candidate that cannot be read is passed over (RFC 8839 §5.1); the others may do.
    private void AddCandidate(MediaDescription media, ReadOnlySpan<char> attribute)
    {
        if (_candidates < SdpLimits.Candidates && SdpCandidate.TryParse(attribute, out SdpCandidate candidate))
        {
            _candidates++;
            media.Candidates.Add(candidate);
        }
        else
        {
            Description.IgnoredCandidates++;
        }
    }

    // a=ssrc:1190514604 cname:realtimeapi (RFC 5576 §4.1)
    private static void ReadSsrc(MediaDescription media, ReadOnlySpan<char> value)
    {
        SdpTokens tokens = new(value);
        if (!tokens.TryTakeUInt32(out uint ssrc) || (media.Ssrc is { } known && known != ssrc))
            return;
        media.Ssrc = ssrc;
        ReadOnlySpan<char> rest = tokens.Rest;
        if (rest.StartsWith("cname:") && rest.Length <= SdpLimits.Token && SdpTokens.IsVisible(rest))
            media.Cname ??= rest["cname:".Length..].ToString();
    }

    // a=rtpmap:111 opus/48000/2 (RFC 8866 §6.6, RFC 7587 §7). Other codecs are no concern of ours, however they are written.
    private void ReadRtpmap(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        SdpTokens tokens = new(value);
        bool hasPayloadType = tokens.TryTake(out ReadOnlySpan<char> payloadType);
        ReadOnlySpan<char> encoding = tokens.Rest;
        if (!encoding.StartsWith("opus", StringComparison.OrdinalIgnoreCase) || (encoding.Length > 4 && encoding[4] != '/'))
            return;
        if (!hasPayloadType || !byte.TryParse(payloadType, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) || number > 127
            || !(encoding[4..].SequenceEqual("/48000/2") || encoding[4..].SequenceEqual("/48000")))
        {
            if (media.OpusError == SdpError.None)
                media.OpusError = SdpError.At(_line, line, "Opus is written a=rtpmap:<payload type 0 to 127> opus/48000/2 (RFC 7587 §7).");
            return;
        }

        // The order of the m-line is the order of preference (RFC 3264 §5.1).
        int rank = -1;
        for (int i = 0; i < media.Formats.Count && rank < 0; i++)
            rank = payloadType.SequenceEqual(media.Formats[i]) ? i : -1;
        if (rank >= 0 && (_opusPayloadType is null || rank < _opusRank))
            (_opusPayloadType, _opusRank) = (number, rank);
    }

    private void ReadFmtp(ReadOnlySpan<char> value)
    {
        SdpTokens tokens = new(value);
        if (_fmtp.Count < SdpLimits.Formats && tokens.TryTake(out ReadOnlySpan<char> payloadType)
            && byte.TryParse(payloadType, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            _fmtp.Add((number, tokens.Rest.ToString()));
    }

    // RFC 8866 §6.4 allows fractions; whole milliseconds are enough here.
    private static int? ReadMilliseconds(ReadOnlySpan<char> value)
    {
        int point = value.IndexOf('.');
        return SdpTokens.TryParseUInt16(point < 0 ? value : value[..point], out ushort number) ? number : null;
    }

    // RFC 8841 §5.1. Port 0 would mean that there is no association.
    private bool TryParseSctpPort(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (!SdpTokens.TryParseUInt16(value, out ushort port) || port == 0)
            return Fail(line, "a=sctp-port is a number from 1 to 65535, usually 5000 (RFC 8841 §5.1).");
        if (media.SctpPort is { } known && known != port)
            return FailTwice(line, "The SCTP port");
        media.SctpPort = port;
        return true;
    }

    // a=sctpmap:5000 webrtc-datachannel 65535 (drafts of RFC 8841). The last number is one of streams, not of bytes.
    private bool TryParseSctpmap(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        SdpTokens tokens = new(value);
        if (!tokens.TryTakeUInt16(out ushort port) || port == 0)
            return Fail(line, "a=sctpmap begins with the SCTP port, a number from 1 to 65535, usually 5000.");
        if (media.SctpPort is { } known && known != port)
            return FailTwice(line, "The SCTP port");
        media.SctpPort = port;
        return true;
    }

    // RFC 8841 §6.1: any number of digits; what does not fit is as good as unlimited. One that is no number says nothing, so the least that every peer takes holds.
    private bool TryParseMaxMessageSize(MediaDescription media, ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange('0', '9'))
            return true;
        long size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : long.MaxValue;
        if (media.MaxMessageSize is { } known && known != size)
            return FailTwice(line, "a=max-message-size");
        media.MaxMessageSize = size;
        return true;
    }

    private bool FailTwice(ReadOnlySpan<char> line, string what) =>
        Fail(line, $"{what} is told a second time in the same section, with another value. Keep one.");
}
