using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What becomes of a call that needs the program's leave.</summary>
internal enum ApprovalDecision
{
    /// <summary>The program is asked.</summary>
    Asked,

    /// <summary>It was allowed for always.</summary>
    Granted,

    /// <summary>Nobody is there to ask, or too many are asked for already.</summary>
    Denied,
}

/// <summary>The calls that wait for the program's leave, and the functions that need none any more. One caller at a time.</summary>
internal sealed class BackendApprovals(bool canAsk)
{
    private const int MaxWaiting = 64;

    private readonly Dictionary<ApprovalRequest, BackendCall> _waiting = [];
    private readonly HashSet<string> _always = new(StringComparer.Ordinal);

    public ApprovalDecision Add(BackendCall call, out ApprovalRequest? request)
    {
        request = null;
        if (_always.Contains(call.Name))
            return ApprovalDecision.Granted;
        if (!canAsk || _waiting.Count >= MaxWaiting)
            return ApprovalDecision.Denied;
        request = new ApprovalRequest(call.Name, call.Arguments);
        _waiting.Add(request, call);
        return ApprovalDecision.Asked;
    }

    /// <summary>A request is answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="always">Whether the function needs no leave from now on; others that wait for the same go with it.</param>
    /// <returns>The calls that it answers; none when it was not waited for.</returns>
    public IReadOnlyList<BackendCall> Take(ApprovalRequest request, bool always)
    {
        if (!_waiting.Remove(request, out BackendCall? call))
            return [];
        if (!always)
            return [call];
        _always.Add(call.Name);
        KeyValuePair<ApprovalRequest, BackendCall>[] same = [.. _waiting.Where(other => other.Value.Name == call.Name)];
        foreach ((ApprovalRequest one, _) in same)
            _waiting.Remove(one);
        return [call, .. same.Select(other => other.Value)];
    }

    public void Clear() => _waiting.Clear();
}
