using System.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>
/// Received messages on their way to the reader. SIPSorcery's SCTP advertises the same receive window however much is waiting
/// (<c>SctpDataReceiver.GetSackChunk</c>), so that a slow reader cannot slow the peer down: what waits has a bound instead.
/// </summary>
internal sealed class MessageInbox
{
    /// <summary>How many bytes may wait for the reader; with more the connection is ended.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private readonly Channel<IncomingMessage> _messages = Channel.CreateUnbounded<IncomingMessage>(new() { SingleReader = true });
    private long _waiting;
    private long _received;

    public long Received => Interlocked.Read(ref _received);

    /// <summary>Copies one message in; on SIPSorcery's SCTP thread.</summary>
    /// <returns>False when too much is waiting already.</returns>
    public bool TryPut(ReadOnlySpan<byte> message, MessageKind kind)
    {
        Interlocked.Increment(ref _received);
        if (Interlocked.Add(ref _waiting, message.Length) > MaxBytes)
            return false;
        byte[] pooled = ArrayPool<byte>.Shared.Rent(message.Length);
        message.CopyTo(pooled);
        var incoming = new IncomingMessage(pooled, message.Length, kind);
        if (!_messages.Writer.TryWrite(incoming))
            incoming.Dispose();     // closed meanwhile
        return true;
    }

    /// <summary>No more will come; what is here can still be read.</summary>
    public void Complete() => _messages.Writer.TryComplete();

    public async ValueTask<IncomingMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (_messages.Reader.TryRead(out IncomingMessage? message))
            {
                Interlocked.Add(ref _waiting, -message.Memory.Length);
                return message;
            }
        }
        while (await _messages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        return null;
    }

    /// <summary>Gives the buffers of what nobody has read back.</summary>
    public void Clear()
    {
        while (_messages.Reader.TryRead(out IncomingMessage? message))
            message.Dispose();
    }
}
