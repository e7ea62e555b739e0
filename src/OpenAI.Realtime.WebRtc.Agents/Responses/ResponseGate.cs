using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Lets one response at a time into the conversation, as the service does: requests wait for their turn, those that mean the same become one, and each has an outcome. A pure machine that is used as
/// those of the engine are: handle one thing, drain <see cref="TryTakeEvent"/> and <see cref="TryTakeOutcome"/>, wait until <see cref="NextTimeout"/>. It is told the time and never asks. One caller at a time.
/// </summary>
/// <remarks>
/// The service's turn detection begins responses, too. When it is first, our <c>response.create</c> is refused with <c>conversation_already_has_active_response</c>; the request then waits for the end
/// of that response and is sent again. Nothing waits for ever: <see cref="ResponseGateOptions"/> has the limits.
/// </remarks>
public sealed class ResponseGate
{
    /// <summary>The name in a response's metadata under which it says which request it answers, since <c>response.created</c> names no client event.</summary>
    public const string MetadataKey = "response_request";

    private readonly ResponseGateOptions _options;
    private readonly string _idPrefix;
    private readonly UserTurn _user;
    private readonly WaitingRequests _waiting;
    private readonly ResponseSlot _slot;
    private readonly OutOfBandResponses _outOfBand;
    private readonly AnswerMatcher _answers = new();
    private readonly Queue<ClientEvent> _events = new();
    private readonly RequestOutcomes _outcomes = new();
    private int _count;

