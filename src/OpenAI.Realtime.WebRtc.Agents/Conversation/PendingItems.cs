using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Items that were put into the conversation and that the service has not acknowledged: when the call is exchanged first, the next one is given them. Outputs of functions are not among them, the
/// <see cref="ToolDesk"/> sees to those. Under the conversation's lock.
/// </summary>
internal sealed class PendingItems
{
    private const int MaxPending = 256;     // of a service that acknowledges nothing, the newest

    private readonly List<(ConversationItemCreate Create, TaskCompletionSource? Sent)> _items = [];

    public int Count => _items.Count;

    /// <summary>Whether an event is one that another call could be given.</summary>
    public static bool Keeps(ClientEvent clientEvent) => clientEvent is ConversationItemCreate { Item: { Id: not null } and not (FunctionCallOutputItem or McpApprovalResponseItem) };

    /// <summary>Keeps an item until it is acknowledged.</summary>
    /// <param name="create">The item.</param>
    /// <param name="sent">Told when it is on its way, by whoever sends it.</param>
    public void Add(ConversationItemCreate create, TaskCompletionSource? sent)
    {
        if (_items.Count >= MaxPending)
            _items.RemoveAt(0);
        _items.Add((create, sent));
    }

    /// <summary>Looks whether an event acknowledges an item, or refuses it.</summary>
    public void Handle(ServerEvent serverEvent)
    {
        if (serverEvent is ServerError { Error.EventId: { } refused })
            Drop(refused);
        else if (_items.Count > 0 && AcknowledgedItem.Of(serverEvent)?.Id is { } seen)
            _items.RemoveAll(pending => pending.Create.Item.Id == seen);
    }

    /// <summary>An item could not be sent at all.</summary>
    public void Drop(string? eventId) => _items.RemoveAll(pending => pending.Create.EventId == eventId);

    /// <summary>Gives another call all that it was not told with the history.</summary>
    public void SendTo(Outbox outbox, HashSet<string> told)
    {
        _items.RemoveAll(pending =>
        {
            bool isTold = told.Contains(pending.Create.Item.Id!);
            if (isTold)
                pending.Sent?.TrySetResult();
            return isTold;
        });
        foreach ((ConversationItemCreate create, TaskCompletionSource? sent) in _items)
            outbox.Add(create, sent);
    }

    /// <summary>The conversation has ended: who waits is told.</summary>
    public void End(Exception exception)
    {
        foreach ((_, TaskCompletionSource? sent) in _items)
        {
            if (sent?.TrySetException(exception) == true)
                _ = sent.Task.Exception;        // looked at: who waited may have gone
        }

        _items.Clear();
    }
}
