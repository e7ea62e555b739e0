using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class OfferWriterTests
{
    // The same lines (another fingerprint, one candidate) were given to Chromium 156 and aiortc 1.4.0; chromium-answer.sdp and aiortc-answer.sdp are what they said.
    [Fact]
    public void The_offer_is_written_line_by_line_as_agreed()
    {
        string fingerprint = string.Join(':', Enumerable.Repeat("A8", 32));
        string expected = $"""
            v=0
            o=- 4611686018427387905 2 IN IP4 0.0.0.0
            s=-
            t=0 0
            a=group:BUNDLE 0 1
            a=ice-options:ice2
            a=msid-semantic:WMS *
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            c=IN IP4 0.0.0.0
            a=rtcp:9 IN IP4 0.0.0.0
            a=mid:0
            a=ice-ufrag:abcdEFGH
            a=ice-pwd:abcdefghijklmnopqrstuvwx
            a=fingerprint:sha-256 {fingerprint}
            a=setup:actpass
            a=sendrecv
            a=rtcp-mux
            a=rtcp-rsize
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 minptime=10;useinbandfec=1
            a=ssrc:12345678 cname:c0ffee
            a=ssrc:12345678 msid:stream0 track0
            a=msid:stream0 track0
            a=candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host
            a=candidate:2 1 udp 2130706175 2001:db8::1 40001 typ host
            a=end-of-candidates
            m=application 9 UDP/DTLS/SCTP webrtc-datachannel
            c=IN IP4 0.0.0.0
            a=mid:1
            a=ice-ufrag:abcdEFGH
            a=ice-pwd:abcdefghijklmnopqrstuvwx
            a=fingerprint:sha-256 {fingerprint}
            a=setup:actpass
            a=sctp-port:5000
            a=max-message-size:1048576

            """;

        Assert.Equal(expected.ReplaceLineEndings("\r\n"), OfferWriter.Write(Samples.Local));
    }

    [Fact]
    public void Who_only_listens_names_no_source()
    {
        string offer = OfferWriter.Write(Samples.Local with { AudioDirection = MediaDirection.ReceiveOnly });

        Assert.Contains("a=recvonly\r\n", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("a=ssrc", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("a=msid:", offer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lite_agent_says_so_for_the_whole_session()
    {
        SessionDescription offer = Samples.Parse(OfferWriter.Write(Samples.Local with { IceLite = true }));

        Assert.True(offer.IsIceLite);
    }

    [Fact]
    public void A_session_id_fits_a_signed_number()
    {
        Assert.Equal("9223372036854775807", Samples.Parse(OfferWriter.Write(Samples.Local with { SessionId = ulong.MaxValue })).SessionId);
    }
}
