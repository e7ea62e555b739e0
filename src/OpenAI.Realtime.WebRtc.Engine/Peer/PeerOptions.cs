using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>What a <see cref="WebRtcPeer"/> is told when it is made, because it may not ask for it later.</summary>
public sealed record PeerOptions
{
    /// <summary>The wall clock's time at <see cref="Instant.Zero"/>: for certificates and sender reports.</summary>
    public required DateTimeOffset WallClockAtZero { get; init; }

    /// <summary>Where every random number comes from.</summary>
    public required RandomSource Random { get; init; }

    /// <summary>The label of the data channel that the offering side opens.</summary>
    public string ChannelLabel { get; init; } = "oai-events";

    /// <summary>The stream id of a channel that both sides know beforehand (RFC 8831 §6.6); null: the offerer opens it in-band.</summary>
    public ushort? NegotiatedChannelId { get; init; }

    /// <summary>Which way audio may flow.</summary>
    public MediaDirection AudioDirection { get; init; } = MediaDirection.SendReceive;

    /// <summary>The largest message accepted, in bytes; advertised as <c>a=max-message-size</c>.</summary>
    public int MaxIncomingMessageSize { get; init; } = 1024 * 1024;

    /// <summary>How many bytes of messages may wait to be sent.</summary>
    public int SendBufferSize { get; init; } = 1024 * 1024;

    /// <summary>
    /// The largest UDP payload that is sent. 1,200 fits every path that carries IPv6 with room for tunnels (RFC 8261 §5). Messages are cut smaller until the path has shown that it carries it.
    /// </summary>
    public int MaxDatagramSize { get; init; } = 1200;

    /// <summary>Answer as an ICE-lite agent (RFC 8445 §2.5).</summary>
    public bool IceLite { get; init; }

    /// <summary>When answering an <c>actpass</c> offer: be the DTLS server instead of the client.</summary>
    public bool AnswerAsDtlsServer { get; init; }

    /// <summary>How long ICE may take.</summary>
    public TimeSpan IceTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the DTLS handshake may take.</summary>
    public TimeSpan DtlsTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the SCTP association and the channel may take.</summary>
    public TimeSpan ChannelTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long closing in good order may take before the peer just ends.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long without an answer until consent is lost (RFC 7675 §5.1); −1 ms: never asked for.</summary>
    public TimeSpan ConsentTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
