namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The ids that were seen last: so many, then the oldest is forgotten. One caller at a time.</summary>
internal sealed class RecentIds(int capacity)
{
    /// <summary>A longer id is none of the service's, and is not kept.</summary>
    public const int LongestId = 256;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();

    /// <summary>Takes an id.</summary>
    /// <returns>Whether it is new. One that is missing or too long always is.</returns>
    public bool Add(string? id)
    {
        if (id is not { Length: > 0 and <= LongestId })
            return true;
        if (!_ids.Add(id))
            return false;
        _oldest.Enqueue(id);
        if (_oldest.Count > capacity)
            _ids.Remove(_oldest.Dequeue());
        return true;
    }
}
