namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>What a description from the peer may make us hold. Chromium's largest ordinary offer has about 10,000 characters.</summary>
internal static class SdpLimits
{
    /// <summary>Characters of a whole description. More is refused.</summary>
    public const int Length = 128 * 1024;

    /// <summary>Lines of a whole description. More is refused.</summary>
    public const int Lines = 4096;

    /// <summary>m-lines, rejected ones included. More is refused.</summary>
    public const int MediaDescriptions = 64;

    /// <summary>Formats of one m-line, and as many rtpmap and fmtp lines below it. What comes after is passed over.</summary>
    public const int Formats = 128;

    /// <summary>Candidates of a whole description. What comes after is passed over and counted.</summary>
    public const int Candidates = 128;

    /// <summary>Fingerprints at one level. More of those that can be checked is refused: passing one over could refuse the right certificate. Others are passed over.</summary>
    public const int Fingerprints = 16;

    /// <summary>Characters of a mid, a cname, a foundation or an algorithm's name. More is refused or passed over.</summary>
    public const int Token = 256;
}
