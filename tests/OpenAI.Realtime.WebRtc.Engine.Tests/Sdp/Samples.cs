using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

internal static class Samples
{
    public const string Password = "abcdefghijklmnopqrstuvwx";

    /// <summary>Every answer and offer of a real peer that the tests keep, ICE passwords replaced.</summary>
    public static TheoryData<string> AllFixtures =>
        ["production-answer-2026-08", "chromium-answer", "chromium-offer", "chromium-offer-video", "aiortc-answer", "aiortc-offer", "firefox-answer", "firefox-offer", "pion-answer"];

    public static LocalDescription Local { get; } = new()
    {
        SessionId = 0x4000_0000_0000_0001,
        IceUfrag = "abcdEFGH",
        IcePwd = Password,
        Fingerprint = Fingerprint("sha-256", string.Join(':', Enumerable.Repeat("A8", 32))),
        AudioSsrc = 12345678,
        Cname = "c0ffee",
        StreamId = "stream0",
        TrackId = "track0",
        Candidates =
        [
            SdpCandidate.Host("1", 2130706431, TransportAddress.From([192, 0, 2, 7], 40000)),
            SdpCandidate.Host("2", 2130706175, TransportAddress.From([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 40001)),
        ],
    };

    public static CertificateFingerprint Fingerprint(string algorithm, string hex) =>
        CertificateFingerprint.TryParse(algorithm, hex, out CertificateFingerprint? fingerprint) ? fingerprint : throw new ArgumentException(hex);

    /// <summary>A fixture with CRLF line ends, however it was checked out.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(Samples).Assembly.GetManifestResourceStream($"{name}.sdp")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\r\n");
    }

    public static string ProductionAnswer => Read("production-answer-2026-08");

    public static SessionDescription Parse(string sdp)
    {
        Assert.True(SessionDescription.TryParse(sdp, out SessionDescription? description, out SdpError error), error.ToString());
        Assert.Equal(SdpError.None, error);
        return description;
    }

    public static SdpError ParseError(string? sdp)
    {
        Assert.False(SessionDescription.TryParse(sdp, out SessionDescription? description, out SdpError error));
        Assert.Null(description);
        return error;
    }

    public static NegotiatedSession NegotiateAnswer(string answer, LocalDescription? offer = null)
    {
        Assert.True(AnswerValidator.TryNegotiate(offer ?? Local, Parse(answer), out NegotiatedSession? session, out SdpError error), error.ToString());
        return session;
    }

    public static SdpError AnswerError(string answer, LocalDescription? offer = null)
    {
        Assert.False(AnswerValidator.TryNegotiate(offer ?? Local, Parse(answer), out NegotiatedSession? session, out SdpError error));
        Assert.Null(session);
        return error;
    }

    public static NegotiatedSession NegotiateOffer(string offer, LocalDescription? local = null)
    {
        Assert.True(OfferValidator.TryNegotiate(Parse(offer), local ?? Local, out NegotiatedSession? session, out SdpError error), error.ToString());
        return session;
    }

    public static SdpError OfferError(string offer, LocalDescription? local = null)
    {
        Assert.False(OfferValidator.TryNegotiate(Parse(offer), local ?? Local, out NegotiatedSession? session, out SdpError error));
        Assert.Null(session);
        return error;
    }

    public static string Answer(string offer, LocalDescription? local = null)
    {
        SessionDescription parsed = Parse(offer);
        return AnswerWriter.Write(parsed, local ?? Local, NegotiateOffer(offer, local));
    }

    /// <summary>The text without the lines that begin so.</summary>
    public static string Without(string sdp, string start) =>
        string.Concat(sdp.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith(start, StringComparison.Ordinal)).Select(l => l + "\r\n"));

    /// <summary>The number of the first line that begins so, from 1.</summary>
    public static int LineOf(string sdp, string start) => 1 + Array.FindIndex(sdp.Split("\r\n"), l => l.StartsWith(start, StringComparison.Ordinal));
}
