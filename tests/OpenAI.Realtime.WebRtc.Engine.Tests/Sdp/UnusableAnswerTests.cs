using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class UnusableAnswerTests
{
    private static string Answer => Samples.ProductionAnswer;

    [Fact]
    public void No_fingerprint()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=fingerprint"));

        Assert.Equal((0, null), (error.Line, error.LineText));
        Assert.Equal("The answer has no a=fingerprint line, so the peer's certificate could not be checked and the connection would not be safe (RFC 8122 §5). The text was cut, or the peer does not speak DTLS-SRTP.", error.Message);
    }

    [Fact]
    public void Only_a_weak_fingerprint()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=fingerprint").Replace("a=ice-lite", $"a=fingerprint:sha-1 {string.Join(':', Enumerable.Repeat("EF", 20))}", StringComparison.Ordinal));

        Assert.Equal("The answer has fingerprints of sha-1 alone. The peer must give one of sha-256, sha-384 or sha-512 (RFC 8122 §5.1).", error.Message);
    }

    [Fact]
    public void Only_names_where_a_lite_agent_has_to_give_addresses()
    {
        string answer = string.Concat(Samples.Without(Answer, "a=candidate").Split("\r\n").Select(l => l == "a=mid:0" ? "a=mid:0\r\na=candidate:1 1 udp 1 c0ffee.local 3478 typ host\r\n" : l.Length > 0 ? l + "\r\n" : ""));

        Assert.Contains("it has 1 with a name in place of an address", Samples.AnswerError(answer).Message, StringComparison.Ordinal);
        NegotiatedSession full = Samples.NegotiateAnswer(Samples.Without(answer, "a=ice-lite"));     // a full agent checks us, and so tells its address
        Assert.Equal((0, 1), (full.RemoteCandidates.Count, full.NamedCandidates));
    }

    // A lite agent never checks by itself, so that what cannot be paired when the answer comes never can: nobody waits for that, or suspects a firewall.
    [Theory]
    [InlineData("", "it names none")]
    [InlineData("1 1 tcp 1671430143 203.0.113.5 443 typ host tcptype passive", "it offers TCP alone (203.0.113.5:443), and this side uses UDP alone: allow TCP here, too")]
    [InlineData("1 1 udp 2130706431 2001:db8::5 3478 typ host", "its addresses are IPv6 (2001:db8::5:3478)")]
    public void No_candidate_of_a_lite_agent_that_could_be_paired(string candidate, string expected)
    {
        string answer = Samples.Without(Answer, "a=candidate");
        if (candidate.Length > 0)
            answer = answer.Replace("a=mid:0\r\n", $"a=mid:0\r\na=candidate:{candidate}\r\n", StringComparison.Ordinal);
        LocalDescription onlyIPv4 = Samples.Local with { Candidates = [Samples.Local.Candidates[0]] };

        SdpError error = Samples.AnswerError(answer, onlyIPv4);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("no path could ever be found", error.Message, StringComparison.Ordinal);
        _ = Samples.NegotiateAnswer(Samples.Without(answer, "a=ice-lite"), onlyIPv4); // a full agent's own checks may still come
    }

    [Theory]
    [InlineData("a=ice-", "a=ice-ufrag and a=ice-pwd lines")]
    [InlineData("a=ice-ufrag", "a=ice-ufrag line")]
    [InlineData("a=ice-pwd", "a=ice-pwd line")]
    public void No_ICE_credentials(string removed, string named)
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, removed));

        Assert.Equal($"The answer has no {named} for its audio m-line, so no connectivity check can be made (RFC 8839 §5.4). The text was cut, or the peer does not speak ICE.", error.Message);
    }

    [Fact]
    public void The_data_channel_is_rejected()
    {
        string answer = Answer.Replace("m=application 9", "m=application 0", StringComparison.Ordinal);
        SdpError error = Samples.AnswerError(answer);

        Assert.Equal((Samples.LineOf(answer, "m=application"), "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"), (error.Line, error.LineText));
        Assert.Equal("The answer rejects the data channel: its m-line has port 0. Without it no event can be exchanged; the peer must accept SCTP over DTLS.", error.Message);
    }

    [Fact]
    public void The_audio_is_rejected()
    {
        SdpError error = Samples.AnswerError(Answer.Replace("m=audio 9", "m=audio 0", StringComparison.Ordinal));

        Assert.Equal((10, "m=audio 0 UDP/TLS/RTP/SAVPF 111"), (error.Line, error.LineText));
        Assert.Equal("The answer rejects the audio: its m-line has port 0. The peer must accept Opus over UDP/TLS/RTP/SAVPF.", error.Message);
    }

    [Fact]
    public void No_BUNDLE()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=group"));

        Assert.Equal("The answer has no a=group:BUNDLE line, so audio and data would need a transport each. This engine has one: the peer must agree to BUNDLE (RFC 8843).", error.Message);
    }

    [Fact]
    public void A_BUNDLE_group_without_the_data_channel()
    {
        SdpError error = Samples.AnswerError(Answer.Replace("BUNDLE 0 1", "BUNDLE 0", StringComparison.Ordinal));

        Assert.Equal((9, "a=group:BUNDLE 0"), (error.Line, error.LineText));
        Assert.Equal("The BUNDLE group does not name the application m-line (mid 1, line 28). Audio and data must share one transport (RFC 8843).", error.Message);
    }

    [Fact]
    public void No_rtcp_mux()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=rtcp-mux"));

        Assert.Equal((10, "m=audio 9 UDP/TLS/RTP/SAVPF 111"), (error.Line, error.LineText));
        Assert.Equal("There is no a=rtcp-mux below this m-line, so RTCP would need a port of its own. This engine has one: the peer must agree to rtcp-mux (RFC 5761, RFC 8843 §9.3).", error.Message);
    }

    [Fact]
    public void No_setup()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer, "a=setup"));

        Assert.Equal("The answer has no a=setup line, so nobody knows who sends the DTLS ClientHello. The peer must answer active or passive (RFC 8842 §5.3).", error.Message);
    }

    [Theory]
    [InlineData("actpass", "An answer must choose its DTLS role: active or passive (RFC 8842 §5.3). Is this an offer instead of an answer?")]
    [InlineData("holdconn", "An answer must choose its DTLS role: active or passive (RFC 8842 §5.3). With holdconn there is no connection.")]
    public void A_setup_that_chooses_nothing(string setup, string message)
    {
        SdpError error = Samples.AnswerError(Answer.Replace("a=setup:active", $"a=setup:{setup}", StringComparison.Ordinal));

        Assert.Equal(new SdpError(12, $"a=setup:{setup}", message), error);
    }

    [Fact]
    public void No_Opus()
    {
        SdpError error = Samples.AnswerError(Samples.Without(Answer.Replace("SAVPF 111", "SAVPF 0 8", StringComparison.Ordinal), "a=rtpmap"));

        Assert.Equal((10, "m=audio 9 UDP/TLS/RTP/SAVPF 0 8"), (error.Line, error.LineText));
        Assert.Equal("The answer accepts the audio without Opus: no a=rtpmap line names opus/48000/2 for one of these formats. The offer has Opus alone, at 111; the peer must support it.", error.Message);
    }

    [Fact]
    public void An_answer_to_another_offer()
    {
        SdpError swapped = Samples.AnswerError(Answer.Replace("m=audio 9 UDP/TLS/RTP/SAVPF", "m=video 9 UDP/TLS/RTP/SAVPF", StringComparison.Ordinal));
        SdpError mid = Samples.AnswerError(Answer.Replace("a=mid:1", "a=mid:data", StringComparison.Ordinal));
        SdpError third = Samples.AnswerError(Answer + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");

        Assert.Equal(10, swapped.Line);
        Assert.Equal("This m-line should answer audio: m-lines come in the order of the offer, audio first and the data channel second, with the offer's protocol (RFC 3264 §6). The answer belongs to another offer.", swapped.Message);
        Assert.Equal("The mid below this m-line is data, where the offer has 1. The answer belongs to another offer.", mid.Message);
        Assert.Equal(new SdpError(37, "m=video 9 UDP/TLS/RTP/SAVPF 96", "This m-line answers nothing: the offer has two, audio and data channel (RFC 3264 §6). The answer belongs to another offer."), third);
    }

    [Fact]
    public void A_text_that_was_cut_between_lines()
    {
        string cut = Answer[..Answer.IndexOf("m=application", StringComparison.Ordinal)];
        SdpError error = Samples.AnswerError(cut);

        Assert.Equal(27, error.Line);
        Assert.Equal("a=candidate:3717646456 1 tcp 1671430143 192.0.2.11 443 typ host tcptype passive ufrag NGikpJ/u0/3oN5GD", error.LineText);
        Assert.Equal("The answer ends here with one m-line (audio), where the offer has two (audio and data channel). The text was cut on its way: pass the whole body.", error.Message);
    }

    [Fact]
    public void A_text_that_was_cut_before_the_first_m_line()
    {
        Assert.Equal(
            new SdpError(4, "t=0 0", "The answer ends here with no m-line, where the offer has two (audio and data channel). The text was cut on its way: pass the whole body."),
            Samples.AnswerError("v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0"));
    }

    // Wherever the text is cut, either the call can be made with what is left, or one error says so. What is left always holds the data m-line.
    [Fact]
    public void A_text_that_was_cut_anywhere_is_refused_or_complete_enough()
    {
        for (int length = 0; length < Answer.Length; length++)
        {
            string cut = Answer[..length];
            if (!SessionDescription.TryParse(cut, out SessionDescription? answer, out SdpError error)
                || !AnswerValidator.TryNegotiate(Samples.Local, answer, out _, out error))
                Assert.NotEmpty(error.Message);
            else
                Assert.Contains("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", cut, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_error_of_a_cut_answer_never_shows_the_password()
    {
        string cut = Answer[..Answer.IndexOf("a=rtcp-mux", StringComparison.Ordinal)];

        Assert.Equal((15, "a=ice-pwd:***"), (Samples.AnswerError(cut).Line, Samples.AnswerError(cut).LineText));
    }
}
