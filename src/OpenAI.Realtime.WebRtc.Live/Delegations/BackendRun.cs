using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// A <see cref="LiveToolHandler"/> while it serves a session: does what the <see cref="BackendLedger"/> says, runs functions on the pool, asks for approvals and remembers those given for always.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It ends with its session, and nothing of it has to be freed: its token has no timer.")]
internal sealed class BackendRun : IDelegationRun
{
    private readonly LiveToolHandler _handler;
    private readonly IDelegationLink _link;
    private readonly ToolRunner _runner;
    private readonly BackendBudget _budget;
    private readonly BackendLedger _ledger;
    private readonly BackendApprovals _approvals;
    private readonly AppendPump _pump;
    private readonly Lock _lock = new();
    private readonly HashSet<BackendCall> _running = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly BackendOutbox _outbox;
    private readonly InOrder<Action> _notices;
    private bool _isOver;

    public BackendRun(LiveToolHandler handler, IDelegationLink link)
    {
        (_handler, _link) = (handler, link);
        _runner = new ToolRunner(handler.ToolOptions, handler.Services, link.Time, link.LoggerFactory);
        _budget = new BackendBudget(handler.MaxBackendItems, handler.MaxBackendBytes);
        _ledger = new BackendLedger(handler.ToolOptions, _budget, handler.FailureText, "be_" + RandomNumberGenerator.GetHexString(8, lowercase: true) + "_");
        _approvals = new BackendApprovals(handler.OnApproval is not null);
        _pump = new AppendPump(link);
        _notices = new InOrder<Action>(Notify);
        _outbox = new BackendOutbox(link, _ended.Token);
    }

    public (int Items, int Bytes) Used
    {
        get
        {
            lock (_lock)
                return (_budget.Items, _budget.Bytes);
        }
    }

    public void Handle(LiveServerEvent read)
    {
        switch (read)
        {
            case LiveResponseEvent response:
                HandleResponse(response.DelegationId ?? "", BackendEvent.Read(response.Event));
                break;
            case LiveError { Error: var error }:
                Do(() => _ledger.HandleError(error.Code?.Value, error.ClientEventId ?? read.ClientEventId));
                break;
        }
    }

    /// <summary>The program's own requests take their turn: <c>response.create</c> waits while a call is open.</summary>
    public bool TryTake(LiveClientEvent command)
    {
        switch (command)
        {
            case LiveResponseCreate:
                Do(_ledger.RequestResponse);
                return true;
            case LiveResponseItemCreate item:
                Do(() =>
                {
                    _budget.Count(Encoding.UTF8.GetByteCount(item.Item.ToString()));
                    _outbox.Add(item);
                });
                return true;
            default:
                return false;
        }
    }

    public bool Answer(ApprovalRequest request, bool approve, bool always, string? reason)
    {
        bool wasWaiting = false;
        Do(() =>
        {
            foreach (BackendCall call in _approvals.Take(request, approve && always))
            {
                wasWaiting = true;
                if (approve)
                    _ledger.Approve(call);
                else
                    Refuse(call, reason);
            }
        });
        return wasWaiting;
    }

    public void Miss() => Do(_ledger.HandleMissed);

