using System.Net.WebSockets;
using System.Threading.Channels;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>One WebSocket beside a call: all of the call's events go out, and what comes in is the call's as if its own client had sent it.</summary>
/// <param name="maxEvent">The largest event that may come in, in bytes.</param>
/// <param name="farewell">What the goodbye at the call's end says; null for one without a status, which the other side takes for 1005 (RFC 6455 §7.1.5).</param>
internal sealed class CallSideband(int maxEvent, string? farewell = "The call has ended.")
{
    private const int MaxQueuedEvents = 1_024;
    private const int Part = 16 * 1_024;
    private static readonly byte[] CloseWithoutStatus = [0x88, 0x00];       // RFC 6455 §5.5.1
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private readonly Channel<byte[]> _outbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueuedEvents) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly Lock _gate = new();
    private volatile WebSocket? _socket;
    private Action? _cut;       // under the gate: not once the request is over
    private volatile bool _isBroken;

    /// <summary>Queues an event; never waits. One who does not read is cut off.</summary>
    public void Send(byte[] utf8)
    {
        if (!_outbox.Writer.TryWrite(utf8) && !_outbox.Reader.Completion.IsCompleted && _outbox.Reader.Count >= MaxQueuedEvents)
            Break();
    }

    /// <summary>The call is over: what is queued goes out, then a goodbye.</summary>
    public void End() => _outbox.Writer.TryComplete();

    /// <summary>Cuts it, without a goodbye.</summary>
    public void Break()
    {
        _isBroken = true;
        _socket?.Abort();
        lock (_gate)
            _cut?.Invoke();
    }

    /// <summary>Carries events both ways until one side ends it. Never faults.</summary>
    /// <param name="socket">The WebSocket; the caller's.</param>
    /// <param name="stream">The stream beneath it.</param>
    /// <param name="received">Takes each message that comes.</param>
    /// <param name="abort">Closes the TCP connection. Aborting the WebSocket leaves it open until the other side writes, and an idle one would notice nothing.</param>
    /// <param name="gone">The request is over, or the endpoint.</param>
    public async Task RunAsync(WebSocket socket, Stream stream, Action<byte[]> received, Action abort, CancellationToken gone)
    {
        using CancellationTokenRegistration cut = gone.Register(socket.Abort);
        _socket = socket;
        lock (_gate)
            _cut = abort;
        if (_isBroken)
            Break();
        Task reading = ReadAsync(socket, received);
        Task writing = WriteAsync(socket, stream);
        try
        {
            if (await Task.WhenAny(reading, writing).ConfigureAwait(false) == writing)
                await reading.WaitAsync(GoodbyePatience, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            End();
            await writing.WaitAsync(GoodbyePatience, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            socket.Abort();
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
                _cut = null;
        }
    }

    private async Task WriteAsync(WebSocket socket, Stream stream)
    {
        await foreach (byte[] utf8 in _outbox.Reader.ReadAllAsync().ConfigureAwait(false))
            await socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
        if (farewell is not null)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, farewell, CancellationToken.None).ConfigureAwait(false);
        else
            await stream.WriteAsync(CloseWithoutStatus).ConfigureAwait(false);      // .NET's own would write a status
    }

    private async Task ReadAsync(WebSocket socket, Action<byte[]> received)
    {
        byte[] part = new byte[Part];
        using var message = new MemoryStream();
        while (true)
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(part.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
                return;
            if (message.Length + result.Count > maxEvent)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, $"An event may have at most {maxEvent} bytes.", CancellationToken.None).ConfigureAwait(false);
                return;
            }

            message.Write(part, 0, result.Count);
            if (!result.EndOfMessage)
                continue;
            received(message.ToArray());
            message.SetLength(0);
        }
    }
}
