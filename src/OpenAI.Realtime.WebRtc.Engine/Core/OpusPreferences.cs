namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>How a peer wishes to be sent Opus: what its <c>a=fmtp</c> says to a sender (RFC 7587 §6.1). Preferences, none of which stops a packet.</summary>
public sealed record OpusPreferences
{
    /// <summary>The highest average bitrate that is of use to it, in bit/s; null when it names none.</summary>
    public int? MaxAverageBitrate { get; init; }

    /// <summary>The highest sampling rate that it can play, in Hz; null when it names none, which means 48,000.</summary>
    public int? MaxPlaybackRate { get; init; }

    /// <summary>Whether it makes use of in-band FEC. Default: no.</summary>
    public bool UseInbandFec { get; init; }

    /// <summary>Whether it prefers that silence is not sent. Default: no.</summary>
    public bool UseDtx { get; init; }

    /// <summary>Whether it prefers a constant bitrate. Default: no.</summary>
    public bool ConstantBitrate { get; init; }
}
