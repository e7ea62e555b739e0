using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>What an association is asked to be; read once, when it is made.</summary>
internal sealed class SctpOptions
{
    /// <summary>What DTLS 1.2 adds to a packet with AES-GCM: 13 bytes of header, 8 of nonce, 16 of tag.</summary>
    public const int DtlsOverhead = 13 + 8 + 16;

    /// <summary>Packets begin so long, until <see cref="PacketSizeProbe"/> has found out that longer ones get through.</summary>
    public const int SmallPacketSize = DatagramSize.Small - DtlsOverhead;

    /// <summary>What is asked for when <see cref="MaxPacketSize"/> does not get through.</summary>
    public const int MiddlePacketSize = DatagramSize.Middle - DtlsOverhead;

    /// <summary>Where tags, TSNs and the cookie's key come from.</summary>
    public required RandomSource Random { get; init; }

    /// <summary>Our <c>a=sctp-port</c> (RFC 8841 §5).</summary>
    public ushort LocalPort { get; init; } = 5000;

    /// <summary>The peer's <c>a=sctp-port</c>.</summary>
    public ushort RemotePort { get; init; } = 5000;

    /// <summary>
    /// The largest SCTP packet we send, common header included, in bytes; 512 at least. Default: what 1,200 bytes of UDP payload leave.
    /// </summary>
    public int MaxPacketSize { get; init; } = 1200 - DtlsOverhead;

    /// <summary>The largest message accepted; a larger one ends the association (<see cref="SctpEndReason.MessageTooLarge"/>). Default: 1 MiB.</summary>
    public int MaxIncomingMessageSize { get; init; } = 1024 * 1024;

    /// <summary>
    /// How many bytes of outgoing messages are kept until acknowledged. A message that does not fit is refused with
    /// <see cref="SctpSendResult.BufferFull"/>, except into an empty buffer. Default: 1 MiB.
    /// </summary>
    public int SendBufferSize { get; init; } = 1024 * 1024;

    /// <summary>
    /// The a_rwnd of an empty receive buffer. At least <see cref="MaxIncomingMessageSize"/> and 64 KiB are used, because a message that fills
    /// the window before it is complete could never be completed. Default: 1 MiB.
    /// </summary>
    public int ReceiveWindow { get; init; } = 1024 * 1024;

    /// <summary>RTO.Initial, also the first interval of T1 (RFC 9260 §16 says 1 s). Default: 500 ms.</summary>
    public TimeSpan RtoInitial { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>RTO.Min (RFC 9260 §16 says 1 s: too long for a conversation). Default: 250 ms, above the 200 ms of a peer's delayed SACK.</summary>
    public TimeSpan RtoMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>RTO.Max (RFC 9260 §16 says 60 s). Default: 5 s.</summary>
    public TimeSpan RtoMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Max.Init.Retransmits: how often INIT, and then COOKIE ECHO, is repeated (RFC 9260 §16 says 8, with longer intervals).
    /// Default: 30, about two minutes.
    /// </summary>
    public int MaxInitRetransmits { get; init; } = 30;

    /// <summary>
    /// Association.Max.Retrans: timeouts in a row without any sign of the peer (RFC 9260 §16 says 10, with longer intervals).
    /// Default: 24, about two minutes.
    /// </summary>
    public int MaxRetransmits { get; init; } = 24;

    /// <summary>HB.interval (RFC 9260 §16). Default: 30 s; <see cref="TimeSpan.MaxValue"/> sends none.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a SACK may wait for a second packet (RFC 9260 §6.2). Default: 200 ms.</summary>
    public TimeSpan SackDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
