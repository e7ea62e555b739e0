using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Which functions the Responses model has called, and which calls are answered. One output goes out for each call; when the response is complete and no call is open, one <c>response.create</c>; never more than one at a time,
/// never while a response runs. What the service refuses because its input is full is answered by a placeholder, without which the model would never go on.
/// Pure: handle one thing, then drain <see cref="TryTakeStep"/>. One caller at a time.
/// </summary>
internal sealed class BackendLedger(VoiceToolOptions options, BackendBudget budget, string failureText, string idPrefix)
{
    private const int MaxCallsPerResponse = 64;
    private const int MaxRemembered = 256;

    private readonly BackendTasks _tasks = new();
    private readonly BackendCalls _calls = new();
    private readonly RecentIds _seenResponses = new(MaxRemembered);
    private readonly Queue<BackendStep> _steps = new();
    private readonly BackendContinuation _continuation = new();
    private int _running;
    private int _count;

    /// <summary>How many functions run, those in the background included.</summary>
    public int Running => _running;

    /// <summary>Whether the model takes nothing any more.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Whether a call has no output that has gone out.</summary>
    public bool HasOpenCalls => _tasks.HaveOpenCalls;

    /// <summary>Whether nothing is open: no call, no response, nothing asked for.</summary>
    public bool IsAtRest => !_continuation.IsPending && _running == 0 && _steps.Count == 0 && _tasks.AreAtRest;

    /// <summary>The <c>response.create</c> that no response has followed yet; null for none.</summary>
    public string? CreateSent => _continuation.Sent;

    /// <summary>A response has begun.</summary>
    public void HandleCreated(string key, string? responseId)
    {
        if (!_seenResponses.Add(responseId))
            return;
        BackendTask task = _tasks.Of(key);
        if (task.Response is { } before)
        {
            before.IsClosed = true;         // its end was not seen
            Advance();
        }
        if (_continuation.Sent is not null)        // what was sent before it has been taken, or it would have been refused
            _calls.ConfirmBefore(_continuation.SentAt);
        _continuation.Begin();
        task.Begin(responseId);
    }

    /// <summary>A function was called. A second sight of the same item does nothing.</summary>
    public void HandleCall(string key, string? itemId, string? callId, string name, string arguments, ToolSet tools)
    {
        if (callId is not { Length: > 0 and <= RecentIds.LongestId } || !_calls.See(itemId ?? callId))
            return;
        BackendTask task = _tasks.Of(key);
        BackendResponse response = task.Response ?? task.Begin(null);
        if (response.Calls.Count >= 2 * MaxCallsPerResponse)
        {
            Break("The model has called too many functions at once.");
            return;
        }
        if (_calls.Find(callId) is { } before)
        {
            AnswerAgain(response, before, name, arguments);
            return;
        }

        BackendCall call = BackendCall.Of(callId, name, arguments, tools);
        response.Calls.Add(call);
        _calls.Add(call);
        string? refusal = call.Function is null ? $"There is no function named '{call.Name}'."
            : call.IsTooLong ? "The arguments are too long, so the function was not run."
            : task.Rounds >= options.MaxRounds ? string.Create(CultureInfo.InvariantCulture, $"The function was not run: functions were called {task.Rounds} times in a row. Say what you have.")
            : response.Calls.Count > MaxCallsPerResponse ? "The function was not run: too many were called at once."
            : null;
        if (refusal is not null)
            Reject(call, refusal);
        else if (call.NeedsApproval)
            _steps.Enqueue(new BackendStep.Ask(call));
        Advance();
    }

