namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>The header of a whole message that waits to be taken.</summary>
/// <param name="StreamId">The stream it came on.</param>
/// <param name="Ppid">Its payload protocol identifier (RFC 8831 §8).</param>
/// <param name="Length">Its length in bytes; never 0.</param>
internal readonly record struct SctpMessage(ushort StreamId, uint Ppid, int Length);

/// <summary>
/// What became of a message handed over to be sent. <see cref="Peer.SendResult"/> stays a type of its own: a peer has one channel, so what an
/// association tells apart by stream is the same to who sends.
/// </summary>
internal enum SctpSendResult : byte
{
    /// <summary>Copied; it will be delivered, or the association ends.</summary>
    Accepted,

    /// <summary>No room now; <see cref="SctpEventKind.SendBufferLow"/> follows.</summary>
    BufferFull,

    /// <summary>Not started, shutting down, or over.</summary>
    NotConnected,

    /// <summary>Larger than <see cref="SctpAssociation.MaxOutgoingMessageSize"/>.</summary>
    TooLarge,

    /// <summary>The peer takes no stream of this id (its number of inbound streams, RFC 9260 §5.1.1).</summary>
    NoSuchStream,
}
