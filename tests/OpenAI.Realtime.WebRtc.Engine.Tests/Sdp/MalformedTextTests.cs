using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class MalformedTextTests
{
    private static string Answer => Samples.ProductionAnswer;

    [Fact]
    public void Nothing_at_all()
    {
        Assert.Equal("There is no SDP. Pass the whole text of the offer or answer.", Samples.ParseError(null).Message);
        Assert.Equal("The SDP is empty. Pass the whole text of the offer or answer; check that the HTTP response had a body.", Samples.ParseError("").Message);
        Assert.Equal(Samples.ParseError(""), Samples.ParseError(" \r\n\r\n"));
    }

    [Fact]
    public void JSON_that_reports_an_error_and_may_hold_a_key()
    {
        SdpError error = Samples.ParseError("""{"error":{"message":"Incorrect API key provided: sk-abcdef123456.","type":"invalid_request_error"}}""");

        Assert.Equal("This is a JSON error, not SDP: the endpoint refused the call. Look at the HTTP status and at the code and message in the JSON.", error.Message);
        Assert.Equal((1, """{"error":{"message":"Incorrect API key provided: ***","type":"invalid_request_error"}}"""), (error.Line, error.LineText));
    }

    [Theory]
    [InlineData("""{"type":"answer","sdp":"v=0"}""", "This is JSON, not SDP. If it is an object with a field \"sdp\", pass the value of that field.")]
    [InlineData("<html><body>502 Bad Gateway</body></html>", "This is HTML or XML, not SDP: a proxy or a wrong address answered. Check the endpoint's URL and the HTTP status.")]
    [InlineData("o=- 1 2 IN IP4 0.0.0.0", "SDP begins with the line v=0; this does not. Pass the body as it came, from its first character on.")]
    [InlineData("v=0\\r\\no=- 1 2 IN IP4 0.0.0.0\\r\\n", "The line ends are the two characters backslash and n instead of line ends. Decode the JSON string first, then pass the text.")]
    [InlineData("v=1", "The version of SDP must be 0 (RFC 8866 §5.1).")]
    public void What_is_not_SDP_is_told_apart(string text, string message)
    {
        Assert.Equal(new SdpError(1, text, message), Samples.ParseError(text));
    }

    [Theory]
    [InlineData("t=0 0", "just words", "Every line of SDP is one small letter, \"=\" and a value; this is not. The text was cut or changed on its way: pass it byte for byte.")]
    [InlineData("t=0 0", "A=sendrecv", "Every line of SDP is one small letter, \"=\" and a value; this is not. The text was cut or changed on its way: pass it byte for byte.")]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9", "An m-line reads m=<media> <port> <protocol> <formats>. The text was cut or changed on its way.")]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF", "An m-line ends with at least one format: payload types for audio, webrtc-datachannel for data. The text was cut or changed on its way.")]
    [InlineData("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 70000 UDP/TLS/RTP/SAVPF 111", "The port of an m-line is a number from 0 to 65535.")]
    [InlineData("a=ice-ufrag:NGikpJ/u0/3oN5GD", "a=ice-ufrag:NG", "a=ice-ufrag has 4 to 256 characters without spaces (RFC 8839 §5.4). The text was cut or changed on its way.")]
    [InlineData("a=mid:0", "a=mid:", "a=mid is one word of at most 256 characters (RFC 5888 §4).")]
    [InlineData("a=mid:1", "a=mid:0", "The m-line at line 10 has the same mid. Each m-line needs its own (RFC 5888 §4).")]
    [InlineData("a=sctp-port:5000", "a=sctp-port:0", "a=sctp-port is a number from 1 to 65535, usually 5000 (RFC 8841 §5.1).")]
    public void A_malformed_line_is_named_with_its_number_and_the_remedy(string line, string malformed, string message)
    {
        string text = Answer.Replace(line + "\r\n", malformed + "\r\n", StringComparison.Ordinal);

        Assert.Equal(new SdpError(Samples.LineOf(Answer, line), malformed, message), Samples.ParseError(text));
    }

    // Named only where nothing else can be used: beside a good line each of these is passed over.
    [Theory]
    [InlineData("a=setup:active", "a=setup:sometimes", "a=setup is actpass, active or passive (RFC 8842 §5.3).")]
    [InlineData("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/16000/1", "Opus is written a=rtpmap:<payload type 0 to 127> opus/48000/2 (RFC 7587 §7).")]
    [InlineData("a=rtpmap:111 opus/48000/2", "a=rtpmap:300 opus/48000/2", "Opus is written a=rtpmap:<payload type 0 to 127> opus/48000/2 (RFC 7587 §7).")]
    public void A_malformed_line_that_another_could_stand_in_for_is_named_where_no_other_does(string line, string malformed, string message)
    {
        string text = Answer.Replace(line + "\r\n", malformed + "\r\n", StringComparison.Ordinal);

        Assert.Equal(new SdpError(Samples.LineOf(Answer, line), malformed, message), Samples.AnswerError(text));
    }

    [Theory]
    [InlineData("a=fingerprint:sha-999 not-hex")]
    [InlineData("a=fingerprint:sha-3-1024 AA:BB more")]
    [InlineData("a=fingerprint:sha-256 A8:BB")]
    [InlineData("a=fingerprint")]
    [InlineData("a=setup:sometimes")]
    [InlineData("a=rtpmap:112 opus/16000/1")]
    [InlineData("a=rtpmap:300 opus/48000/2")]
    [InlineData("a=candidate:what")]
    [InlineData("a=candidate:1 1 quic 1 192.0.2.7 40000 typ host")]
    [InlineData("a=fmtp:what")]
    [InlineData("a=ssrc:what")]
    [InlineData("a=extmap:what")]
    [InlineData("a=ptime:what")]
    [InlineData("a=max-message-size:what")]
    [InlineData("k=what")]
    [InlineData("b=what")]
    [InlineData("z=what")]
    public void One_line_that_nobody_needs_does_not_cost_the_call(string line)
    {
        NegotiatedSession good = Samples.NegotiateAnswer(Answer);
        foreach (string place in new[] { "t=0 0\r\n", "a=mid:0\r\n", "a=mid:1\r\n" })
        {
            string before = Answer.Replace(place, $"{place}{line}\r\n", StringComparison.Ordinal);
            NegotiatedSession session = Samples.NegotiateAnswer(before);
            Assert.Equal(good.RemoteFingerprints, session.RemoteFingerprints);
            Assert.Equal(good.RemoteCandidates.Count, session.RemoteCandidates.Count);
            Assert.Equal(good.Audio!.Opus.PayloadType, session.Audio!.Opus.PayloadType);
        }
    }

    [Fact]
    public void What_is_wrong_below_an_m_line_that_is_not_ours_is_passed_over()
    {
        string offer = Samples.Read("chromium-offer-video").Replace("m=video", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-pwd:short\r\na=ice-ufrag:x\r\na=mid:\r\nm=video", StringComparison.Ordinal);
        Samples.Parse(offer);
    }

    [Fact]
    public void A_max_message_size_that_is_no_number_leaves_what_every_peer_takes()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Answer.Replace("a=max-message-size:1073741823", "a=max-message-size:-1", StringComparison.Ordinal));
        Assert.Equal(SessionDescription.DefaultMaxMessageSize, session.RemoteMaxMessageSize);
    }

    [Theory]
    [InlineData("sha-256 A8:BB")]
    [InlineData("sha-256")]
    [InlineData("")]
    [InlineData("sha-256 A8BB00000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sha-256 A8:BB:0G")]
    public void A_malformed_fingerprint(string value)
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=fingerprint").Replace("a=ice-lite", $"a=fingerprint:{value}", StringComparison.Ordinal));

        Assert.Equal(6, error.Line);
        Assert.Equal("a=fingerprint reads <hash function> <hexadecimal bytes with colons between>, as many bytes as the hash has: 32 for sha-256 (RFC 8122 §5). The text was cut or changed on its way.", error.Message);
    }

    [Fact]
    public void A_password_that_is_too_short_is_refused_and_not_shown()
    {
        SdpError error = Samples.ParseError(Answer.Replace("a=ice-pwd:0000000000000000000000000000000A", "a=ice-pwd:hunter2", StringComparison.Ordinal));

        Assert.Equal(new SdpError(15, "a=ice-pwd:***", "a=ice-pwd has 22 to 256 characters without spaces (RFC 8839 §5.4). The text was cut or changed on its way."), error);
    }

    [Theory]
    [InlineData("a=ice-ufrag:NGikpJ/u0/3oN5GD", "a=ice-ufrag:other", "a=ice-ufrag")]
    [InlineData("a=setup:active", "a=setup:passive", "a=setup")]
    [InlineData("a=mid:0", "a=mid:5", "a=mid")]
    [InlineData("a=sctp-port:5000", "a=sctp-port:5001", "The SCTP port")]
    [InlineData("a=max-message-size:1073741823", "a=max-message-size:1", "a=max-message-size")]
    public void An_attribute_told_twice_must_say_the_same(string line, string second, string what)
    {
        string same = Answer.Replace(line + "\r\n", $"{line}\r\n{line}\r\n", StringComparison.Ordinal);
        string different = Answer.Replace(line + "\r\n", $"{line}\r\n{second}\r\n", StringComparison.Ordinal);

        Samples.NegotiateAnswer(same);
        Assert.Equal(new SdpError(Samples.LineOf(Answer, line) + 1, second, $"{what} is told a second time in the same section, with another value. Keep one."), Samples.ParseError(different));
    }

    [Fact]
    public void A_second_password_is_refused_and_neither_is_shown()
    {
        string password = new('B', 32);
        SdpError error = Samples.ParseError(Answer.Replace("a=rtcp-mux", $"a=ice-pwd:{password}", StringComparison.Ordinal));

        Assert.Equal((16, "a=ice-pwd:***"), (error.Line, error.LineText));
    }

    [Fact]
    public void Unknown_attributes_and_letters_are_passed_over()
    {
        Samples.NegotiateAnswer(Answer.Replace("a=sendrecv", "b=AS:64\r\ni=hello\r\na=x-future:1 2 3\r\na=flag\r\na=\r\na=sendrecv", StringComparison.Ordinal));
    }
}
