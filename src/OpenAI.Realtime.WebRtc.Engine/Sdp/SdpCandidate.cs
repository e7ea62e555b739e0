using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// One ICE candidate (RFC 8839 §5.1; RFC 6544 §4.5 for TCP):
/// <code>
/// candidate:3717646455 1 tcp 1671430143 192.0.2.10 443 typ host tcptype passive ufrag NGikpJ/u
///           foundation │  │  priority   address    port     │           │        └ extension: name and value
///                      │  └ transport                       type        └ TCP alone
///                      └ component: 1 is RTP, and the only one with rtcp-mux
/// </code>
/// </summary>
/// <param name="Foundation">The same for candidates of the same kind and base.</param>
/// <param name="Component">1 for RTP (and everything, with rtcp-mux), 2 for RTCP.</param>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Priority">RFC 8445 §5.1.2.</param>
/// <param name="Address">The address as it is written: an IP address, an mDNS name ending in <c>.local</c> or a host name.</param>
/// <param name="Port">The port; 9 for active TCP.</param>
/// <param name="Type">Where it came from; null for a type that this engine does not know.</param>
internal readonly record struct SdpCandidate(
    string Foundation, ushort Component, TransportProtocol Protocol, uint Priority, string Address, ushort Port, CandidateType? Type)
{
    /// <summary>Who connects, for TCP.</summary>
    public TcpCandidateType TcpType { get; init; }

    /// <summary>The related address (<c>raddr</c>), if told; never used, kept for logs.</summary>
    public string? RelatedAddress { get; init; }

    /// <summary>The related port (<c>rport</c>), if told.</summary>
    public ushort RelatedPort { get; init; }

    /// <summary>The extension <c>ufrag</c>: which ICE session the candidate belongs to; null when not told.</summary>
    public string? Ufrag { get; init; }

    /// <summary>Address and port when the address is an IP address; null for a name, which the engine never resolves.</summary>
    public TransportAddress? TransportAddress { get; init; }

    /// <summary>
    /// Whether a check can be sent there: an IP address of one machine, component 1, UDP or a listening TCP port.
    /// </summary>
    public bool IsUsable =>
        TransportAddress is { } address && Port != 0 && Component == 1 && Type is not null && IsUnicast(address)
        && (Protocol == TransportProtocol.Udp || TcpType == TcpCandidateType.Passive);

    /// <summary>Whether the address is a name instead of an IP address, as browsers hide their own behind mDNS.</summary>
    public bool IsName => TransportAddress is null;

    /// <summary>What stands in place of the port of an active TCP candidate, which has none yet (RFC 6544 §4.5): "discard".</summary>
    private const ushort NoPort = 9;

    /// <summary>A host candidate of this machine: UDP, unless its TCP type says otherwise.</summary>
    public static SdpCandidate Host(string foundation, uint priority, TransportAddress address, TcpCandidateType tcpType = TcpCandidateType.None) => new(
        foundation,
        1,
        tcpType == TcpCandidateType.None ? TransportProtocol.Udp : TransportProtocol.Tcp,
        priority,
        Format(address),
        tcpType == TcpCandidateType.Active ? NoPort : address.Port,
        CandidateType.Host)
    {
        TransportAddress = address,
        TcpType = tcpType,
    };

    /// <summary>Parses what follows <c>a=</c>, from <c>candidate:</c> on. False: malformed, or of a transport other than UDP and TCP.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SdpCandidate candidate)
    {
        candidate = default;
        if (!text.StartsWith("candidate:"))
            return false;
        SdpTokens tokens = new(text["candidate:".Length..]);
        if (!tokens.TryTake(out ReadOnlySpan<char> foundation) || foundation.Length > SdpLimits.Token || !SdpTokens.IsVisible(foundation)
            || !tokens.TryTakeUInt16(out ushort component)
            || !tokens.TryTake(out ReadOnlySpan<char> transport) || !TryParseTransport(transport, out TransportProtocol protocol)
            || !tokens.TryTakeUInt32(out uint priority)
            || !tokens.TryTake(out ReadOnlySpan<char> address) || address.Length > SdpLimits.Token || !SdpTokens.IsVisible(address)
            || !tokens.TryTakeUInt16(out ushort port)
            || !tokens.TryTake(out ReadOnlySpan<char> typ) || !typ.SequenceEqual("typ")
            || !tokens.TryTake(out ReadOnlySpan<char> type))
            return false;

        candidate = new(foundation.ToString(), component, protocol, priority, address.ToString(), port, ParseType(type));
        // A zone ("%eth0") means something on the peer's own machine alone (RFC 4007 §6): the address is what comes before it.
        int zone = address.IndexOf('%');
        if (TryParseAddress(zone < 0 || !address.Contains(':') ? address : address[..zone], out IPAddress? ip))
            candidate = candidate with { TransportAddress = Core.TransportAddress.From(ip, port) };

        // Extensions come in pairs, and unknown ones are passed over (RFC 8839 §5.1).
        while (tokens.TryTake(out ReadOnlySpan<char> name) && tokens.TryTake(out ReadOnlySpan<char> value))
        {
            if (value.Length > SdpLimits.Token || !SdpTokens.IsVisible(value))
                continue;
            if (name.SequenceEqual("raddr"))
                candidate = candidate with { RelatedAddress = value.ToString() };
            else if (name.SequenceEqual("rport") && SdpTokens.TryParseUInt16(value, out ushort relatedPort))
                candidate = candidate with { RelatedPort = relatedPort };
            else if (name.SequenceEqual("tcptype"))
                candidate = candidate with { TcpType = ParseTcpType(value) };
            else if (name.SequenceEqual("ufrag"))
                candidate = candidate with { Ufrag = value.ToString() };
        }

        return true;
    }

    /// <summary>The candidate as SDP writes it, from <c>candidate:</c> on.</summary>
    public override string ToString()
    {
        string text = string.Create(null, $"candidate:{Foundation} {Component} {(Protocol == TransportProtocol.Tcp ? "tcp" : "udp")} {Priority} {Address} {Port} typ {Name(Type)}");
        if (RelatedAddress is not null)
            text += string.Create(null, $" raddr {RelatedAddress} rport {RelatedPort}");
        if (TcpType != TcpCandidateType.None)
            text += TcpType switch { TcpCandidateType.Active => " tcptype active", TcpCandidateType.Passive => " tcptype passive", _ => " tcptype so" };
        return Ufrag is null ? text : $"{text} ufrag {Ufrag}";
    }

    // An IPv6 zone means something on its own machine alone, so it is left out.
    private static string Format(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..address.WriteAddress(bytes)]).ToString();
    }

    private static bool TryParseTransport(ReadOnlySpan<char> text, out TransportProtocol protocol)
    {
        protocol = text.Equals("tcp", StringComparison.OrdinalIgnoreCase) ? TransportProtocol.Tcp : TransportProtocol.Udp;
        return protocol == TransportProtocol.Tcp || text.Equals("udp", StringComparison.OrdinalIgnoreCase);
    }

    private static CandidateType? ParseType(ReadOnlySpan<char> text) => text switch
    {
        "host" => CandidateType.Host,
        "srflx" => CandidateType.ServerReflexive,
        "prflx" => CandidateType.PeerReflexive,
        "relay" => CandidateType.Relayed,
        _ => null,
    };

    private static string Name(CandidateType? type) => type switch
    {
        CandidateType.Host => "host",
        CandidateType.ServerReflexive => "srflx",
        CandidateType.PeerReflexive => "prflx",
        CandidateType.Relayed => "relay",
        _ => "unknown",
    };

    private static TcpCandidateType ParseTcpType(ReadOnlySpan<char> text) => text switch
    {
        "active" => TcpCandidateType.Active,
        "passive" => TcpCandidateType.Passive,
        "so" => TcpCandidateType.SimultaneousOpen,
        _ => TcpCandidateType.None,
    };

    // Four decimal numbers, or IPv6 without brackets and zone. IPAddress alone would also read "1", "0x7f.1" and "[::1]:80".
    private static bool TryParseAddress(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Contains(':'))
            return !text.ContainsAny('[', '%', '/') && IPAddress.TryParse(text, out address);
        if (text.Length > 15 || text.Count('.') != 3)
            return false;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> number = text[part];
            if (!byte.TryParse(number, System.Globalization.NumberStyles.None, null, out _) || (number.Length > 1 && number[0] == '0'))
                return false;
        }

        return IPAddress.TryParse(text, out address);
    }

    // Neither unspecified, multicast nor broadcast: a peer must not make us send to a whole network.
    private static bool IsUnicast(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes = bytes[..address.WriteAddress(bytes)];
        return bytes.Length == 4
            ? bytes[0] is not 0 and < 224
            : bytes[0] != 0xFF && bytes.ContainsAnyExcept((byte)0);
    }
}
