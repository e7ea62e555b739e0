namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What is to be done about a <c>response.create</c> that the service has refused.</summary>
internal enum BackendRefusal
{
    /// <summary>Nothing: it is none of ours.</summary>
    NotOurs,

    /// <summary>It is asked again by itself.</summary>
    Again,

    /// <summary>Calls that nobody answers any more are to be answered; then it is asked again by itself.</summary>
    AnswerForgotten,

    /// <summary>The task has failed.</summary>
    Failed,

    /// <summary>It was asked in vain too often: the model cannot go on.</summary>
    Exhausted,
}

/// <summary>
/// Asking the Responses model to go on: wanted, sent, begun or refused; one at a time. Where events may have been missed (<see cref="Miss"/>), a refusal means that a response runs which is not known here, and its end is waited for.
/// Pure; one caller at a time.
/// </summary>
internal sealed class BackendContinuation
{
    private const int MaxRefusals = 3;
    private const int MaxRemembered = 256;

    private readonly RecentIds _ended = new(MaxRemembered);
    private bool _isWanted;
    private string? _last;
    private int _refusals;
    private bool _isUncertain;
    private bool _isDueAtEnd;

    /// <summary>The <c>response.create</c> that no response has followed yet; null for none.</summary>
    public string? Sent { get; private set; }

    /// <summary>The count at which it was sent.</summary>
    public int SentAt { get; private set; }

    /// <summary>Whether something was asked for, or is to be.</summary>
    public bool IsPending => _isWanted || _isDueAtEnd || Sent is not null;

    /// <summary>Whether it is to be sent as soon as nothing runs and nothing is open.</summary>
    public bool IsDue => _isWanted && Sent is null;

    /// <summary>The model is to go on.</summary>
    public void Want() => _isWanted = true;

    /// <summary>Nobody asks any more.</summary>
    public void Drop() => _isWanted = _isDueAtEnd = false;

    /// <summary>It is sent.</summary>
    public void Send(string eventId, int count)
    {
        _isWanted = false;
        _last = Sent = eventId;
        SentAt = count;
    }

    /// <summary>A response has begun.</summary>
    public void Begin()
    {
        Sent = null;
        _isUncertain = _isDueAtEnd = false;
        _refusals = 0;
    }

    /// <summary>A response has ended, known or not.</summary>
    /// <param name="responseId">Its id, where it is named.</param>
    /// <param name="isComplete">Whether it came to its end; after one that failed there is nothing to go on with.</param>
    /// <returns>Whether it was not known to have ended, and may be one whose beginning was missed or whose end was taken for granted.</returns>
    public bool End(string? responseId, bool isComplete)
    {
        if (!_ended.Add(responseId))
            return false;
        if (_isDueAtEnd)
            (_isDueAtEnd, _isWanted) = (false, _isWanted || isComplete);
        return _isUncertain;
    }

    /// <summary>Events may have been missed: what was sent may have begun, and what was waited for may have ended.</summary>
    public void Miss()
    {
        _isUncertain = true;
        Sent = null;
        (_isDueAtEnd, _isWanted) = (false, _isWanted || _isDueAtEnd);
        _refusals = 0;
    }

    /// <summary>What was refused before is of another matter.</summary>
    public void Forgive() => _refusals = 0;

    /// <summary>No response has followed in time.</summary>
    /// <returns>Whether it was still waited for.</returns>
    public bool GiveUp(string eventId)
    {
        if (Sent != eventId)
            return false;
        Sent = null;
        return true;
    }

    /// <summary>The service has refused something.</summary>
    /// <param name="code">Why.</param>
    /// <param name="eventId">What; null where it does not say.</param>
    /// <param name="isBusy">Whether a response is known to run, or to have open calls.</param>
    public BackendRefusal Refuse(string? code, string? eventId, bool isBusy)
    {
        bool lacksOutputs = code == "function_call_outputs_required";
        if (eventId is null ? Sent is null || !lacksOutputs : eventId != _last)
            return BackendRefusal.NotOurs;
        Sent = _last = null;
        if (!lacksOutputs && !isBusy && !_isUncertain)
            return BackendRefusal.Failed;
        if (++_refusals > MaxRefusals)
            return lacksOutputs ? BackendRefusal.Exhausted : BackendRefusal.Failed;
        _isDueAtEnd = !lacksOutputs && !isBusy;     // something was handed over meanwhile, and its beginning was missed
        _isWanted = !_isDueAtEnd;                   // or is known: it takes its turn behind that
        return lacksOutputs ? BackendRefusal.AnswerForgotten : BackendRefusal.Again;
    }
}
