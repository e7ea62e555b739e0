using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The requests for responses that wait for their turn, in order. Those without parameters become one. Told the time.</summary>
internal sealed class WaitingRequests(ResponseGateOptions options)
{
    private readonly List<ResponseRequest> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>When the first of them has waited too long.</summary>
    public Instant Expires => _waiting.Count == 0 ? Instant.Never : _waiting.Min(r => r.Since + options.WaitTimeout);

    private IEnumerable<ResponseRequest> InConversation => _waiting.Where(r => r.Kind != ResponseRequestKind.OutOfBand);

    /// <summary>When the turn of one comes, while no response runs.</summary>
    /// <param name="free">When a response may be asked for.</param>
    /// <param name="floor">Until when the user has the floor.</param>
    public Instant NextTurn(Instant free, Instant floor)
    {
        Instant next = Instant.Never;
        foreach (ResponseRequest request in InConversation)
            next = Instant.Min(next, IsHeld(request) && floor > free ? floor : free);
        return next;
    }

    /// <summary>One that waits already and means the same as one with these parameters; null for none.</summary>
    public ResponseRequest? FindSame(ResponseRequestKind kind, Events.ResponseParameters? parameters) =>
        parameters is null && kind != ResponseRequestKind.OutOfBand ? InConversation.FirstOrDefault(r => r.Parameters is null) : null;

    public void Add(ResponseRequest request) => _waiting.Add(request);

    public bool Remove(ResponseRequest request) => _waiting.Remove(request);

    /// <summary>The next that stands beside the conversation; null for none.</summary>
    public ResponseRequest? TakeBeside() => Take(_waiting.Find(r => r.Kind == ResponseRequestKind.OutOfBand));

    /// <summary>The next whose turn it is; null for none. While the user has the floor, automatic ones are passed over.</summary>
    public ResponseRequest? TakeNext(bool isHolding) => Take(InConversation.FirstOrDefault(r => !(isHolding && IsHeld(r))));

    /// <summary>Those that a response answers which begins now, whoever asked for that one.</summary>
    public List<ResponseRequest> AnsweredByAny() => _waiting.FindAll(r => r.IsAnsweredByAny);

    /// <summary>Those that have waited too long.</summary>
    public List<ResponseRequest> TakeLate(Instant now)
    {
        List<ResponseRequest> late = _waiting.FindAll(r => now >= r.Since + options.WaitTimeout);
        _waiting.RemoveAll(late.Contains);
        return late;
    }

    public List<ResponseRequest> TakeAll()
    {
        List<ResponseRequest> all = [.. _waiting];
        _waiting.Clear();
        return all;
    }

    /// <summary>One that was sent is to be sent again, before all others. Meanwhile another that means the same may have been filed: the two become one.</summary>
    public void Restore(ResponseRequest request, Instant now)
    {
        if (FindSame(request.Kind, request.Parameters) is { } same)
        {
            _waiting.Remove(same);
            Join(request, same);
        }

        request.IsWaiting = true;
        request.Since = now;
        _waiting.Insert(0, request);
    }

    /// <summary>One of another session's gate is to be sent by this one.</summary>
    public void Adopt(ResponseRequest request, Instant now)
    {
        request.Reset(now);
        if (FindSame(request.Kind, request.Parameters) is { } same)
            Join(same, request);
        else
            _waiting.Add(request);
    }

    /// <summary>The service has acknowledged an item.</summary>
    public void OnSeen(string itemId)
    {
        foreach (ResponseRequest request in _waiting)
            request.Unseen.Remove(itemId);
    }

    // Whether it waits as long as the user has the floor.
    private static bool IsHeld(ResponseRequest request) => request.Kind == ResponseRequestKind.Automatic;

    private ResponseRequest? Take(ResponseRequest? request)
    {
        if (request is not null)
            _waiting.Remove(request);
        return request;
    }

    private static void Join(ResponseRequest request, ResponseRequest twin)
    {
        twin.IsWaiting = false;
        request.Unseen.UnionWith(twin.Unseen);
        if (request.Continuation != twin.Continuation)
            request.Continuation = null;        // there is something new to speak of
        request.Twins.Add(twin);
        if (twin.Kind == ResponseRequestKind.Manual)
            request.Kind = ResponseRequestKind.Manual;
    }
}
