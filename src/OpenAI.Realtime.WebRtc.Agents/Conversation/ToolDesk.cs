using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Where the calls of a conversation are dealt with: does what the <see cref="ToolLedger"/> says, asks for approvals and remembers those given for always. Under the conversation's lock, but for the tools
/// themselves, which run on the pool.
/// </summary>
internal sealed class ToolDesk
{
    private const int MaxApprovals = 64;
    private const int MaxRememberedAsks = 512;
    private const string Unapproved = "The call was not approved, so the tool was not run.";

    private readonly ConversationState _state;
    private readonly VoiceToolOptions _options;
    private readonly ToolRunner _runner;
    private readonly ToolLedger _ledger;
    private readonly List<ApprovalRequest> _approvals = [];
    private readonly HashSet<(string?, string)> _always = [];
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldAsks = new();
    private readonly HashSet<ToolEntry> _running = [];
    private int _items;

    public ToolDesk(ConversationState state, VoiceToolOptions options, ToolRunner runner)
    {
        (_state, _options, _runner) = (state, options, runner);
        _ledger = new ToolLedger(options, state.IdPrefix);
    }

    public bool IsAtRest => _ledger.IsAtRest && _approvals.Count == 0;

    /// <summary>Whether any function runs or any approval is awaited.</summary>
    public bool IsBusy => _ledger.Running > 0 || _approvals.Count > 0;

    /// <summary>Whether the model waits for the output of a call, or for the program's leave.</summary>
    public bool IsAwaited => _ledger.HasOpen || _approvals.Count > 0;

    public IReadOnlyList<ApprovalRequest> Approvals => [.. _approvals];

    public Instant NextTimeout => _approvals.Count == 0 ? Instant.Never : _approvals.Min(ask => ask.Expires);

    public void StartTurn() => _ledger.StartTurn();

    /// <summary>A server's tool was called, and nothing was said about it: asks for a response, as often in a row as functions may.</summary>
    public void FollowServersCall()
    {
        if (_options.RespondAfterMcpCalls && _ledger.CountRound(out bool isLast))
            RequestFollowUp(isLast, []);
    }

    public void Accept(string responseId, FunctionCallItem call, ToolSet tools)
    {
        if (_ledger.Accept(responseId, call, tools) is { } entry)
            entry.Leg = _state.Leg.Number;
        Drain();
    }

    /// <summary>No response runs but this.</summary>
    public void CloseAllBut(string? runningResponseId)
    {
        _ledger.CloseAllBut(runningResponseId);
        Drain();
    }

    /// <summary>An MCP server's tool needs the program's leave.</summary>
    public void Ask(McpApprovalRequestItem item)
    {
        if (item.Id is not { Length: <= ToolLedger.LongestId } id || !_asked.Add(id))
            return;
        _oldAsks.Enqueue(id);
        if (_oldAsks.Count > MaxRememberedAsks)
            _asked.Remove(_oldAsks.Dequeue());
        Ask(new ApprovalRequest(item.Name, item.Arguments, item.ServerLabel, _state.Now + _options.ApprovalTimeout) { McpItemId = id });
    }

    /// <summary>The program's leave.</summary>
    /// <returns>Whether it was still waited for.</returns>
    public bool Approve(ApprovalRequest request, bool always)
    {
        if (!_approvals.Remove(request))
            return false;
        Grant(request);
        if (always)
        {
            _always.Add(request.Subject);
            foreach (ApprovalRequest same in _approvals.FindAll(ask => ask.Subject == request.Subject))
            {
                _approvals.Remove(same);
                Grant(same);
            }
        }

        Drain();
        return true;
    }

    /// <summary>The program's refusal.</summary>
    /// <returns>Whether it was still waited for.</returns>
    public bool Refuse(ApprovalRequest request, string? reason)
    {
        if (!_approvals.Remove(request))
            return false;
        Deny(request, reason);
        Drain();
        return true;
    }

    public void HandleTimeout(Instant now)
    {
        foreach (ApprovalRequest late in _approvals.FindAll(ask => now >= ask.Expires))
            Refuse(late, "Nobody has approved the call in time, so the tool was not run.");
    }

