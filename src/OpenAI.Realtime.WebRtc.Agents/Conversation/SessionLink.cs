using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The session beneath a conversation: one pump that reads its events, one sender. All that a conversation knows lies above, so that the session can be exchanged. The pump runs nobody's code but
/// the session's own.
/// </summary>
internal sealed class SessionLink : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ServerEvent> _events;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isOver;

    /// <summary>Links a session; its events are read from now on, and handled once it is started.</summary>
    public SessionLink(IRealtimeSession session, Action<ClientEvent, Exception> onNotSent, Func<ClientEvent, bool> isKept)
    {
        Session = session;
        Outbox = new Outbox(session, onNotSent, isKept);
        _events = session.ReadEventsAsync(_stop.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public IRealtimeSession Session { get; }

    public Outbox Outbox { get; }

    /// <summary>Whether the session has ended, and who is to be told that has not been: for tests, which let time pass only when it is not so.</summary>
    internal bool IsEnding => Session.Completion.IsCompleted && !_isOver;

    /// <summary>Begins to read and to send.</summary>
    /// <param name="handle">Handles each event; quick, and throws only what should not be.</param>
    /// <param name="onEnded">Told once how the session ended, or what failed here.</param>
    /// <exception cref="InvalidOperationException">Somebody reads the session's events already.</exception>
    public async Task StartAsync(Action<ServerEvent> handle, Action<SessionEnd?, Exception?> onEnded)
    {
        Task<bool> first = _events.MoveNextAsync().AsTask();
        if (first.IsFaulted)
            await first.ConfigureAwait(false);
        _ = Outbox.RunAsync();
        _ = PumpAsync(first, handle, onEnded);
    }

    public async ValueTask DisposeAsync()
    {
        Outbox.Complete();
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync(Task<bool> first, Action<ServerEvent> handle, Action<SessionEnd?, Exception?> onEnded)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            for (bool more = await first.ConfigureAwait(false); more; more = await _events.MoveNextAsync().ConfigureAwait(false))
            {
                handle(_events.Current);
                await Outbox.WaitForRoomAsync().WaitAsync(_stop.Token).ConfigureAwait(false);
            }

            onEnded(await Session.Completion.WaitAsync(_stop.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The conversation has let go of this session.
        }
#pragma warning disable CA1031 // Whatever a session of somebody else's throws, or a mistake here: the conversation ends with it, and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onEnded(null, e);
        }
        finally
        {
            _isOver = true;
            Outbox.Complete();
            await _events.DisposeAsync().ConfigureAwait(false);
        }
    }
}
