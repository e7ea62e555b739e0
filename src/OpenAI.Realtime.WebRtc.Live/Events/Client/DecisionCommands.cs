namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>decision.create</c>: asks the Decisions model its questions now. What answers it, most likely a <see cref="LiveDecisionEvent"/>, does not say so.</summary>
public sealed record LiveDecisionCreate : LiveClientEvent
{
    /// <summary>Asks.</summary>
    /// <param name="eventId">An id of your own, which this event must have and which is never used again.</param>
    public LiveDecisionCreate(string eventId)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventId);
        EventId = eventId;
    }

    /// <inheritdoc/>
    public override string Type => "decision.create";

    private protected override string? Gist => EventId;
}

/// <summary><c>decision.item.create</c>: puts an item before the Decisions model. Answered by <see cref="LiveDecisionItemCreated"/>.</summary>
public sealed record LiveDecisionItemCreate : LiveClientEvent
{
    /// <summary>Puts <paramref name="item"/> before the model.</summary>
    public LiveDecisionItemCreate(LiveDecisionItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Item = item;
    }

    /// <inheritdoc/>
    public override string Type => "decision.item.create";

    /// <summary>The item.</summary>
    public LiveDecisionItem Item { get; }

    private protected override string Gist => Item.ToString();
}

/// <summary><c>decision.item.delete</c>: takes an item away from the Decisions model. Answered by <see cref="LiveDecisionItemDeleted"/>.</summary>
public sealed record LiveDecisionItemDelete : LiveClientEvent
{
    /// <summary>Takes the item <paramref name="itemId"/> away.</summary>
    public LiveDecisionItemDelete(string itemId)
    {
        ArgumentNullException.ThrowIfNull(itemId);
        ItemId = itemId;
    }

    /// <inheritdoc/>
    public override string Type => "decision.item.delete";

    /// <summary>The item.</summary>
    public string ItemId { get; }

    private protected override string Gist => ItemId;
}
