using System.Net.WebSockets;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>One WebSocket of a sideband: whole messages in and out, each bounded in size or in time. One reader and one writer at a time.</summary>
/// <param name="socket">Open; disposed with this.</param>
/// <param name="maxMessage">The longest message that is kept, in bytes.</param>
/// <param name="timeProvider">The clock of limits.</param>
internal sealed class SidebandConnection(WebSocket socket, int maxMessage, TimeProvider timeProvider) : IDisposable
{
    /// <summary>How long the other side may take to take one message; then it does not read any more, and the connection is given up.</summary>
    public static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);

    private const int Part = 4096;

    /// <summary>How long a broken send waits for what the other side may have said before: that it takes no event so large, say.</summary>
    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _opened = timeProvider.GetElapsedTime(0, timeProvider.GetTimestamp());

    /// <summary>How long it has been open.</summary>
    public TimeSpan Age => timeProvider.GetElapsedTime(0, timeProvider.GetTimestamp()) - _opened;

    /// <summary>What the other side said when it closed; null while it has not.</summary>
    public (WebSocketCloseStatus? Status, string? Description)? Closed { get; private set; }

    /// <summary>Whether an exception says that the connection is over, and nothing else.</summary>
    public static bool IsBreak(Exception e) => e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException; // the last of a socket that is closed or disposed

    /// <summary>The next message; null when the other side has closed. A longer one than is kept is read to its end, and only its beginning given.</summary>
    public async ValueTask<SidebandMessage?> ReceiveAsync()
    {
        var buffer = new PooledBuffer(Part);
        try
        {
            long length = 0;
            while (true)
            {
                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.GetMemory(Part), CancellationToken.None).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    Closed = (socket.CloseStatus, socket.CloseStatusDescription);
                    buffer.Dispose();
                    return null;
                }
                length += part.Count;
                if (length <= maxMessage)
                    buffer.Advance(part.Count);     // else the next part overwrites this one
                if (part.EndOfMessage)
                    return new SidebandMessage(buffer, length, length > maxMessage);
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Sends a message. If it throws, the other side has not got it whole, and so not at all; the connection is over.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> utf8Json)
    {
        using var limit = new CancellationTokenSource(WriteLimit, timeProvider);    // whose end aborts the socket
        await socket.SendAsync(utf8Json, WebSocketMessageType.Text, endOfMessage: true, limit.Token).ConfigureAwait(false);
    }

    /// <summary>Says goodbye (RFC 6455 §7.1.2); the other side's own then ends <see cref="ReceiveAsync"/>. Never fails.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBreak(e))
        {
            socket.Abort();
        }
    }

    /// <summary>Ends it once everything that came has been read, or after a second.</summary>
    public async Task AbandonAsync()
    {
        await _read.Task.WaitAsync(LastWordsLimit, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
    }

    /// <summary>Ends it at once, and with it a receive or a send that is under way.</summary>
    public void Abort() => socket.Abort();

    public void Dispose()
    {
        _read.TrySetResult();
        socket.Dispose();
    }
}

/// <summary>A message that came; dispose it when it has been read.</summary>
internal readonly struct SidebandMessage(PooledBuffer buffer, long length, bool isCut) : IDisposable
{
    /// <summary>What is kept of it.</summary>
    public ReadOnlySpan<byte> Utf8Json => buffer.Written.Span;

    /// <summary>How long it was, in bytes.</summary>
    public long Length => length;

    /// <summary>Whether it was longer than what is kept.</summary>
    public bool IsCut => isCut;

    public void Dispose() => buffer.Dispose();
}
