using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Who waits for the service to acknowledge an event. Told the time; one caller at a time.</summary>
internal sealed class Acknowledgements
{
    private const int MaxWaiting = 64;

    private readonly List<Waiting> _waiting = [];

    /// <summary>Whether anybody waits.</summary>
    public bool IsAwaited => _waiting.Count > 0;

    public Instant NextTimeout => _waiting.Count == 0 ? Instant.Never : _waiting.Min(w => w.Deadline);

    /// <summary>Waits for an event that acknowledges, or for the error that names the client's event.</summary>
    /// <exception cref="InvalidOperationException">Too many wait.</exception>
    public Task ExpectAsync(string eventId, string what, Func<ServerEvent, bool> acknowledges, Instant deadline)
    {
        if (_waiting.Count >= MaxWaiting)
            throw new InvalidOperationException($"{_waiting.Count} events wait for their acknowledgement already.");
        var waiting = new Waiting(eventId, what, acknowledges, deadline);
        _waiting.Add(waiting);
        return waiting.Done.Task;
    }

    /// <summary>Handles an event.</summary>
    /// <returns>Whether it is an error that somebody is told.</returns>
    public bool Handle(ServerEvent serverEvent)
    {
        if (serverEvent is ServerError { Error: { EventId: { } id } error })
        {
            if (_waiting.Find(w => w.EventId == id) is not { } refused)
                return false;
            _waiting.Remove(refused);
            refused.Done.TrySetException(VoiceConversationException.Refused(refused.What, error));
            return true;
        }

        // Acknowledgements name no event: they come in the order of what they acknowledge.
        if (_waiting.Find(w => w.Acknowledges(serverEvent)) is { } acknowledged)
        {
            _waiting.Remove(acknowledged);
            acknowledged.Done.TrySetResult();
        }

        return false;
    }

    public void HandleTimeout(Instant now)
    {
        foreach (Waiting late in _waiting.FindAll(w => now >= w.Deadline))
        {
            _waiting.Remove(late);
            late.Done.TrySetException(VoiceConversationException.Unanswered($"The service did not acknowledge {late.What} in time."));
        }
    }

    public void End(Exception exception)
    {
        _waiting.ForEach(w => w.Done.TrySetException(exception));
        _waiting.Clear();
    }

    private sealed record Waiting(string EventId, string What, Func<ServerEvent, bool> Acknowledges, Instant Deadline)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
