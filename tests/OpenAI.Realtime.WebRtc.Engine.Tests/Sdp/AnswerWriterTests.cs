using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class AnswerWriterTests
{
    private static readonly LocalDescription s_likeProduction = Samples.Local with
    {
        SessionId = 8184931122902577674,
        IceUfrag = "NGikpJ/u0/3oN5GD",
        IcePwd = "0000000000000000000000000000000A",
        IceLite = true,
        Fingerprint = Samples.Fingerprint("sha-256", "A8:BB" + string.Concat(Enumerable.Repeat(":00", 30))),
        AudioSsrc = 1190514604,
        Cname = "realtimeapi",
        StreamId = "realtimeapi",
        TrackId = "audio",
        MaxMessageSize = 1073741823,
        Candidates = [SdpCandidate.Host("3506478603", 2130706431, TransportAddress.From([192, 0, 2, 10], 3478))],
    };

    // Line for line, but for what we do not copy: the session version, TCP candidates, ufrag behind each candidate, and that
    // we say when there are no more candidates.
    [Fact]
    public void The_answer_to_Chromium_has_productions_shape()
    {
        string expected = Samples.Without(Samples.ProductionAnswer, "a=candidate").Replace(" 1786967632 ", " 2 ", StringComparison.Ordinal)
            .Replace("a=sendrecv\r\nm=", "a=sendrecv\r\na=candidate:3506478603 1 udp 2130706431 192.0.2.10 3478 typ host\r\na=end-of-candidates\r\nm=", StringComparison.Ordinal);

        Assert.Equal(expected, Samples.Answer(Samples.Read("chromium-offer"), s_likeProduction));
    }

    [Fact]
    public void Video_is_rejected_in_its_place()
    {
        string offer = Samples.Read("chromium-offer-video");
        string answer = Samples.Answer(offer);
        SessionDescription parsed = Samples.Parse(answer);

        Assert.Equal(["audio 9 0", "video 0 1", "application 9 2"], parsed.Media.Select(m => $"{m.Media} {m.Port} {m.Mid}"));
        Assert.Equal([false, true, false], parsed.Media.Select(m => m.IsRejected));
        Assert.Equal(["0", "2"], parsed.BundleMids!);
        Assert.Contains("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Chromiums_offer_of_many_codecs_comes_down_to_Opus()
    {
        NegotiatedSession session = Samples.NegotiateOffer(Samples.Read("chromium-offer"));

        Assert.Equal(new OpusFormat(111, "minptime=10;useinbandfec=1"), session.Audio!.Opus);
        Assert.Equal((1192020976u, "ebQJQUjpoflHUIQS"), (session.Audio.RemoteSsrc!.Value, session.Audio.RemoteCname));
        Assert.Equal(2, session.NamedCandidates);
        Assert.Equal(DtlsRole.Client, session.DtlsRole);
    }

    [Fact]
    public void Aiortc_offers_two_transports_and_the_first_one_is_used()
    {
        NegotiatedSession session = Samples.NegotiateOffer(Samples.Read("aiortc-offer"));

        Assert.Equal("IYZo", session.RemoteUfrag);
        Assert.Equal(["192.0.2.2:51325", "[fd00::2]:57886"], session.RemoteCandidates.Select(c => c.TransportAddress.ToString()!));
    }

    [Fact]
    public void Aiortcs_old_form_of_the_data_channel_is_answered_in_the_old_form()
    {
        string answer = Samples.Answer(Samples.Read("aiortc-offer"));

        Assert.Contains("m=application 9 DTLS/SCTP 5000\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("a=sctpmap:5000 webrtc-datachannel 65535\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("a=sctp-port", answer, StringComparison.Ordinal);
        Assert.Equal(5000, Samples.Parse(answer).DataChannel!.SctpPort!.Value);
        Assert.Equal(96, Samples.Parse(answer).Audio!.Opus!.PayloadType);
    }

    [Fact]
    public void Firefox_offers_the_data_channel_bundle_only_with_port_0_and_it_is_accepted()
    {
        string offer = Samples.Read("firefox-offer");
        NegotiatedSession session = Samples.NegotiateOffer(offer);
        SessionDescription answer = Samples.Parse(Samples.Answer(offer));

        Assert.Equal("6f1a2b3c", session.RemoteUfrag);
        Assert.Equal(109, session.Audio!.Opus.PayloadType);
        Assert.All(answer.Media, m => Assert.False(m.IsRejected));
        Assert.Equal(["109"], answer.Media[0].Formats);
    }

    [Fact]
    public void Data_may_come_before_audio()
    {
        string[] parts = Samples.Read("chromium-offer").Split("m=");
        string offer = (parts[0] + "m=" + parts[2] + "m=" + parts[1]).Replace("BUNDLE 0 1", "BUNDLE 1 0", StringComparison.Ordinal);
        SessionDescription answer = Samples.Parse(Samples.Answer(offer));

        Assert.Equal(["application", "audio"], answer.Media.Select(m => m.Media));
        Assert.Equal(["1", "0"], answer.BundleMids!);
        Assert.Equal([2, 0], answer.Media.Select(m => m.Candidates.Count));
    }

    [Fact]
    public void An_offer_of_data_alone_is_answered_without_audio()
    {
        string[] parts = Samples.Read("chromium-offer").Split("m=");
        string offer = Samples.Without(parts[0], "a=group") + "m=" + parts[2];
        NegotiatedSession session = Samples.NegotiateOffer(offer);
        SessionDescription answer = Samples.Parse(Samples.Answer(offer));

        Assert.Null(session.Audio);
        Assert.Equal(SdpMediaKind.DataChannel, Assert.Single(answer.Media).Kind);
        Assert.Null(answer.BundleMids);
        Assert.Equal(2, answer.Media[0].Candidates.Count);
    }

    [Fact]
    public void A_rejected_first_m_line_leaves_the_transport_to_the_first_accepted_one()
    {
        string[] parts = Samples.Read("chromium-offer-video").Split("m=");
        string offer = (parts[0] + "m=" + parts[2] + "m=" + parts[1] + "m=" + parts[3]).Replace("BUNDLE 0 1 2", "BUNDLE 1 0 2", StringComparison.Ordinal);
        SessionDescription answer = Samples.Parse(Samples.Answer(offer));

        Assert.Equal(["video 0", "audio 9", "application 9"], answer.Media.Select(m => $"{m.Media} {m.Port}"));
        Assert.Equal(["0", "2"], answer.BundleMids!);
        Assert.Equal([0, 2, 0], answer.Media.Select(m => m.Candidates.Count));
    }

    [Theory]
    [InlineData("actpass", DtlsRole.Client, "active")]
    [InlineData("actpass", DtlsRole.Server, "passive")]
    [InlineData("active", DtlsRole.Client, "passive")]
    [InlineData("passive", DtlsRole.Server, "active")]
    public void The_DTLS_role_is_ours_to_choose_only_when_the_offer_leaves_it(string offered, object wanted, string answered)
    {
        string offer = Samples.Read("chromium-offer").Replace("actpass", offered, StringComparison.Ordinal);
        LocalDescription local = Samples.Local with { AnswerRole = (DtlsRole)wanted };

        Assert.Contains($"a=setup:{answered}\r\n", Samples.Answer(offer, local), StringComparison.Ordinal);
        Assert.Equal(answered == "active" ? DtlsRole.Client : DtlsRole.Server, Samples.NegotiateOffer(offer, local).DtlsRole);
    }

    [Theory]
    [InlineData("sendrecv", MediaDirection.SendReceive, "sendrecv")]
    [InlineData("sendonly", MediaDirection.SendReceive, "recvonly")]
    [InlineData("recvonly", MediaDirection.SendReceive, "sendonly")]
    [InlineData("recvonly", MediaDirection.ReceiveOnly, "inactive")]
    [InlineData("sendrecv", MediaDirection.SendOnly, "sendonly")]
    public void The_direction_answers_the_one_offered(string offered, MediaDirection ours, string answered)
    {
        string offer = Samples.Read("chromium-offer").Replace("a=sendrecv", $"a={offered}", StringComparison.Ordinal);
        string answer = Samples.Answer(offer, Samples.Local with { AudioDirection = ours });

        Assert.Equal(answered, Samples.Parse(answer).Audio!.Direction!.Value.ToSdp());
        Assert.Equal(answered is "sendrecv" or "sendonly", answer.Contains("a=ssrc:", StringComparison.Ordinal));
    }

    [Fact]
    public void What_we_answer_fits_what_we_offer()
    {
        string offer = OfferWriter.Write(Samples.Local);
        LocalDescription answerer = s_likeProduction;

        NegotiatedSession ours = Samples.NegotiateAnswer(Samples.Answer(offer, answerer));
        NegotiatedSession theirs = Samples.NegotiateOffer(offer, answerer);

        Assert.NotEqual(ours.DtlsRole, theirs.DtlsRole);
        Assert.Equal(ours.Audio!.Direction.Reversed(), theirs.Audio!.Direction);
        Assert.Equal((answerer.IceUfrag, answerer.IcePwd), (ours.RemoteUfrag, ours.RemotePwd));
        Assert.Equal((Samples.Local.IceUfrag, Samples.Local.IcePwd), (theirs.RemoteUfrag, theirs.RemotePwd));
        Assert.Equal(Samples.Local.Candidates, theirs.RemoteCandidates);
    }

    [Fact]
    public void Offers_that_cannot_be_answered_say_why()
    {
        string offer = Samples.Read("chromium-offer");

        Assert.Equal("The offer has no data-channel m-line (m=application … UDP/DTLS/SCTP webrtc-datachannel). Create the data channel before the offer; events have no other way.",
            Samples.OfferError(offer[..offer.IndexOf("m=application", StringComparison.Ordinal)]).Message);
        Assert.Equal("The offer has no a=group:BUNDLE line, so audio and data would need a transport each. This engine has one: the peer must agree to BUNDLE (RFC 8843).",
            Samples.OfferError(Samples.Without(offer, "a=group")).Message);
        Assert.Equal("There is no a=rtcp-mux below this m-line, so RTCP would need a port of its own. This engine has one: offer rtcp-mux (RFC 5761, RFC 8843 §9.3).",
            Samples.OfferError(Samples.Without(offer, "a=rtcp-mux")).Message);
        Assert.Equal(new SdpError(8, "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "The offer has audio without Opus: no a=rtpmap line names opus/48000/2 for one of these formats. Opus is all that is spoken here; offer it."),
            Samples.OfferError(Samples.Without(offer, "a=rtpmap:111")));
        Assert.StartsWith("The offer has no a=fingerprint line", Samples.OfferError(Samples.Without(offer, "a=fingerprint")).Message, StringComparison.Ordinal);
        Assert.StartsWith("The offer has no a=ice-pwd line", Samples.OfferError(Samples.Without(offer, "a=ice-pwd")).Message, StringComparison.Ordinal);
        Assert.Equal("The offer ends here without any m-line. The text was cut on its way: pass the whole body.", Samples.OfferError("v=0\r\ns=-\r\n").Message);
        Assert.Equal("An offer says actpass, active or passive (RFC 8842 §5.2). With holdconn there is no connection.",
            Samples.OfferError(offer.Replace("actpass", "holdconn", StringComparison.Ordinal)).Message);
        Assert.Equal("The offer says a=ice-lite and so do we: nobody would send connectivity checks. One side must be a full ICE agent.",
            Samples.OfferError(offer.Replace("a=extmap-allow-mixed", "a=ice-lite", StringComparison.Ordinal), Samples.Local with { IceLite = true }).Message);
    }
}
