using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>
/// One call's agent. What leads the call runs beside the grain's methods, on the grain's turns: it attaches, holds the conversation, writes down what matters, and stops when the call is over or the grain has to go. A reminder
/// begins it anew wherever the grain is activated next.
/// </summary>
/// <remarks>
/// <code>
///   CallAgentGrain.cs           the methods, the reminder, the grain's end
///   CallAgentGrain.Leading.cs   attaching, the conversation, what a crash has left behind
///   CallAgentGrain.Tools.cs     what is written down before and after a tool is run
/// </code>
/// </remarks>
internal sealed partial class CallAgentGrain : Grain, ICallAgent, IRemindable, IDisposable
{
    private const string ReminderName = "attached";

    private readonly IPersistentState<CallRecord> _state;
    private readonly RecordWriter _writer;
    private readonly CallAgentOptions _options;
    private readonly RealtimeCalls _calls;
    private readonly TimeProvider _time;
    private readonly HandOver _handOver;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Dictionary<string, ApprovalRequest> _approvals = new(StringComparer.Ordinal);
    private TaskScheduler _turns = TaskScheduler.Default;
    private Task _leading = Task.CompletedTask;
    private VoiceConversation? _talk;
    private int _asked;

    public CallAgentGrain(
        [PersistentState("call")] IPersistentState<CallRecord> state, IOptions<CallAgentOptions> options, IServiceProvider services, TimeProvider time, HandOver handOver, ILogger<CallAgentGrain> logger)
    {
        (_state, _options, _time, _handOver, _logger) = (state, options.Value, time, handOver, logger);
        _writer = new RecordWriter(state);
        _calls = string.IsNullOrEmpty(_options.ClientName) ? services.GetRequiredService<RealtimeCalls>() : services.GetRequiredKeyedService<RealtimeCalls>(_options.ClientName);
    }

    private string CallId => this.GetPrimaryKeyString();

    private CallRecord Record => _state.State;

    /// <summary>Whatever has it activated, a request, the reminder or a silo that stops and hands its calls over: a call that is to be led is led from here.</summary>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _turns = TaskScheduler.Current;
        if (Record.Stage is CallAgentStage.Attaching or CallAgentStage.Leading)
            Lead();
        return base.OnActivateAsync(cancellationToken);
    }

    /// <summary>The silo stops, or the grain moves: lets go of the call, which goes on, and writes down what is not yet.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _handOver.Remove(this);
        await _leaving.CancelAsync();
        await _leading.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public void Dispose()
    {
        _handOver.Remove(this);
        _leaving.Cancel();      // of an activation that was not completed nothing else says so
        _leaving.Dispose();
    }

    /// <summary>Has the grain activated at another silo, and lets go of the call here before. Completes when it is gone from here. From any thread.</summary>
    public async Task MoveAsync(SiloAddress to)
    {
        await Task.Factory.StartNew(() =>
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
            this.MigrateOnIdle();
        }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _turns);
        await GrainContext.Deactivated;
    }

    public async Task StartAsync(string? state = null)
    {
        if (Record.Stage == CallAgentStage.Ended)
            return;

        // First the reminder, which forgets itself where there is nothing to lead; a call that is written down without one would be lost with its silo.
        await this.RegisterOrUpdateReminder(ReminderName, _options.ReminderPeriod, _options.ReminderPeriod);
        bool isNew = Record.Stage == CallAgentStage.NotStarted;
        if (isNew)
            (Record.Stage, Record.State, Record.StartedAt) = (CallAgentStage.Attaching, state, _time.GetUtcNow());
        try
        {
            await _writer.SaveAsync();
        }
        catch when (isNew)
        {
            (Record.Stage, Record.State, Record.StartedAt) = (CallAgentStage.NotStarted, null, null);       // whoever asks is told so by the exception, and by the status
            throw;
        }

        if (Record.Stage != CallAgentStage.Ended)
            Lead();
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (Record.Stage is CallAgentStage.NotStarted or CallAgentStage.Ended)
        {
            await ForgetReminderAsync();
            DeactivateOnIdle();
            return;
        }

        Lead();
    }

    public Task<CallAgentStatus> GetStatusAsync() => Task.FromResult(new CallAgentStatus
    {
        Stage = Record.Stage == CallAgentStage.Leading && _talk is null ? CallAgentStage.Attaching : Record.Stage,       // the record says what is to be, and the conversation what is
        Detail = Record.Detail,
        StartedAt = Record.StartedAt,
        Attachments = Record.Attachments,
        TotalTokens = Record.TotalTokens,
        ToolCalls = Record.ToolCalls,
        Agent = _talk?.Agent.Name,
        Silo = RuntimeIdentity,
        Approvals = [.. _approvals.Select(ask => new CallApproval { Id = ask.Key, ToolName = ask.Value.ToolName, Arguments = ask.Value.Arguments })],
    });

    public Task<byte[]> GetHistoryAsync() => Task.FromResult(_talk?.History.ToUtf8Json() ?? Record.History ?? HistorySnapshot.Empty.ToUtf8Json());

    public Task<bool> ApproveAsync(string id, bool always = false) => Task.FromResult(_approvals.Remove(id, out ApprovalRequest? ask) && _talk?.Approve(ask, always) == true);

    public Task<bool> RefuseAsync(string id, string? reason = null) => Task.FromResult(_approvals.Remove(id, out ApprovalRequest? ask) && _talk?.Refuse(ask, reason) == true);

    public async Task<bool> SendTextAsync(string text, bool respond = true)
    {
        if (_talk is not { } talk)
            return false;
        try
        {
            await talk.SendTextAsync(text, respond);
            return true;
        }
        catch (RealtimeSessionEndedException)
        {
            return false;
        }
    }

    public async Task HangUpAsync()
    {
        await _calls.HangUpAsync(CallId);
        if (_leading.IsCompleted && Record.Stage != CallAgentStage.NotStarted)
            await EndAsync("The call was hung up.");       // else who leads it sees its end
    }

    private async Task EndAsync(string detail)
    {
        if (Record.Stage == CallAgentStage.Ended)
            return;
        (Record.Stage, Record.Detail) = (CallAgentStage.Ended, detail);
        _logger.CallEnded(CallId, Record.Attachments, Record.TotalTokens, detail);
        await _writer.SaveAsync();
        await ForgetReminderAsync();
        DeactivateOnIdle();
    }

    private async Task ForgetReminderAsync()
    {
        if (await this.GetReminder(ReminderName) is { } reminder)
            await this.UnregisterReminder(reminder);
    }
}
