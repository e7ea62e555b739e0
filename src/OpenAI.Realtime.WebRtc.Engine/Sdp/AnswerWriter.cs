using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Writes an answer (RFC 8829 §5.3.1) in the shape of production's: fingerprint and ice-lite at the session level, candidates below the first
/// m-line in use, no header extensions and no RTCP feedback. Every m-line of the offer is answered in its place; those that we do not take have port 0.
/// </summary>
internal static class AnswerWriter
{
    /// <summary>The answer as text, with CRLF line ends.</summary>
    /// <param name="offer">The peer's offer.</param>
    /// <param name="local">What we say of ourselves.</param>
    /// <param name="session">What <see cref="OfferValidator"/> made of the two.</param>
    public static string Write(SessionDescription offer, LocalDescription local, NegotiatedSession session)
    {
        MediaDescription? audio = session.Audio is null ? null : offer.Audio;
        MediaDescription? data = offer.DataChannel;
        SdpWriter writer = new SdpWriter()
            .Session(local)
            .Line("a=msid-semantic:WMS *")
            .Line($"a=fingerprint:{local.Fingerprint}");
        if (local.IceLite)
            writer.Line("a=ice-lite");
        else
            writer.Line("a=ice-options:ice2");
        if (offer.HasExtmapAllowMixed)
            writer.Line("a=extmap-allow-mixed");
        if (offer.BundleMids is { } bundle)
            writer.Line($"a=group:BUNDLE {string.Join(' ', bundle.Where(mid => mid == audio?.Mid || mid == data?.Mid))}");

        string setup = session.DtlsRole == DtlsRole.Client ? "a=setup:active" : "a=setup:passive";
        bool needsCandidates = true;
        foreach (MediaDescription media in offer.Media)
        {
            if (media == audio)
                WriteAudio(writer, media, local, session.Audio!, setup);
            else if (media == data)
                WriteData(writer, media, local, setup);
            else
                WriteRejected(writer, media);

            if ((media == audio || media == data) && needsCandidates)
            {
                writer.Candidates(local);
                needsCandidates = false;
            }
        }

        return writer.ToString();
    }

    private static void WriteAudio(SdpWriter writer, MediaDescription offered, LocalDescription local, NegotiatedAudio audio, string setup)
    {
        // The profile is the offer's, whatever its flavour (RFC 8829 §5.3.1).
        writer.Line($"m=audio 9 {offered.Protocol} {audio.ReceivePayloadType}")
            .Line("c=IN IP4 0.0.0.0")
            .Line(setup);
        WriteMid(writer, offered)
            .IceCredentials(local)
            .Line("a=rtcp-mux");
        if (offered.HasRtcpRsize)
            writer.Line("a=rtcp-rsize");
        writer.Opus(audio.ReceivePayloadType, local.OpusFmtp)
            .Source(local, audio.Direction)
            .Line($"a={audio.Direction.ToSdp()}");
    }

    private static void WriteData(SdpWriter writer, MediaDescription offered, LocalDescription local, string setup)
    {
        // An offer in the old form is answered in the old form: its writer may know no other.
        writer.Line(offered.IsLegacyDataChannel
                ? $"m=application 9 DTLS/SCTP {local.SctpPort}"
                : $"m=application 9 {offered.Protocol} webrtc-datachannel")
            .Line("c=IN IP4 0.0.0.0")
            .Line(setup);
        WriteMid(writer, offered)
            .Line("a=sendrecv")
            .Line(offered.IsLegacyDataChannel ? $"a=sctpmap:{local.SctpPort} webrtc-datachannel 65535" : $"a=sctp-port:{local.SctpPort}")
            .Line($"a=max-message-size:{local.MaxMessageSize}")
            .IceCredentials(local);
    }

    // Port 0, and a format because the grammar wants one (RFC 3264 §6).
    private static void WriteRejected(SdpWriter writer, MediaDescription offered)
    {
        writer.Line($"m={offered.Media} 0 {offered.Protocol} {offered.Formats[0]}")
            .Line("c=IN IP4 0.0.0.0");
        WriteMid(writer, offered)
            .Line("a=inactive");
    }

    private static SdpWriter WriteMid(SdpWriter writer, MediaDescription offered) =>
        offered.Mid is null ? writer : writer.Line($"a=mid:{offered.Mid}");
}
