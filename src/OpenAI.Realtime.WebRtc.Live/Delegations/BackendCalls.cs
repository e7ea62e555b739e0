namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// The calls of functions that are remembered: which were seen, which have been given an output that may still be refused, and which nobody answers any more. Bounded; one caller at a time.
/// </summary>
internal sealed class BackendCalls
{
    private const int MaxRemembered = 256;
    private const int MaxForgotten = 64;

    private readonly RecentIds _seenItems = new(MaxRemembered);
    private readonly Dictionary<string, BackendCall> _byId = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();
    private readonly List<(int Number, string EventId, BackendCall Call)> _unconfirmed = [];
    private readonly List<BackendCall> _forgotten = [];

    /// <summary>Takes the sight of an item.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool See(string itemId) => _seenItems.Add(itemId);

    /// <summary>The call with this id; null where there was none, or it was long since.</summary>
    public BackendCall? Find(string callId) => _byId.GetValueOrDefault(callId);

    public void Add(BackendCall call)
    {
        _byId[call.CallId] = call;
        _oldest.Enqueue(call.CallId);
        if (_oldest.Count > MaxRemembered)
            _byId.Remove(_oldest.Dequeue());
    }

    /// <summary>An output is sent, and may be refused.</summary>
    /// <param name="number">The how manieth of all that was sent it is.</param>
    /// <param name="eventId">The id that a refusal names.</param>
    /// <param name="call">Whose output it is.</param>
    public void Sent(int number, string eventId, BackendCall call)
    {
        _unconfirmed.Add((number, eventId, call));
        if (_unconfirmed.Count > MaxRemembered)
            _unconfirmed.RemoveAt(0);
    }

    /// <summary>What was sent before this has been taken.</summary>
    public void ConfirmBefore(int number) => _unconfirmed.RemoveAll(sent => sent.Number < number);

    /// <summary>The call whose output was refused; null where it was something else.</summary>
    /// <param name="eventId">What the service names; null where it names nothing, and then a full input is the oldest's.</param>
    /// <param name="isFull">Whether it was refused because the model's input is full.</param>
    public BackendCall? TakeRefused(string? eventId, bool isFull)
    {
        int at = eventId is not null ? _unconfirmed.FindIndex(sent => sent.EventId == eventId)
            : isFull && _unconfirmed.Count > 0 ? 0
            : -1;
        if (at < 0)
            return null;
        BackendCall call = _unconfirmed[at].Call;
        _unconfirmed.RemoveAt(at);
        return call;
    }

    /// <summary>The call's response has failed: nobody asks for its output, it seems.</summary>
    public void Forget(BackendCall call)
    {
        _forgotten.Add(call);
        if (_forgotten.Count > MaxForgotten)
            _forgotten.RemoveAt(0);
    }

    /// <summary>The calls that nobody answers any more, each once.</summary>
    public IReadOnlyList<BackendCall> TakeForgotten()
    {
        BackendCall[] taken = [.. _forgotten];
        _forgotten.Clear();
        return taken;
    }
}