    public void Interrupt() => Do(() =>
    {
        foreach (BackendCall call in _running.Where(call => call.Settings?.CancelOnInterruption == true))
            _ = call.Stop.CancelAsync();
    });

    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
            foreach (BackendCall call in _running)
                _ = call.Stop.CancelAsync();
            _approvals.Clear();
        }
        _ = _ended.CancelAsync();
        _outbox.End();
        _pump.End(new RealtimeSessionEndedException(null));
    }

    private void HandleResponse(string key, BackendEvent e)
    {
        if (e.Kind == BackendEventKind.Other || key.Length > RecentIds.LongestId)
            return;
        Do(() =>
        {
            switch (e.Kind)
            {
                case BackendEventKind.Created:
                    _ledger.HandleCreated(key, e.ResponseId);
                    break;
                case BackendEventKind.Called:
                    _ledger.HandleCall(key, e.ItemId, e.CallId, e.Name, e.Arguments, _handler.Set);
                    break;
                default:
                    _ledger.HandleEnded(key, e.ResponseId, e.Kind == BackendEventKind.Completed);
                    break;
            }
        });
    }

    /// <summary>One thing, then everything that follows from it; what the program is told comes after, under no lock.</summary>
    private void Do(Action handle)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            handle();
            while (_ledger.TryTakeStep(out BackendStep? step))
                Take(step);
        }
        _notices.Deliver();
    }

    private void Take(BackendStep step)
    {
        switch (step)
        {
            case BackendStep.Run { Call: var call }:
                call.StartedAt = _link.Time.GetTimestamp();
                _running.Add(call);
                Tell(call.Show() with { Output = null });
                _ = RunAsync(call);
                break;
            case BackendStep.Ask { Call: var call }:
                Ask(call);
                break;
            case BackendStep.Answer answer:
                if (!answer.Call.HasStarted)
                    Tell(answer.Call.Show());
                _outbox.Add(LiveResponseItemCreate.FunctionOutput(answer.Call.CallId, answer.Output) with { EventId = answer.EventId });
                break;
            case BackendStep.Create { EventId: var id }:
                _outbox.Add(new LiveResponseCreate { EventId = id });
                _ = WatchAsync(id);
                break;
            case BackendStep.Tell tell:
                Say(DelegationTextKind.Commentary, tell.Text);
                break;
            case BackendStep.Exhausted exhausted:
                _link.Logger.BackendExhausted(exhausted.Why, _budget.Items, _budget.Bytes);
                break;
        }
    }

    private async Task RunAsync(BackendCall call)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var over = new CancellationTokenSource();
        if (!call.IsInBackground && (call.Settings?.SlowAfter ?? _handler.ToolOptions.SlowAfter) is { } slow)
            _ = RemarkAsync(call, slow, over.Token);
        var context = new Dictionary<object, object?> { [typeof(ILiveSession)] = _link.Session, [_link.Session.GetType()] = _link.Session };
        ToolOutput output = await _runner.RunAsync(call.Function!, call.Arguments, context, call.Stop.Token).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        Do(() => Finish(call, output));
    }

    private void Finish(BackendCall call, ToolOutput output)
    {
        _running.Remove(call);
        call.Duration = _link.Time.GetElapsedTime(call.StartedAt);
        bool isWanted = !call.IsForgotten;
        _ledger.Settle(call, output);
        Tell(call.Show() with { Output = output.Text, Status = output.Status });
        if (call.IsInBackground && isWanted)
            Say(call.Settings!.IsSilent ? DelegationTextKind.Thinking : DelegationTextKind.Commentary, $"The work of '{call.Name}', which ran in the background, has ended ({output.Status}). Its result: {output.Text}");
    }

    private async Task RemarkAsync(BackendCall call, TimeSpan after, CancellationToken over)
    {
        await Task.Delay(after, _link.Time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!over.IsCancellationRequested)
            Do(() => Say(DelegationTextKind.Commentary, _running.Contains(call) ? _handler.ToolOptions.SlowInstructions : ""));
    }

    private void Ask(BackendCall call)
    {
        switch (_approvals.Add(call, out ApprovalRequest? request))
        {
            case ApprovalDecision.Granted:
                _ledger.Approve(call);
                break;
            case ApprovalDecision.Denied:
                Refuse(call, "Nobody can approve it.");
                break;
            default:
                _notices.Add(() => _ = Task.Run(() => Guarded(() => _handler.OnApproval!(_link.Session, request!))));
                _ = ExpireAsync(request!);
                break;
        }
    }

    private async Task ExpireAsync(ApprovalRequest request)
    {
        await Task.Delay(_handler.ToolOptions.ApprovalTimeout, _link.Time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Answer(request, approve: false, always: false, "Nobody has approved it in time.");
    }

    private void Refuse(BackendCall call, string? reason)
    {
        const string Unapproved = "The call was not approved, so the function was not run.";
        _ledger.Settle(call, new ToolOutput(string.IsNullOrEmpty(reason) ? Unapproved : $"{Unapproved} {reason}", ToolCallStatus.Refused));
    }

    private async Task WatchAsync(string createId)
    {
        await Task.Delay(_handler.ResponseTimeout, _link.Time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Do(() => _ledger.GiveUpCreate(createId));
    }

    private void Say(DelegationTextKind kind, string text)
    {
        foreach (string piece in SpokenText.Pieces(text))
            _pump.Add(new DelegationText(null, kind, piece, null));
    }

    private void Tell(ToolCall call)
    {
        if (_handler.OnCall is { } onCall)
            _notices.Add(() => onCall(_link.Session, call));
    }

    private void Notify(Action notice) => Guarded(notice);

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever the program's code throws must not end its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _link.Logger.TaskFailed("tools", e);
        }
    }
}
