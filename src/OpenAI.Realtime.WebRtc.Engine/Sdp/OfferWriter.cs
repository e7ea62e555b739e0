namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Writes an offer (RFC 8829 §5.2.1): one audio m-line with Opus and one data-channel m-line on one transport.
/// <code>
/// v=0 o= s= t=          session
/// a=group:BUNDLE 0 1    both m-lines on the transport of mid 0 (RFC 8843)
/// a=ice-options:ice2    an agent of RFC 8445 (RFC 8445 §10); not "trickle": every candidate is here
/// m=audio 9 …           ICE, DTLS, Opus, SSRC, candidates
/// m=application 9 …     ICE, DTLS, SCTP
/// </code>
/// Port 9 and 0.0.0.0 say "see the candidates" (RFC 8839 §4.2.5); no candidate's address is repeated there.
/// </summary>
internal static class OfferWriter
{
    /// <summary>Whether this writes an offer with the m-lines of the peer's first one, so that we may offer again (RFC 3264 §8): audio, then the data channel, both in use, with mids.</summary>
    public static bool CanRepeat(SessionDescription offer, NegotiatedSession session) =>
        session.Audio is not null && offer.Media is [{ Mid: not null } audio, { Mid: not null, IsLegacyDataChannel: false } data] && audio == offer.Audio && data == offer.DataChannel;

    /// <summary>The offer as text, with CRLF line ends.</summary>
    public static string Write(LocalDescription local)
    {
        SdpWriter writer = new SdpWriter()
            .Session(local)
            .Line($"a=group:BUNDLE {local.AudioMid} {local.DataMid}")
            .Line("a=ice-options:ice2")
            .Line("a=msid-semantic:WMS *");
        if (local.IceLite)
            writer.Line("a=ice-lite");

        writer.Line($"m=audio 9 UDP/TLS/RTP/SAVPF {local.OpusPayloadType}")
            .Line("c=IN IP4 0.0.0.0")
            .Line("a=rtcp:9 IN IP4 0.0.0.0");
        WriteTransport(writer, local, local.AudioMid)
            .Line($"a={local.AudioDirection.ToSdp()}")
            .Line("a=rtcp-mux")
            .Line("a=rtcp-rsize")
            .Opus(local.OpusPayloadType, local.OpusFmtp)
            .Source(local, local.AudioDirection)
            .Candidates(local);

        writer.Line("m=application 9 UDP/DTLS/SCTP webrtc-datachannel")
            .Line("c=IN IP4 0.0.0.0");
        WriteTransport(writer, local, local.DataMid)
            .Line($"a=sctp-port:{local.SctpPort}")
            .Line($"a=max-message-size:{local.MaxMessageSize}");
        return writer.ToString();
    }

    // Below each m-line, even though both are the same (RFC 8829 §5.2.1). actpass: the answer chooses (RFC 8842 §5.2).
    private static SdpWriter WriteTransport(SdpWriter writer, LocalDescription local, string mid) =>
        writer.Line($"a=mid:{mid}")
            .IceCredentials(local)
            .Line($"a=fingerprint:{local.Fingerprint}")
            .Line("a=setup:actpass");
}