    /// <summary>The assistant was interrupted: what wants to be cancelled then, is.</summary>
    public void Interrupt()
    {
        foreach (ToolEntry entry in _running.Where(entry => entry.Settings?.CancelOnInterruption == true))
            _ = entry.Stop.CancelAsync();
    }

    // ── Another call takes the place of this one ───────────────────────────────────────────────────────────────────────────────

    /// <summary>Whether a function's call has been taken up.</summary>
    public bool Knows(string? callId) => callId is not null && _ledger.Find(callId) is not null;

    /// <summary>What another call is told of a function's call: its output; null where that comes later, as an item of its own.</summary>
    public string? OutputOf(HistoryToolCall call) => call.CallId is { } id && _ledger.Find(id) is { } entry
        ? entry.IsAnswered ? call.Output ?? entry.Output : null
        : call.Output ?? Retelling.NoResult;

    /// <summary>Looks whether the service acknowledges an output.</summary>
    public void Handle(ServerEvent serverEvent)
    {
        if (AcknowledgedItem.Of(serverEvent) is FunctionCallOutputItem output && _ledger.Find(output.CallId) is { IsAnswered: true } entry)
            entry.IsOutputSeen = true;
    }

    /// <summary>Another call is there, and has been told these calls of functions. What it does not know of is told in words: outputs that may not have arrived, and what a server of tools was waiting for.</summary>
    public void MoveTo(CallLeg next, HashSet<string> told)
    {
        foreach (ToolEntry entry in _ledger.Known.ToArray())
        {
            if (told.Contains(entry.CallId))
                entry.Leg = next.Number;
            else if (entry is { IsAnswered: true, IsOutputSeen: false, IsInBackground: false })
                TellAsText(entry);
        }

        foreach (ApprovalRequest ask in _approvals.FindAll(ask => ask.McpItemId is not null))
        {
            _approvals.Remove(ask);
            Note($"(The tool {ask.ToolName} of the server {ask.ServerLabel} waited for approval when the connection was exchanged, so it was not run. Call it again if it is still needed.)");
        }
    }

    /// <summary>The conversation has ended.</summary>
    public void End()
    {
        _approvals.Clear();
        foreach (ToolEntry entry in _running)
            _ = entry.Stop.CancelAsync();
        _running.Clear();
    }

    private void Drain()
    {
        while (_ledger.TryTakeStep(out ToolStep? step))
        {
            switch (step)
            {
                case ToolStep.Run run:
                    Run(run.Entry);
                    break;
                case ToolStep.Ask ask:
                    Ask(new ApprovalRequest(ask.Entry.Name, ask.Entry.Arguments, null, _state.Now + _options.ApprovalTimeout) { Entry = ask.Entry });
                    break;
                case ToolStep.Answer answer:
                    if (!answer.Entry.HasStarted)
                        _state.Publish(new ToolCallUpdate(answer.Entry.Show()));
                    Tell(answer);
                    break;
                case ToolStep.Respond respond:
                    RequestFollowUp(respond.IsLast, respond.About);
                    break;
            }
        }
    }

    // While there is no call the output waits: the next one is told it with everything else.
    private void Tell(ToolStep.Answer answer)
    {
        ToolEntry entry = answer.Entry;
        entry.IsAnswered = true;
        if (_state.Leg.IsLost)
            return;
        if (entry.Leg == _state.Leg.Number)
            _state.Send(new ConversationItemCreate(ConversationItem.FunctionOutput(entry.CallId, answer.Output) with { Id = answer.ItemId }) { EventId = answer.ItemId });
        else
            TellAsText(entry);
    }

    private void RequestFollowUp(bool isLast, IReadOnlyList<string> about) => _state.RequestFollowUp(isLast ? new ResponseParameters { ToolChoice = ToolChoice.None } : null, about);

    private void Run(ToolEntry entry)
    {
        entry.StartedAt = _state.Now;
        _running.Add(entry);
        _state.Publish(new ToolCallUpdate(entry.Show() with { Output = null }));
        _ = RunAsync(entry, _state.Trace.Parent, _state.Agent.Name);
    }