    /// <summary>A response has ended.</summary>
    /// <param name="key">Its task.</param>
    /// <param name="responseId">Its id, where it is named.</param>
    /// <param name="isComplete">Whether it came to its end; false for one that failed or was cut off.</param>
    public void HandleEnded(string key, string? responseId, bool isComplete)
    {
        bool mayBeMissed = _continuation.End(responseId, isComplete);
        BackendTask? task = _tasks.Find(key);
        BackendResponse? response = task?.Response is { } current && (responseId is null || current.Id is null || responseId == current.Id) ? current : null;
        if (response is null || (response.IsClosed && (isComplete || !mayBeMissed)))
        {
            if (mayBeMissed && !isComplete)
                _steps.Enqueue(new BackendStep.Tell(failureText));
            Advance();
            return;
        }
        response.IsClosed = true;
        if (isComplete)
        {
            Advance();
            return;
        }
        foreach (BackendCall call in response.Calls.Where(call => !call.IsAnswered))
            Forget(call);
        response.Task.Response = null;
        _steps.Enqueue(new BackendStep.Tell(failureText));
        Advance();
    }

    /// <summary>The service has refused something that was sent with this id; null where it does not say what.</summary>
    /// <returns>Whether it was ours.</returns>
    public bool HandleError(string? code, string? eventId)
    {
        bool isFull = code == "response_input_buffer_full";
        if (_calls.TakeRefused(eventId, isFull) is { } refused)
        {
            HandleRefusedOutput(refused, isFull);
            return true;
        }
        switch (_continuation.Refuse(code, eventId, isBusy: !_tasks.AreAtRest))
        {
            case BackendRefusal.NotOurs:
                return false;
            case BackendRefusal.Failed:
                _steps.Enqueue(new BackendStep.Tell(failureText));
                break;
            case BackendRefusal.Exhausted:
                Break("The model asks for outputs that it has been given, or of calls that were missed.");
                break;
            case BackendRefusal.AnswerForgotten:
                // Calls of a response that failed are open all the same, it seems: they are answered, so that the next request can pass.
                foreach (BackendCall call in _calls.TakeForgotten())
                    Send(call, BackendBudget.Placeholder);
                break;
        }
        Advance();
        return true;
    }

    /// <summary>
    /// Events may have been missed here: that a response has begun which was asked for, or has ended. One whose calls are known is taken to have ended, because nobody says so again; where it has not, the service refuses to go on, and
    /// its end is waited for. Calls that were missed are not known, and the model cannot go on without their outputs.
    /// </summary>
    public void HandleMissed()
    {
        _continuation.Miss();
        foreach (BackendTask task in _tasks)
        {
            if (task.Response is { Calls.Count: > 0 } response)
                response.IsClosed = true;
            else
                task.Response = null;
        }
        Advance();
    }

    /// <summary>The program wants the model to work on what it has been given.</summary>
    public void RequestResponse()
    {
        _continuation.Forgive();        // each request of the program's is a matter of its own
        _continuation.Want();
        _tasks.Of("").Rounds = 0;
        Advance();
    }

    /// <summary>No response has followed in time.</summary>
    public void GiveUpCreate(string eventId)
    {
        if (!_continuation.GiveUp(eventId))
            return;
        _steps.Enqueue(new BackendStep.Tell(failureText));
        Advance();
    }

    /// <summary>The program's leave.</summary>
    public void Approve(BackendCall call)
    {
        if (call is { Output: null, HasStarted: false, IsForgotten: false })
            Start(call);
        Advance();
    }

    /// <summary>The output of a call is known. A second one is dropped.</summary>
    public void Settle(BackendCall call, ToolOutput output)
    {
        if (call is { HasStarted: true, Status: ToolCallStatus.Running })
            _running--;
        call.Status = output.Status;
        call.Output ??= output.Text;
        Advance();
    }

    /// <summary>The next thing to do, in order.</summary>
    public bool TryTakeStep([NotNullWhen(true)] out BackendStep? step) => _steps.TryDequeue(out step);

