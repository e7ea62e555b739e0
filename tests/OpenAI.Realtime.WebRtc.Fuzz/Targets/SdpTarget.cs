using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>A whole description: read, taken as an offer and as an answer. What is refused says why in a line that can be shown; an answer that is written can be read.</summary>
internal static class SdpTarget
{
    private static readonly LocalDescription s_local = new()
    {
        SessionId = 1,
        IceUfrag = "abcd",
        IcePwd = "abcdefghijklmnopqrstuvwx",
        Candidates = [SdpCandidate.Host("1", 2130706431, TransportAddress.From(System.Net.IPAddress.Parse("192.0.2.1"), 40001))],
        Fingerprint = CertificateFingerprint.Sha256Of([1, 2, 3]),
        AudioSsrc = 1,
        Cname = "cname",
        StreamId = "stream",
        TrackId = "track",
    };

    public static FuzzTarget Create() => new("sdp", Read, Seeds) { MayNotCatch = true };

    private static void Read(byte[] input)
    {
        if (!SessionDescription.TryParse(Encoding.UTF8.GetString(input), out SessionDescription? description, out SdpError error))
        {
            CheckReason(error);
            return;
        }

        if (!AnswerValidator.TryNegotiate(s_local, description, out _, out error))
            CheckReason(error);
        if (!OfferValidator.TryNegotiate(description, s_local, out NegotiatedSession? session, out error))
        {
            CheckReason(error);
            return;
        }

        string answer = AnswerWriter.Write(description, s_local, session);
        if (!SessionDescription.TryParse(answer, out _, out error))
            throw new FuzzFailureException($"The answer cannot be read: {error}\n{answer}");
    }

    private static void CheckReason(in SdpError error)
    {
        if (string.IsNullOrEmpty(error.Message) || error.Message.Any(char.IsControl) || (error.LineText?.Any(char.IsControl) ?? false))
            throw new FuzzFailureException($"A refusal without a readable reason: {error}");
    }

    private static IEnumerable<byte[]> Seeds()
    {
        string offer = OfferWriter.Write(s_local);
        yield return Encoding.UTF8.GetBytes(offer);
        yield return Encoding.UTF8.GetBytes(offer.Replace("\r\n", "\n", StringComparison.Ordinal));
        if (SessionDescription.TryParse(offer, out SessionDescription? description, out _) && OfferValidator.TryNegotiate(description, s_local, out NegotiatedSession? session, out _))
            yield return Encoding.UTF8.GetBytes(AnswerWriter.Write(description, s_local, session));
        foreach (string text in (string[])["v=0\r\n", "{\"error\":1}", "<html>", "v=0\\r\\n", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"])
            yield return Encoding.UTF8.GetBytes(text);
    }
}
