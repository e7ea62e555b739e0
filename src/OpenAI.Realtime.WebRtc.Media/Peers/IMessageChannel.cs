using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The data channel of a connection (RFC 8831): whole messages, in order, reliable.</summary>
/// <remarks>Any thread; one reader at a time, and several senders at once.</remarks>
public interface IMessageChannel
{
    /// <summary>The next message, or null when no more will come.</summary>
    /// <returns>A pooled message that the reader disposes. One not yet read counts against what the peer may send.</returns>
    ValueTask<IncomingMessage?> ReceiveAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends one message. Completes when the engine has taken it, which waits while its send buffer is full.</summary>
    /// <param name="message">The whole message; the caller owns it and may use it again once the task has completed.</param>
    /// <param name="kind">Text or binary.</param>
    /// <param name="cancellationToken">Ends the wait for room; a message is sent whole or not at all.</param>
    /// <exception cref="ArgumentException">The message is larger than the peer accepts, or the peer advertised no such size.</exception>
    /// <exception cref="PeerConnectionException">The channel is not open, or has closed.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default);
}
