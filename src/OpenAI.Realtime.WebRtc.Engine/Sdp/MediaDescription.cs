using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>What an m-line is for.</summary>
internal enum SdpMediaKind : byte
{
    /// <summary>Something that this engine only ever rejects: video, text, another application.</summary>
    Other,

    /// <summary>Audio over RTP.</summary>
    Audio,

    /// <summary>Data channels: SCTP over DTLS (RFC 8841 §4).</summary>
    DataChannel,
}

/// <summary>
/// One m-line and the lines below it (RFC 8866 §5.14):
/// <code>
/// m=audio 9 UDP/TLS/RTP/SAVPF 111                     m=application 9 UDP/DTLS/SCTP webrtc-datachannel
///   media │ proto             formats
///         └ port: 0 rejects (RFC 8843 §7.2.3 apart: 0 with a=bundle-only does not), 9 says nothing
/// </code>
/// </summary>
internal sealed class MediaDescription(int line, string lineText, SdpMediaKind kind, string media, ushort port, string protocol, IReadOnlyList<string> formats)
{
    /// <summary>The number of the m-line.</summary>
    public int Line { get; } = line;

    /// <summary>The m-line itself.</summary>
    public string LineText { get; } = lineText;

    /// <summary>What it is for.</summary>
    public SdpMediaKind Kind { get; } = kind;

    /// <summary>The first word: <c>audio</c>, <c>video</c>, <c>application</c>.</summary>
    public string Media { get; } = media;

    /// <summary>The port of the m-line.</summary>
    public ushort Port { get; } = port;

    /// <summary>Such as <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    public string Protocol { get; } = protocol;

    /// <summary>Payload types, or <c>webrtc-datachannel</c>; the SCTP port in the old form.</summary>
    public IReadOnlyList<string> Formats { get; } = formats;

    /// <summary><c>a=bundle-only</c>: the port is 0 until BUNDLE is agreed (RFC 8843 §6).</summary>
    public bool IsBundleOnly { get; set; }

    /// <summary>Whether the m-line is refused, or no longer used: port 0 (RFC 3264 §6, §8.2).</summary>
    public bool IsRejected => Port == 0 && !IsBundleOnly;

    /// <summary>Whether this is the data channel as drafts before RFC 8841 wrote it: <c>m=application 9 DTLS/SCTP 5000</c> with <c>a=sctpmap</c>.</summary>
    public bool IsLegacyDataChannel => Kind == SdpMediaKind.DataChannel && Protocol == "DTLS/SCTP";

    /// <summary><c>a=mid</c>; null when not told.</summary>
    public string? Mid { get; set; }

    /// <summary>ICE and DTLS as told below this m-line.</summary>
    public SdpTransport Transport { get; } = new();

    /// <summary>Every candidate that could be parsed, usable or not.</summary>
    public List<SdpCandidate> Candidates { get; } = [];

    /// <summary><c>a=end-of-candidates</c>: no more will be trickled (RFC 8840 §8).</summary>
    public bool HasEndOfCandidates { get; set; }

    /// <summary><c>a=rtcp-mux</c> (RFC 5761 §5.1.1).</summary>
    public bool HasRtcpMux { get; set; }

    /// <summary><c>a=rtcp-rsize</c> (RFC 5506 §5).</summary>
    public bool HasRtcpRsize { get; set; }

    /// <summary>Which way media flows, as its writer sees it; null when not told at this level.</summary>
    public MediaDirection? Direction { get; set; }

    /// <summary>The first Opus among the formats, with its parameters; null when there is none.</summary>
    public OpusFormat? Opus { get; set; }

    /// <summary>The first line that names Opus in a way that cannot be used; told when no other one can.</summary>
    public SdpError OpusError { get; set; } = SdpError.None;

    /// <summary>The first <c>a=ssrc</c>; null when not told.</summary>
    public uint? Ssrc { get; set; }

    /// <summary>The cname of <see cref="Ssrc"/>; null when not told.</summary>
    public string? Cname { get; set; }

    /// <summary><c>a=msid</c>, stream and track as one string; null when not told.</summary>
    public string? Msid { get; set; }

    /// <summary>The SCTP port: <c>a=sctp-port</c>, or the old form's format; null when not told.</summary>
    public ushort? SctpPort { get; set; }

    /// <summary><c>a=max-message-size</c> in bytes, 0 meaning any size; null when not told (then 65536, RFC 8841 §6.1).</summary>
    public long? MaxMessageSize { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{LineText} (mid {Mid})";
}
