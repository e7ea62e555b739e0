using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// One of the calls that carry a conversation, with all that is its own: the link to its session, the gate for responses, who waits for acknowledgements. The one in use under the conversation's lock; the
/// next one's events are handled under it as well.
/// </summary>
internal sealed class CallLeg : IAsyncDisposable
{
    private readonly TaskCompletionSource<SessionEnd> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CallLeg(int number, IRealtimeSession session, VoiceAgent? agent, ConversationState state, ConversationHistory history)
    {
        (Number, Agent, BegunAt) = (number, agent, state.Now);
        Gate = new ResponseGate($"{state.IdPrefix}{number}_", state.Options.Responses);
        if (number > 1)
            Gate.Pause(BegunAt);        // until it takes over
        Responses = new ResponseWatch(state, Gate, history, state.Desk);
        Link = new SessionLink(session, (clientEvent, exception) => state.OnNotSent(this, clientEvent, exception), state.IsEndless ? PendingItems.Keeps : static _ => false);
    }

    /// <summary>Which of the conversation's calls it is, from 1.</summary>
    public int Number { get; }

    /// <summary>When it was opened.</summary>
    public Instant BegunAt { get; }

    /// <summary>Whose configuration it has; null as long as it has none.</summary>
    public VoiceAgent? Agent { get; set; }

    public SessionLink Link { get; }

    public IRealtimeSession Session => Link.Session;

    public ResponseGate Gate { get; }

    public ResponseWatch Responses { get; }

    public Acknowledgements Acks { get; } = new();

    /// <summary>Completes when it has ended and the conversation goes on without it.</summary>
    public Task<SessionEnd> Lost => _lost.Task;

    public bool IsLost => _lost.Task.IsCompleted;

    /// <summary>Whether the service does not answer over it at this moment.</summary>
    public bool IsSilent => Session.State == SessionState.Disconnected;

    /// <summary>When it was lost.</summary>
    public Instant LostAt { get; private set; }

    /// <summary>It has ended.</summary>
    public void Lose(SessionEnd end, Instant now)
    {
        LostAt = now;
        _lost.TrySetResult(end);
    }

    /// <summary>Handles an event before the call is the conversation's: what is acknowledged, and how the service takes turns.</summary>
    public void Prepare(ServerEvent serverEvent, Instant now)
    {
        Acks.Handle(serverEvent);
        Gate.Handle(serverEvent, now);
    }

    /// <summary>Hangs up, and lets go of it. Never fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync().ConfigureAwait(false);
        try
        {
            await Session.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a session of somebody else's throws: the conversation has no more to do with it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
