namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Who opened which call at this host. Thread-safe.</summary>
internal sealed class LocalCallOwners
{
    /// <summary>How many calls are remembered; of more, the oldest is forgotten and ends without our hang-up.</summary>
    public const int MaxCalls = 16_384;

    private readonly Dictionary<string, string?> _owners = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();
    private readonly Lock _gate = new();

    public void Add(string callId, string? userId)
    {
        lock (_gate)
        {
            if (!_owners.TryAdd(callId, userId))
                return;
            _oldest.Enqueue(callId);
            while (_oldest.Count > MaxCalls)
                _owners.Remove(_oldest.Dequeue());
        }
    }

    /// <summary>False for a call of somebody else's, null for one that this host did not open.</summary>
    public bool? IsOwner(string callId, string? userId)
    {
        lock (_gate)
            return _owners.TryGetValue(callId, out string? owner) ? owner == userId : null;
    }

    public void Remove(string callId)
    {
        lock (_gate)
            _owners.Remove(callId);
    }
}
