using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>Puts lines together, each ended by CRLF (RFC 8866 §5), and holds what offer and answer have in common.</summary>
internal sealed class SdpWriter
{
    private readonly StringBuilder _text = new(2048);

    /// <summary>A line as it is.</summary>
    public SdpWriter Line(string line)
    {
        _text.Append(line).Append("\r\n");
        return this;
    }

    /// <summary>v=, o=, s= and t= (RFC 8829 §5.2.1). The o-line hides the machine's address; its sign bit is 0 for readers with signed numbers.</summary>
    public SdpWriter Session(LocalDescription local) =>
        Line("v=0")
            .Line($"o=- {local.SessionId & long.MaxValue} {local.SessionVersion} IN IP4 0.0.0.0")
            .Line("s=-")
            .Line("t=0 0");

    /// <summary>One set of ICE credentials, the same below every m-line.</summary>
    public SdpWriter IceCredentials(LocalDescription local) =>
        Line($"a=ice-ufrag:{local.IceUfrag}")
            .Line($"a=ice-pwd:{local.IcePwd}");

    /// <summary>Opus (RFC 7587 §7), and what it may be sent with.</summary>
    public SdpWriter Opus(byte payloadType, string fmtp)
    {
        Line($"a=rtpmap:{payloadType} opus/48000/2");
        return fmtp.Length == 0 ? this : Line($"a=fmtp:{payloadType} {fmtp}");
    }

    /// <summary>What we send: its SSRC (RFC 5576), and the stream and track it belongs to (RFC 8830). Nothing when we do not send.</summary>
    public SdpWriter Source(LocalDescription local, MediaDirection direction)
    {
        if (!direction.Sends())
            return this;
        return Line($"a=ssrc:{local.AudioSsrc} cname:{local.Cname}")
            .Line($"a=ssrc:{local.AudioSsrc} msid:{local.StreamId} {local.TrackId}")
            .Line($"a=msid:{local.StreamId} {local.TrackId}");
    }

    /// <summary>Every candidate, and that there will be no more (RFC 8840 §8.2).</summary>
    public SdpWriter Candidates(LocalDescription local)
    {
        foreach (SdpCandidate candidate in local.Candidates)
            Line($"a={candidate}");
        return Line("a=end-of-candidates");
    }

    public override string ToString() => _text.ToString();
}
