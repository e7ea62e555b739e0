using System.Diagnostics.CodeAnalysis;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Reads a description line by line. The flow:
/// <list type="number">
/// <item>what is no SDP at all is told apart, because it has a remedy of its own: nothing, JSON, HTML, escaped line ends;</item>
/// <item>every line is <c>type=value</c> (RFC 8866 §5); an m-line begins the next section;</item>
/// <item>attributes that this engine uses are read; unknown ones are passed over (RFC 8866 §5.13).</item>
/// </list>
/// What is used must be well-formed, and must not be told twice with two values at one level.
/// </summary>
internal sealed partial class SessionDescriptionParser
{
    private readonly List<(byte PayloadType, string Parameters)> _fmtp = [];
    private MediaDescription? _media;
    private int _line;
    private int _candidates;
    private byte? _opusPayloadType;
    private int _opusRank;
    private int? _ptime;
    private int? _maxPtime;
    private SdpError _error = SdpError.None;

    public SessionDescription Description { get; } = new();

    private SdpTransport Transport => _media?.Transport ?? Description.Transport;

    public bool TryParse([NotNullWhen(true)] string? sdp, out SdpError error)
    {
        bool parsed = sdp is not null && LooksLikeSdp(sdp) && TryParseLines(sdp);
        if (sdp is null)
            _error = SdpError.Missing("There is no SDP. Pass the whole text of the offer or answer.");
        error = _error;
        return parsed;
    }

    // 1. What people pass instead of SDP.
    private bool LooksLikeSdp(ReadOnlySpan<char> sdp)
    {
        if (sdp.Length > SdpLimits.Length)
        {
            _error = SdpError.Missing($"The text has {sdp.Length} characters, more than the {SdpLimits.Length} accepted. An ordinary description has fewer than 20000: check what was passed.");
            return false;
        }

        ReadOnlySpan<char> text = sdp.TrimStart();
        if (text.IsEmpty)
        {
            _error = SdpError.Missing("The SDP is empty. Pass the whole text of the offer or answer; check that the HTTP response had a body.");
            return false;
        }

        string? message = text[0] switch
        {
            '{' or '[' when text.Contains("\"error\"", StringComparison.Ordinal) =>
                "This is a JSON error, not SDP: the endpoint refused the call. Look at the HTTP status and at the code and message in the JSON.",
            '{' or '[' =>
                "This is JSON, not SDP. If it is an object with a field \"sdp\", pass the value of that field.",
            '<' =>
                "This is HTML or XML, not SDP: a proxy or a wrong address answered. Check the endpoint's URL and the HTTP status.",
            _ when !text.StartsWith("v=") =>
                "SDP begins with the line v=0; this does not. Pass the body as it came, from its first character on.",
            _ when text.StartsWith("v=0\\r\\n") || text.StartsWith("v=0\\n") =>
                "The line ends are the two characters backslash and n instead of line ends. Decode the JSON string first, then pass the text.",
            _ => null,
        };
        if (message is null)
            return true;
        int end = text.IndexOfAny('\r', '\n');
        _error = SdpError.At(1 + sdp[..(sdp.Length - text.Length)].Count('\n'), end < 0 ? text : text[..end], message);
        return false;
    }

    // 2. Lines and sections.
    private bool TryParseLines(ReadOnlySpan<char> sdp)
    {
        ReadOnlySpan<char> last = default;
        int lastNumber = 0;
        while (!sdp.IsEmpty)
        {
            // CRLF by the RFC; LF or CR alone by many hands (RFC 8866 §5 asks to be lenient here).
            int end = sdp.IndexOfAny('\r', '\n');
            ReadOnlySpan<char> line = end < 0 ? sdp : sdp[..end];
            int skip = end < 0 ? 0 : sdp[end..].StartsWith("\r\n") ? 2 : 1;
            sdp = sdp[(line.Length + skip)..];
            if (++_line > SdpLimits.Lines)
                return FailMissing($"There are more than {SdpLimits.Lines} lines. An ordinary description has fewer than 500: check what was passed.");
            line = line.TrimEnd(" \t");
            if (line.IsEmpty)
                continue;
            last = line;
            lastNumber = _line;
            if (!TryParseLine(line))
                return false;
        }

        EndSection();
        Description.LastLineNumber = lastNumber;
        Description.LastLine = SdpRedaction.LineForMessage(last);
        return true;
    }

