using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>Sends one message after the other over the WebSocket that is open, or the next. Thread-safe.</summary>
/// <param name="events">Shows and counts what is sent.</param>
/// <param name="refusal">What a sender is told from the moment when the sideband is being closed; null before.</param>
/// <param name="ending">Cancelled when nothing can be sent any more.</param>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the semaphore for its wait handle, the one thing of it that would have to be freed.")]
internal sealed class SidebandSender(SessionTraffic events, Func<RealtimeSessionEndedException?> refusal, CancellationToken ending)
{
    /// <summary>The longest event that the service documents is one with 15 MiB of audio.</summary>
    public const int MaxMessage = 16 * 1024 * 1024;

    /// <summary>How many WebSockets one message may break.</summary>
    private const int MaxTries = 2;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private TaskCompletionSource<SidebandConnection> _live = NewLive();

    /// <summary>The WebSocket that is open; null while there is none.</summary>
    public SidebandConnection? Live
    {
        get
        {
            lock (_lock)
                return _live.Task.IsCompletedSuccessfully ? _live.Task.Result : null;
        }
    }

    /// <summary>This WebSocket is open: who waits for one sends over it.</summary>
    public void Use(SidebandConnection connection)
    {
        lock (_lock)
            _live.TrySetResult(connection);
    }

    /// <summary>Nobody sends over this WebSocket any more.</summary>
    public void Leave(SidebandConnection connection)
    {
        lock (_lock)
        {
            if (_live.Task.IsCompletedSuccessfully && _live.Task.Result == connection)
                _live = NewLive();
        }
    }

    /// <summary>Sends a message whole, or not at all.</summary>
    /// <param name="message">This method's, and given back when nobody needs it any more: a caller that stops waiting leaves a message behind that may be half out.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeSessionEndedException">Nothing can be sent any more.</exception>
    /// <exception cref="ArgumentException">The message is too long, or breaks each WebSocket.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask SendAsync(PooledBuffer message, CancellationToken cancellationToken)
    {
        try
        {
            if (message.Written.Length > MaxMessage)
                throw new ArgumentException($"The event has {message.Written.Length} bytes, and the service accepts at most {MaxMessage}.");
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ending);
            await _turn.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            message.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw Refusal();
            throw;
        }

        Task writing = WriteAsync(message, cancellationToken);
        _ = writing.ContinueWith(static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(PooledBuffer message, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int tries = 1; ; tries++)
            {
                SidebandConnection live = await NextAsync(cancellationToken).ConfigureAwait(false);
                if (tries == 1)
                    events.ShowSent(message.Written.Span);
                try
                {
                    await live.SendAsync(message.Written).ConfigureAwait(false);
                    break;
                }
                catch (Exception e) when (SidebandConnection.IsBreak(e))
                {
                    // The other side has not got it whole, and so not at all: the next WebSocket takes it, unless the event itself is what breaks them.
                    Leave(live);
                    await live.AbandonAsync().ConfigureAwait(false);
                    if (refusal() is { } refused)
                        throw refused;
                    if (live.Closed is { Status: WebSocketCloseStatus.MessageTooBig } || tries == MaxTries)
                        throw new ArgumentException($"The WebSocket broke while this event of {message.Written.Length} bytes was being sent{(tries > 1 ? ", and the next one too" : "")}: most likely the service does not accept it.", e);
                }
            }
            events.CountSent();
        }
        finally
        {
            _turn.Release();
            message.Dispose();
        }
    }

    /// <summary>The WebSocket that is open, or the next.</summary>
    private async Task<SidebandConnection> NextAsync(CancellationToken cancellationToken)
    {
        if (refusal() is { } refused)
            throw refused;
        Task<SidebandConnection> live;
        lock (_lock)
            live = _live.Task;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ending);
        try
        {
            return await live.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refusal();
        }
    }

    private RealtimeSessionEndedException Refusal() => refusal() ?? new RealtimeSessionEndedException(null);

    private static TaskCompletionSource<SidebandConnection> NewLive() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