    private async Task RunAsync(ToolEntry entry, ActivityContext parent, string agent)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using Activity? span = _state.Trace.StartTool(entry, parent, agent);     // what the function does stands within
        using var over = new CancellationTokenSource();
        if (!entry.IsInBackground && (entry.Settings?.SlowAfter ?? _options.SlowAfter) is { } slow)
            _ = RemarkAsync(entry, slow, over.Token);
        var context = new Dictionary<object, object?> { [typeof(VoiceConversation)] = _state.Conversation, [typeof(ToolCall)] = entry.Show() };
        ToolOutput output = await _runner.RunAsync(entry.Function!, entry.Arguments, context, entry.Stop.Token).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        _state.DoOrEnd(() => Finish(entry, output, span));
        ConversationTrace.EndTool(span, output.Status, _state.Trace.At(_state.Now));        // when the conversation has ended first
    }

    private void Finish(ToolEntry entry, ToolOutput output, Activity? span)
    {
        _running.Remove(entry);
        entry.Duration = _state.Now - entry.StartedAt;
        ConversationTrace.EndTool(span, output.Status, _state.Trace.At(entry.StartedAt + entry.Duration));
        if (entry.Remark is { } remark)
            _state.Withdraw(remark);
        _ledger.Settle(entry, output);
        _state.OnToolEnded(entry.Show() with { Output = output.Text });
        if (entry.IsInBackground)
            TellResult(entry, output);
        Drain();
    }

    private void TellResult(ToolEntry entry, ToolOutput output)
    {
        string itemId = string.Create(CultureInfo.InvariantCulture, $"{_state.IdPrefix}late{++_items}");
        string text = $"The tool '{entry.Name}', which ran in the background with the arguments {FittingText.Shown(entry.Arguments)}, has ended ({output.Status}). Its result: {output.Text}";
        _state.Send(new ConversationItemCreate(ConversationItem.SystemText(FittingText.Fit(text)) with { Id = itemId }) { EventId = itemId });
        if (entry.Settings?.IsSilent != true)
            _state.RequestFollowUp(null, [itemId]);
    }

    private void TellAsText(ToolEntry entry)
    {
        entry.IsOutputSeen = true;      // as an item it is anybody's, and is seen to as such
        Note($"(The tool '{entry.Name}' was called with {FittingText.Shown(entry.Arguments)} before the connection was exchanged, and has ended ({entry.Status}). Its result: {entry.Output})");
    }

    private void Note(string text)
    {
        string itemId = string.Create(CultureInfo.InvariantCulture, $"{_state.IdPrefix}note{++_items}");
        _state.Send(new ConversationItemCreate(ConversationItem.SystemText(FittingText.Fit(text)) with { Id = itemId }) { EventId = itemId });
    }

    private async Task RemarkAsync(ToolEntry entry, TimeSpan after, CancellationToken over)
    {
        await Task.Delay(after, _state.Time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (over.IsCancellationRequested)
            return;
        _state.DoOrEnd(() =>
        {
            if (_running.Contains(entry))
                entry.Remark = _state.RequestRemark(_options.SlowInstructions);
        });
    }

    private void Ask(ApprovalRequest request)
    {
        if (_always.Contains(request.Subject))
            Grant(request);
        else if (_approvals.Count >= MaxApprovals)
            Deny(request, "Too many calls wait for approval, so the tool was not run.");
        else
        {
            _approvals.Add(request);
            _state.Publish(new ApprovalUpdate(request));
        }
    }

    private void Grant(ApprovalRequest request)
    {
        if (request.Entry is { } entry)
            _ledger.Approve(entry);
        else
            Answer(request.McpItemId!, approve: true, null);
    }

    private void Deny(ApprovalRequest request, string? reason)
    {
        if (request.Entry is { } entry)
        {
            _ledger.Settle(entry, new ToolOutput(string.IsNullOrEmpty(reason) ? Unapproved : $"{Unapproved} {reason}", ToolCallStatus.Refused));
            return;
        }

        string itemId = Answer(request.McpItemId!, approve: false, reason);
        if (_options.RespondAfterMcpCalls)
            _state.RequestFollowUp(null, [itemId]);
    }

    private string Answer(string mcpItemId, bool approve, string? reason)
    {
        string itemId = string.Create(CultureInfo.InvariantCulture, $"{_state.IdPrefix}ok{++_items}");
        _state.Send(new ConversationItemCreate(ConversationItem.McpApproval(mcpItemId, approve, reason) with { Id = itemId }) { EventId = itemId, PreviousItemId = mcpItemId });
        return itemId;
    }
}