    private void Advance()
    {
        foreach (BackendTask task in _tasks)
        {
            if (task.Response is not { } response)
                continue;
            foreach (BackendCall call in response.Calls)
            {
                if (call is { Output: null, HasStarted: false, NeedsApproval: false })
                    Start(call);
                if (!options.RunInParallel && call.Output is null)
                    break;
            }
            for (; response.Answered < response.Calls.Count && response.Calls[response.Answered] is { Output: { } output } next; response.Answered++)
                Send(next, budget.Fit(output));
            if (response.IsClosed && response.Answered == response.Calls.Count)
                End(task, response);
        }
        if (_continuation.IsDue && !IsExhausted && _tasks.AreAtRest)
        {
            string id = NewId("go");
            _continuation.Send(id, _count);
            _steps.Enqueue(new BackendStep.Create(id));
        }
    }

    /// <summary>A response is complete, and what it has called is answered: the model is to go on, if it called anything.</summary>
    private void End(BackendTask task, BackendResponse response)
    {
        task.Response = null;
        if (response.Calls.Count == 0)
        {
            task.Rounds = 0;
            return;
        }
        if (++task.Rounds < 2 * options.MaxRounds)
        {
            _continuation.Want();
            return;
        }
        task.Rounds = 0;            // told twice as often as it may that it is to end, it has not
        _steps.Enqueue(new BackendStep.Tell(failureText));
    }

    private void Start(BackendCall call)
    {
        if (_running >= options.MaxRunning)
        {
            Reject(call, "The function was not run: too many are running.");
            return;
        }
        call.HasStarted = true;
        call.Status = ToolCallStatus.Running;
        _running++;
        _steps.Enqueue(new BackendStep.Run(call));
        if (call.IsInBackground)
            call.Output = "The work has begun. Its result will be told later, by itself; go on.";
    }

    private static void Reject(BackendCall call, string why)
    {
        call.Status = ToolCallStatus.Rejected;
        call.Output = why;
    }

    private void Send(BackendCall call, string output)
    {
        call.IsAnswered = true;
        call.IsPlaceholder = output == BackendBudget.Placeholder;
        budget.CountOutput(output);
        string id = NewId("out");
        _calls.Sent(_count, id, call);
        _steps.Enqueue(new BackendStep.Answer(call, id, output));
    }

    /// <summary>An output was not taken: its call is open. A placeholder answers it; without that the model would never go on.</summary>
    private void HandleRefusedOutput(BackendCall call, bool isFull)
    {
        if (isFull)
            budget.Refused();
        if (call.IsForgotten)
            return;
        if (call.IsPlaceholder)
        {
            Break("The model's input is full, so it cannot go on. Connect a new session.");
            return;
        }
        Send(call, BackendBudget.Placeholder);
        _continuation.Forgive();
        if (_continuation.Sent is null && _tasks.AreAtRest)
            _continuation.Want();           // the request behind it was refused already
        Advance();
    }

    // The same call once more is given the same output; another call under its id is told so. Neither is run.
    private void AnswerAgain(BackendResponse response, BackendCall before, string name, string arguments)
    {
        bool isSame = before.IsSame(name, arguments);
        if (isSame && !before.IsAnswered)
            return;     // it is being run, and its output answers both
        response.Calls.Add(new BackendCall(before.CallId, before.Name, BackendCall.Kept(arguments))
        {
            Status = isSame ? before.Status : ToolCallStatus.Rejected,
            Output = isSame ? before.Output : "The function was not run: this call id was used before, for another call.",
        });
        Advance();
    }

    private void Forget(BackendCall call)
    {
        call.IsForgotten = true;
        call.Output ??= "";
        if (call is { HasStarted: true, Status: ToolCallStatus.Running })
            _running--;
        call.Status = ToolCallStatus.Cancelled;
        _ = call.Stop.CancelAsync();
        _calls.Forget(call);
    }

    private void Break(string why)
    {
        if (IsExhausted)
            return;
        IsExhausted = true;
        _continuation.Drop();
        _steps.Enqueue(new BackendStep.Exhausted(why));
        _steps.Enqueue(new BackendStep.Tell(failureText));
    }

    private string NewId(string kind) => string.Create(CultureInfo.InvariantCulture, $"{idPrefix}{kind}{++_count}");
}
