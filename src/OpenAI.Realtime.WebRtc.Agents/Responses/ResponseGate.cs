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
    private readonly OutOfBandResponses _outOfBand;
    private readonly AnswerMatcher _answers = new();
    private readonly Queue<ClientEvent> _events = new();
    private readonly Queue<ResponseOutcome> _outcomes = new();
    private ResponseRequest? _sent;
    private bool _overtaken;                                // a response has begun that answers the one sent
    private bool _cancelWhenBegun;
    private RunningResponse? _running;
    private Instant _retryAt = Instant.Zero;
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
        _outOfBand = new OutOfBandResponses(_options);
    }

    /// <summary>Whether a response runs in the conversation, whoever asked for it.</summary>
    public bool IsActive => _running is not null;

    /// <summary>The response that runs in the conversation; null when none does, or the service did not name it.</summary>
    public string? ActiveResponseId => _running?.Id;

    /// <summary>Whether nothing runs, is asked for or waits, out of band either.</summary>
    public bool IsAtRest => _running is null && _sent is null && _waiting.Count == 0 && _outOfBand.Count == 0;

    /// <summary>Whether the session has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether there is no session to send to for the moment.</summary>
    internal bool IsPaused { get; private set; }

    /// <summary>Whether a response runs that nobody here has asked for.</summary>
    internal bool RunsUnasked => _running is { Requests.Count: 0 };

    /// <summary>Whether the service has still to begin its own answer to the user's turn.</summary>
    internal bool OwesAnswer(Instant now) => now < _user.AnswerDue;

    /// <summary>When <see cref="HandleTimeout"/> is to be called at the latest; early and repeated calls do nothing.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = Instant.Never;
            if (_sent is not null)
                next = Instant.Min(next, _sent.Since + _options.AnswerTimeout);
            if (_running is not null)
                next = Instant.Min(next, _running.LastSign + LimitOf(_running));
            next = Instant.Min(Instant.Min(next, _outOfBand.NextTimeout), _waiting.Expires);
            if (_running is not null || _sent is not null || IsPaused)
                return next;
            foreach (ResponseRequest request in _waiting.InConversation)
                next = Instant.Min(next, WaitingRequests.IsHeld(request) ? Later(_user.HoldUntil, _retryAt) : _retryAt);
            return next;
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
                Settle(request, ResponseOutcomeKind.Ended);
            else
                _waiting.Add(request);
        }
        else
        {
            request.Holders++;
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
        if (_running is { IsBeingCancelled: false } running)
        {
            Cancel(running, now);
            return true;
        }

        bool isNew = _running is null && _sent is not null && !_cancelWhenBegun;
        _cancelWhenBegun |= isNew;
        return isNew;
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
            case ConversationItemAdded { Item.Id: { } added }:
                OnSeen(added);
                break;
            case ConversationItemDone { Item.Id: { } complete }:
                OnSeen(complete);
                break;
            case ConversationItemCreated { Item.Id: { } old }:
                OnSeen(old);
                break;
            case ResponseItemEvent sign:
                OnSign(sign.ResponseId, now);
                break;
            case ResponseOutputItemAdded item:
                OnSign(item.ResponseId, now);
                break;
            case ResponseOutputItemDone item:
                OnSign(item.ResponseId, now);
                break;
        }

        Pump(now);
        return false;
    }

    /// <summary>Lets time pass: what is due is done.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_sent is { } sent && now >= sent.Since + _options.AnswerTimeout)
        {
            _sent = null;
            GiveUp(sent, $"The service did not begin the response within {_options.AnswerTimeout.TotalSeconds:0.#} s.");
        }

        if (_running is { } running && now >= running.LastSign + LimitOf(running))
        {
            _running = null;
            foreach (ResponseRequest request in running.Requests)
                GiveUp(request, $"The response gave no sign of life for {LimitOf(running).TotalSeconds:0.#} s.");
        }

        foreach (ResponseRequest request in _outOfBand.TakeLate(now))
            GiveUp(request, "The response beside the conversation gave no sign of life.");

        foreach (ResponseRequest request in _waiting.TakeLate(now))
            Settle(request, ResponseOutcomeKind.Unanswered, error: Local($"The request waited {_options.WaitTimeout.TotalSeconds:0.#} s behind others."));

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
            Settle(request, ResponseOutcomeKind.Ended);
    }

    /// <summary>There is no session for the moment: nothing is sent, and what was sent or runs is to be asked for again.</summary>
    internal void Pause(Instant now)
    {
        IsPaused = true;
        _events.Clear();
        foreach (ResponseRequest request in TakeAll())
            _waiting.Adopt(request, now);
        _cancelWhenBegun = false;
    }

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
    public bool TryTakeOutcome([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResponseOutcome? outcome) => _outcomes.TryDequeue(out outcome);

    private void Pump(Instant now)
    {
        if (HasEnded || IsPaused)
            return;
        while (_outOfBand.HasRoom && _waiting.TakeBeside() is { } beside)
        {
            Send(beside, now);
            _outOfBand.Add(beside);
        }

        if (_running is not null || _sent is not null || now < _retryAt)
            return;
        if (_waiting.TakeNext(isHolding: now < _user.HoldUntil) is not { } next)
            return;
        (_sent, _overtaken, _cancelWhenBegun) = (next, false, false);
        Send(next, now);
    }

    private void Send(ResponseRequest request, Instant now) => _events.Enqueue(request.Send(NewId(), now));

    private ResponseRequest[] TakeAll()
    {
        ResponseRequest[] all = [.. _running?.Requests ?? [], .. _sent is null ? [] : new[] { _sent }, .. _waiting.TakeAll(), .. _outOfBand.TakeAll()];
        (_sent, _running) = (null, null);
        return all;
    }

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

        if (_running is { } missed)     // its end was not told
            missed.Requests.ForEach(r => Settle(r, ResponseOutcomeKind.Unanswered, error: Local("The service began another response and did not say how this one ended.")));
        var running = new RunningResponse(response.Id) { LastSign = now };
        _running = running;
        _user.Begun();
        if (_sent is { } sent && _answers.Answers(sent, answers, response, _user.ServiceMayBegin))
        {
            _sent = null;
            sent.ResponseId = response.Id;
            running.Requests.Add(sent);
        }
        else if (!isUnwanted)
        {
            _user.Answered();
            _overtaken |= _sent is { IsAnsweredByAny: true };
            foreach (ResponseRequest request in _waiting.AnsweredByAny())
                Join(running, request);
        }

        if (isUnwanted || (_cancelWhenBegun && running.Requests.Count > 0))
            Cancel(running, now);
        if (running.Requests.Count > 0)
            _cancelWhenBegun = false;
    }

    private void OnDone(ResponseSnapshot response)
    {
        string? answers = _answers.RequestOf(response);
        if (_outOfBand.TakeDone(response, answers) is { } beside)
        {
            Settle(beside, ResponseOutcomeKind.Finished, response);
            return;
        }

        if (IsOutsideConversation(response))
            return;
        if (_running is { } running && (running.Id == response.Id || running.Id is null || response.Id is null))
        {
            _running = null;
            running.Requests.ForEach(r => Settle(r, ResponseOutcomeKind.Finished, response));
        }
        else if (_running is null && _sent is { } sent && _answers.Answers(sent, answers, response, _user.ServiceMayBegin))
        {
            // Some servers end a response whose beginning they did not tell.
            _sent = null;
            sent.ResponseId = response.Id;
            Settle(sent, ResponseOutcomeKind.Finished, response);
        }

        _retryAt = Instant.Zero;
    }

    private bool OnError(ErrorDetails error, Instant now)
    {
        if (error.EventId is { } id && _outOfBand.TakeRefused(id) is { } beside)
        {
            Settle(beside, ResponseOutcomeKind.Refused, error: error);
            Pump(now);
            return true;
        }

        if (_running is { CancelEventId: { } cancelId } && cancelId == error.EventId)
            return true;        // response_cancel_not_active: it has ended by itself, and its end is on its way
        bool isTaken = error.Code == ErrorCode.ConversationAlreadyHasActiveResponse;
        if (_sent is not { } sent || (error.EventId is null ? !isTaken : error.EventId != sent.EventId))
            return error.Code == ErrorCode.ResponseCancelNotActive && error.EventId?.StartsWith(_idPrefix, StringComparison.Ordinal) == true;
        _sent = null;
        if (isTaken && _overtaken && _running is { } running)
            Join(running, sent);
        else if (isTaken && sent.Attempts < _options.MaxAttempts)
            Retry(sent, now);
        else
            Settle(sent, ResponseOutcomeKind.Refused, error: error);
        Pump(now);
        return true;
    }

    private void Retry(ResponseRequest request, Instant now)
    {
        _waiting.Restore(request, now);
        if (_running is null)
            _retryAt = now + _options.RetryDelay;
    }

    private void OnSeen(string itemId)
    {
        _sent?.Unseen.Remove(itemId);
        _waiting.OnSeen(itemId);
    }

    private void OnSign(string? responseId, Instant now)
    {
        if (_running is { } running && running.Id == responseId)
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
        Settle(request, ResponseOutcomeKind.Unanswered, error: Local(why));
    }

    private void Settle(ResponseRequest request, ResponseOutcomeKind kind, ResponseSnapshot? response = null, ErrorDetails? error = null)
    {
        request.IsWaiting = false;
        _outcomes.Enqueue(new ResponseOutcome(request, kind, response, error));
        foreach (ResponseRequest twin in request.Twins)
        {
            twin.ResponseId = request.ResponseId;
            Settle(twin, kind, response, error);
        }
    }

    /// <summary>Whether a response answers one of the requests for a response beside the conversation, also where the service says nothing of that.</summary>
    internal bool IsOutOfBand(ResponseSnapshot response) => _outOfBand.Answers(response, _answers.RequestOf(response));

    /// <summary>Whether the service says that a response belongs to no conversation; a server that says nothing of it means the one there is.</summary>
    internal static bool IsOutsideConversation(ResponseSnapshot response) =>
        response.ConversationId is null && response.ExtraProperties?.ContainsKey("conversation_id") == true;

    private TimeSpan LimitOf(RunningResponse running) => running.IsBeingCancelled ? _options.AnswerTimeout : _options.SilenceTimeout;

    private static Instant Later(Instant a, Instant b) => a > b ? a : b;

    private static ErrorDetails Local(string message) => new() { Message = message };

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"{_idPrefix}{++_count}");
}
