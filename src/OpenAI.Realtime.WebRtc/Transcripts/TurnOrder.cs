namespace OpenAI.Realtime.WebRtc.Transcripts;

/// <summary>Puts turns that are finished in any order into that in which they were said. Bounded: one that is never finished holds the others only so long.</summary>
internal sealed class TurnOrder
{
    /// <summary>How many turns may wait for an earlier one.</summary>
    public const int MaxWaiting = 16;

    private readonly LinkedList<(string ItemId, TranscriptPiece? Final)> _turns = [];

    /// <summary>A turn has been said. What then has waited too long is let go.</summary>
    public IEnumerable<TranscriptPiece> Said(string itemId)
    {
        if (Find(itemId) is null)
            _turns.AddLast((itemId, null));
        while (_turns.Count > MaxWaiting)
        {
            if (_turns.First!.Value.Final is { } final)
                yield return final;
            _turns.RemoveFirst();
        }
        foreach (TranscriptPiece ready in TakeReady())
            yield return ready;
    }

    /// <summary>A turn is finished. It comes at once when nobody knows of an earlier one that is not, or when nobody has told of the turn itself.</summary>
    public IEnumerable<TranscriptPiece> Finished(TranscriptPiece final)
    {
        if (Find(final.ItemId!) is { } turn)
            turn.Value = (final.ItemId!, final);
        else
            yield return final;
        foreach (TranscriptPiece ready in TakeReady())
            yield return ready;
    }

    /// <summary>No more comes: what is finished, in its order.</summary>
    public IEnumerable<TranscriptPiece> Rest() => _turns.Select(turn => turn.Final).OfType<TranscriptPiece>();

    private IEnumerable<TranscriptPiece> TakeReady()
    {
        while (_turns.First is { Value.Final: { } final })
        {
            _turns.RemoveFirst();
            yield return final;
        }
    }

    private LinkedListNode<(string ItemId, TranscriptPiece? Final)>? Find(string itemId)
    {
        for (LinkedListNode<(string ItemId, TranscriptPiece? Final)>? node = _turns.First; node is not null; node = node.Next)
        {
            if (node.Value.ItemId == itemId)
                return node;
        }
        return null;
    }
}