    private bool TryParseLine(ReadOnlySpan<char> line)
    {
        if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0]))
            return Fail(line, "Every line of SDP is one small letter, \"=\" and a value; this is not. The text was cut or changed on its way: pass it byte for byte.");
        ReadOnlySpan<char> value = line[2..];
        switch (line[0])
        {
            case 'v':
                return value.SequenceEqual("0") || Fail(line, "The version of SDP must be 0 (RFC 8866 §5.1).");
            case 'o':
                // o=<username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address>
                SdpTokens origin = new(value);
                if (origin.TryTake(out _) && origin.TryTake(out ReadOnlySpan<char> id) && id.Length <= SdpLimits.Token)
                    Description.SessionId = id.ToString();
                return true;
            case 'm':
                EndSection();
                return TryParseMedia(line, value);
            case 'a':
                return TryParseAttribute(line, value);
            default:
                // s, t, c, b, i, u, e, p, z, k, r: nothing that ICE and DTLS do not say better.
                return true;
        }
    }

    // m=<media> <port>["/"<count>] <proto> <fmt> ... (RFC 8866 §5.14)
    private bool TryParseMedia(ReadOnlySpan<char> line, ReadOnlySpan<char> value)
    {
        if (Description.Media.Count == SdpLimits.MediaDescriptions)
            return Fail(line, $"There are more than {SdpLimits.MediaDescriptions} m-lines; one for audio and one for data channels is enough.");
        SdpTokens tokens = new(value);
        if (!tokens.TryTake(out ReadOnlySpan<char> media) || !SdpTokens.IsVisible(media)
            || !tokens.TryTake(out ReadOnlySpan<char> port)
            || !tokens.TryTake(out ReadOnlySpan<char> protocol) || !SdpTokens.IsVisible(protocol))
            return Fail(line, "An m-line reads m=<media> <port> <protocol> <formats>. The text was cut or changed on its way.");
        int slash = port.IndexOf('/');
        if (!SdpTokens.TryParseUInt16(slash < 0 ? port : port[..slash], out ushort portNumber))
            return Fail(line, "The port of an m-line is a number from 0 to 65535.");
        List<string> formats = [];
        while (formats.Count < SdpLimits.Formats && tokens.TryTake(out ReadOnlySpan<char> format))
            formats.Add(format.ToString());
        if (formats.Count == 0)
            return Fail(line, "An m-line ends with at least one format: payload types for audio, webrtc-datachannel for data. The text was cut or changed on its way.");

        SdpMediaKind kind = media switch
        {
            // RFC 8829 §5.1.2: every profile of the RTP family is taken for UDP/TLS/RTP/SAVPF.
            "audio" when protocol.Contains("RTP/", StringComparison.Ordinal) => SdpMediaKind.Audio,
            "application" when protocol.EndsWith("DTLS/SCTP", StringComparison.Ordinal)
                && (protocol.SequenceEqual("DTLS/SCTP") || formats[0] == "webrtc-datachannel") => SdpMediaKind.DataChannel,
            _ => SdpMediaKind.Other,
        };
        _media = new(_line, line.ToString(), kind, media.ToString(), portNumber, protocol.ToString(), formats);
        Description.Media.Add(_media);

        // The old form carries the SCTP port as its format.
        if (_media.IsLegacyDataChannel && SdpTokens.TryParseUInt16(formats[0], out ushort sctpPort) && sctpPort != 0)
            _media.SctpPort = sctpPort;
        return true;
    }

    // What can only be put together when the section is complete: rtpmap, fmtp and ptime may come in any order.
    private void EndSection()
    {
        if (_media is not null && _opusPayloadType is { } payloadType)
        {
            string parameters = _fmtp.Find(f => f.PayloadType == payloadType).Parameters ?? "";
            _media.Opus = new(payloadType, parameters) { Ptime = _ptime, MaxPtime = _maxPtime };
        }

        _fmtp.Clear();
        _opusPayloadType = null;
        _ptime = null;
        _maxPtime = null;
    }

    private bool Fail(ReadOnlySpan<char> line, string message)
    {
        _error = SdpError.At(_line, line, message);
        return false;
    }

    private bool FailMissing(string message)
    {
        _error = SdpError.Missing(message);
        return false;
    }
}
