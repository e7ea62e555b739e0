using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Opus as one side of an audio m-line describes it: what that side wishes to receive (RFC 7587 §6.1, §7).
/// <code>
/// a=rtpmap:111 opus/48000/2                    always 48000 and 2, whatever is sent (RFC 7587 §7)
/// a=fmtp:111 minptime=10;useinbandfec=1
/// </code>
/// </summary>
/// <param name="PayloadType">The RTP payload type, 0 to 127.</param>
/// <param name="Fmtp">The parameters as they are written; empty when there are none.</param>
internal sealed record OpusFormat(byte PayloadType, string Fmtp)
{
    /// <summary>Whether the side that says it prefers stereo. Default: mono.</summary>
    public bool Stereo => ReadNumber("stereo") == 1;

    /// <summary>Whether the side that says it is likely to send stereo. Default: mono.</summary>
    public bool SpropStereo => ReadNumber("sprop-stereo") == 1;

    /// <summary>Whether the side that says it makes use of in-band FEC. Default: no.</summary>
    public bool UseInbandFec => ReadNumber("useinbandfec") == 1;

    /// <summary>Whether the side that says it prefers discontinuous transmission. Default: no.</summary>
    public bool UseDtx => ReadNumber("usedtx") == 1;

    /// <summary>Whether a constant bitrate is asked for. Default: no.</summary>
    public bool Cbr => ReadNumber("cbr") == 1;

    /// <summary>The highest average bitrate wished, in bit/s; null when not told.</summary>
    public int? MaxAverageBitrate => ReadNumber("maxaveragebitrate");

    /// <summary>The highest sampling rate that is worth sending, in Hz; null when not told (then 48000).</summary>
    public int? MaxPlaybackRate => ReadNumber("maxplaybackrate");

    /// <summary>The shortest packet wished, in ms; null when not told (then 3).</summary>
    public int? MinPtime => ReadNumber("minptime");

    /// <summary>The length of a packet that is preferred, in ms: <c>a=ptime</c>; null when not told (then 20).</summary>
    public int? Ptime { get; init; }

    /// <summary>The longest packet wished, in ms: <c>a=maxptime</c>; null when not told (then 120).</summary>
    public int? MaxPtime { get; init; }

    /// <summary>What of it tells a sender how to encode.</summary>
    public OpusPreferences ToPreferences() => new()
    {
        MaxAverageBitrate = MaxAverageBitrate,
        MaxPlaybackRate = MaxPlaybackRate,
        UseInbandFec = UseInbandFec,
        UseDtx = UseDtx,
        ConstantBitrate = Cbr,
    };

    // name "=" value, with ";" between them and, as many write it, spaces around.
    private int? ReadNumber(string name)
    {
        ReadOnlySpan<char> fmtp = Fmtp;
        foreach (Range range in fmtp.Split(';'))
        {
            ReadOnlySpan<char> parameter = fmtp[range].Trim(' ');
            int equals = parameter.IndexOf('=');
            if (equals > 0 && parameter[..equals].TrimEnd(' ').Equals(name, StringComparison.OrdinalIgnoreCase))
                return SdpTokens.TryParseUInt32(parameter[(equals + 1)..].Trim(' '), out uint number) && number <= int.MaxValue ? (int)number : null;
        }

        return null;
    }
}