    /// <summary>Makes one for one session.</summary>
    /// <param name="idPrefix">What ids of requests and events begin with. It has to be another for each client of the same call, such as a random one.</param>
    /// <param name="options">The limits. Default: null, their defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public ResponseGate(string idPrefix, ResponseGateOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(idPrefix);
        _options = options ?? new ResponseGateOptions();
        _options.Validate();
        _idPrefix = idPrefix;
        _user = new UserTurn(_options);
        _waiting = new WaitingRequests(_options);
        _slot = new ResponseSlot(_options);
        _outOfBand = new OutOfBandResponses(_options);
    }

    /// <summary>Whether a response runs in the conversation, whoever asked for it.</summary>
    public bool IsActive => _slot.Running is not null;

    /// <summary>The response that runs in the conversation; null when none does, or the service did not name it.</summary>
    public string? ActiveResponseId => _slot.Running?.Id;

    /// <summary>Whether nothing runs, is asked for or waits, out of band either.</summary>
    public bool IsAtRest => _slot.IsFree && _waiting.Count == 0 && _outOfBand.Count == 0;

    /// <summary>Whether the session has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether there is no session to send to for the moment.</summary>
    internal bool IsPaused { get; private set; }

    /// <summary>Whether a response runs that nobody here has asked for.</summary>
    internal bool RunsUnasked => _slot.Running is { Requests.Count: 0 };

    /// <summary>Whether the service has still to begin its own answer to the user's turn.</summary>
    internal bool OwesAnswer(Instant now) => now < _user.AnswerDue;

    /// <summary>When <see cref="HandleTimeout"/> is to be called at the latest; early and repeated calls do nothing.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = Instant.Min(Instant.Min(_slot.NextTimeout, _outOfBand.NextTimeout), _waiting.Expires);
            return _slot.IsFree && !IsPaused ? Instant.Min(next, _waiting.NextTurn(_slot.RetryAt, _user.HoldUntil)) : next;
        }
    }

    /// <summary>Files a request for a response.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="now">The time.</param>
    /// <param name="parameters">What holds for it alone; not to be changed afterwards. Default: null, nothing.</param>
    /// <param name="about">The items of <c>conversation.item.create</c>, by the ids that the client gave them, that an automatic request is about. Default: null, none.</param>
    /// <returns>The request; one that waits already, when it means the same.</returns>
    /// <exception cref="InvalidOperationException">Too many wait, <see cref="ResponseGateOptions.MaxWaiting"/>; never of an automatic one.</exception>
    public ResponseRequest Request(ResponseRequestKind kind, Instant now, ResponseParameters? parameters = null, IEnumerable<string>? about = null)
    {
        ResponseRequest? request = _waiting.FindSame(kind, parameters);
        if (request is null)
        {
            if (kind != ResponseRequestKind.Automatic && _waiting.Count >= _options.MaxWaiting)
                throw new InvalidOperationException($"{_waiting.Count} requests for a response wait already.");
            request = new ResponseRequest(NewId(), kind, parameters, now);
            if (HasEnded)
                _outcomes.End(request);
            else
                _waiting.Add(request);
        }
        else
        {
            request.Holders++;
            request.Continuation = null;        // there is something new to speak of
            if (kind == ResponseRequestKind.Manual)
                request.Kind = kind;
        }

        request.Unseen.UnionWith(about ?? []);
        Pump(now);
        return request;
    }

    /// <summary>One of those who share a request wants it no more. It is dropped, without an outcome, when it has not been sent and nobody else shares it.</summary>
    /// <returns>Whether it was dropped.</returns>
    public bool Withdraw(ResponseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return --request.Holders <= 0 && request.IsWaiting && _waiting.Remove(request);
    }

    /// <summary>Cancels the response that runs in the conversation, or that has been asked for and not begun, once.</summary>
    /// <returns>Whether there was one that is not being cancelled already.</returns>
    public bool Cancel(Instant now)
    {
        if (_slot.Running is not { IsBeingCancelled: false } running)
            return _slot.CancelWhenBegun();
        Cancel(running, now);
        return true;
    }

    /// <summary>Handles an event of the service; those that have nothing to do with responses do nothing.</summary>
    /// <returns>Whether it is an error that the gate has dealt with, or that an outcome tells, so that nobody else has to.</returns>
    public bool Handle(ServerEvent serverEvent, Instant now)
    {
        ArgumentNullException.ThrowIfNull(serverEvent);
        if (HasEnded)
            return false;
        _user.Handle(serverEvent, now);
        switch (serverEvent)
        {
            case ResponseCreated created:
                OnBegun(created.Response, now);
                break;
            case ResponseDone done:
                OnDone(done.Response);
                break;
            case ServerError { Error: { } error }:
                return OnError(error, now);
            case ResponseItemEvent sign:
                OnSign(sign.ResponseId, now);
                break;
            case ResponseOutputItemAdded item:
                OnSign(item.ResponseId, now);
                break;
            case ResponseOutputItemDone item:
                OnSign(item.ResponseId, now);
                break;
            default:
                if (AcknowledgedItem.Of(serverEvent)?.Id is { } seen)
                    OnSeen(seen);
                break;
        }

        Pump(now);
        return false;
    }

    /// <summary>Lets time pass: what is due is done.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_slot.TakeUnanswered(now) is { } unanswered)
            GiveUp(unanswered, $"The service did not begin the response within {_options.AnswerTimeout.TotalSeconds:0.#} s.");
        if (_slot.TakeSilent(now) is { } silent)
            silent.Requests.ForEach(request => GiveUp(request, $"The response gave no sign of life for {_slot.LimitOf(silent).TotalSeconds:0.#} s."));
        foreach (ResponseRequest request in _outOfBand.TakeLate(now))
            GiveUp(request, "The response beside the conversation gave no sign of life.");
        foreach (ResponseRequest request in _waiting.TakeLate(now))
            _outcomes.Expire(request, $"The request waited {_options.WaitTimeout.TotalSeconds:0.#} s behind others.");
        Pump(now);
    }

    /// <summary>The session has ended: every request has its outcome, and nothing is sent any more.</summary>
    public void End()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        _events.Clear();
        foreach (ResponseRequest request in TakeAll())
            _outcomes.End(request);
    }

    /// <summary>There is no session for the moment: nothing is sent, and what was sent or runs is to be asked for again.</summary>
    internal void Pause(Instant now)
    {
        IsPaused = true;
        _events.Clear();
        foreach (ResponseRequest request in TakeAll())
            _waiting.Adopt(request, now);
    }

    /// <summary>Some of the response that runs was heard: what it is asked for again is the rest.</summary>
    /// <param name="instructions">What the rest is told, given what the whole was asked with.</param>
    internal void AskForRest(Func<ResponseParameters?, string> instructions) => _slot.Running?.Requests.ForEach(request => request.Continuation = instructions(request.Parameters));

    /// <summary>There is a session.</summary>
    internal void Resume(Instant now)
    {
        IsPaused = false;
        Pump(now);
    }

    /// <summary>Another session takes this one's place: its gate asks for what has had no outcome here.</summary>
    internal void HandOver(ResponseGate next, Instant now)
    {
        foreach (ResponseRequest request in TakeAll())
            next._waiting.Adopt(request, now);
        HasEnded = true;
        _events.Clear();
    }

    /// <summary>The next event to send, in order.</summary>
    public bool TryTakeEvent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClientEvent? clientEvent) => _events.TryDequeue(out clientEvent);

    /// <summary>The next outcome, in order.</summary>
    public bool TryTakeOutcome([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResponseOutcome? outcome) => _outcomes.TryTake(out outcome);

    private void Pump(Instant now)
    {
        if (HasEnded || IsPaused)
            return;
        while (_outOfBand.HasRoom && _waiting.TakeBeside() is { } beside)
        {
            Send(beside, now);
            _outOfBand.Add(beside);
        }

        if (!_slot.IsFree || now < _slot.RetryAt || _waiting.TakeNext(isHolding: now < _user.HoldUntil) is not { } next)
            return;
        _slot.Ask(next);
        Send(next, now);
    }

    private void Send(ResponseRequest request, Instant now) => _events.Enqueue(request.Send(NewId(), now));

    private ResponseRequest[] TakeAll() => [.. _slot.TakeAll(), .. _waiting.TakeAll(), .. _outOfBand.TakeAll()];

    private void OnBegun(ResponseSnapshot response, Instant now)
    {
        string? answers = _answers.RequestOf(response);
        if (_outOfBand.Begin(response, answers, now))
            return;
        bool isUnwanted = _answers.IsUnwanted(answers);
        if (IsOutsideConversation(response))
        {
            if (isUnwanted)
                _events.Enqueue(new ResponseCancel { ResponseId = response.Id, EventId = NewId() });
            return;
        }

        if (_slot.Running is { } missed)        // its end was not told
            missed.Requests.ForEach(request => _outcomes.Expire(request, "The service began another response and did not say how this one ended."));
        bool isAsked = Answers(_slot.Asked, answers, response);
        RunningResponse running = _slot.Begin(response.Id, isAsked, now);
        _user.Begun();
        if (!isAsked && !isUnwanted)
        {
            _user.Answered();
            _slot.AnswerAny();
            foreach (ResponseRequest request in _waiting.AnsweredByAny())
                Join(running, request);
        }

        if (_slot.TakeCancel() || isUnwanted)
            Cancel(running, now);
    }

    private bool Answers([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] ResponseRequest? asked, string? answers, ResponseSnapshot response) =>
        asked is not null && _answers.Answers(asked, answers, response, _user.ServiceMayBegin);

    private void OnDone(ResponseSnapshot response)
    {
        string? answers = _answers.RequestOf(response);
        if (_outOfBand.TakeDone(response, answers) is { } beside)
        {
            _outcomes.Finish(beside, response);
            return;
        }

        if (IsOutsideConversation(response))
            return;
        if (_slot.End(response.Id) is { } ended)
            ended.Requests.ForEach(request => _outcomes.Finish(request, response));
        else if (!IsActive && _slot.Asked is { } asked && Answers(asked, answers, response))
        {
            // Some servers end a response whose beginning they did not tell.
            _slot.Unask();
            asked.ResponseId = response.Id;
            _outcomes.Finish(asked, response);
        }
    }

    private bool OnError(ErrorDetails error, Instant now)
    {
        if (error.EventId is { } id && _outOfBand.TakeRefused(id) is { } beside)
        {
            _outcomes.Refuse(beside, error);
            Pump(now);
            return true;
        }

        if (_slot.Running is { CancelEventId: { } cancelId } && cancelId == error.EventId)
            return true;        // response_cancel_not_active: it has ended by itself, and its end is on its way
        bool isTaken = error.Code == ErrorCode.ConversationAlreadyHasActiveResponse;
        if (_slot.Asked is not { } asked || (error.EventId is null ? !isTaken : error.EventId != asked.EventId))
            return error.Code == ErrorCode.ResponseCancelNotActive && error.EventId?.StartsWith(_idPrefix, StringComparison.Ordinal) == true;
        _slot.Unask();
        if (isTaken && _slot is { IsAskedInVain: true, Running: { } running })
            Join(running, asked);
        else if (isTaken && asked.Attempts < _options.MaxAttempts)
        {
            _waiting.Restore(asked, now);
            _slot.OnTaken(now);
        }
        else
            _outcomes.Refuse(asked, error);
        Pump(now);
        return true;
    }

    private void OnSeen(string itemId)
    {
        _slot.Asked?.Unseen.Remove(itemId);
        _waiting.OnSeen(itemId);
    }

    private void OnSign(string? responseId, Instant now)
    {
        if (_slot.Running is { } running && running.Id == responseId)
            running.LastSign = now;
        else
            _outOfBand.OnSign(responseId, now);
    }

    private void Join(RunningResponse running, ResponseRequest request)
    {
        _waiting.Remove(request);
        request.IsWaiting = false;
        request.ResponseId = running.Id;
        running.Requests.Add(request);
    }

    private void Cancel(RunningResponse running, Instant now)
    {
        running.CancelEventId = NewId();
        running.LastSign = now;
        _events.Enqueue(new ResponseCancel { EventId = running.CancelEventId, ResponseId = running.Id });
    }

    private void GiveUp(ResponseRequest request, string why)
    {
        _answers.GiveUp(request);
        _outcomes.Expire(request, why);
    }

    /// <summary>Whether a response answers one of the requests for a response beside the conversation, also where the service says nothing of that.</summary>
    internal bool IsOutOfBand(ResponseSnapshot response) => _outOfBand.Answers(response, _answers.RequestOf(response));

    /// <summary>Whether the service says that a response belongs to no conversation; a server that says nothing of it means the one there is.</summary>
    internal static bool IsOutsideConversation(ResponseSnapshot response) =>
        response.ConversationId is null && response.ExtraProperties?.ContainsKey("conversation_id") == true;

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"{_idPrefix}{++_count}");
}
