using System.Net;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using Orleans.Runtime;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

internal sealed partial class CallAgentGrain
{
    private const string Unknown = "The result is not known: what ran the tool was lost before it had answered. It may or may not have had its effect. Do not call it again unless the user asks for it.";

    // On the grain's turns, as all of this class.
    private void Lead()
    {
        DelayDeactivation(_options.ReminderPeriod * 10);        // what leads a call is no request, and a grain without requests is taken for idle
        if (!_leading.IsCompleted || _leaving.IsCancellationRequested)
            return;
        _handOver.Add(this);
        _leading = LeadAsync();
    }

    // Never faults. What goes wrong is tried again by the reminder, until the service says that there is no such call.
    private async Task LeadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await using RealtimeSideband sideband = await _calls.AttachAsync(CallId, SidebandOptions(), _leaving.Token);
            if (await TalkAsync(sideband) is { } end)
                await EndAsync(end);
        }
        catch (RealtimeCallException e) when (e.HttpStatus is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            await TryAsync(() => EndAsync(Record.Attachments == 0 ? "The call never came to be." : "The call ended while nobody was attached to it."));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The grain has to go.
        }
        catch (RealtimeSessionEndedException e)
        {
            Record.Detail = e.Message;      // at once after it was attached; the reminder asks again
        }
#pragma warning disable CA1031 // Whatever the application, the service or the storage does: it is logged, and the reminder tries again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Exception cause = e is OrleansException { InnerException: { } inner } ? inner : e;      // Orleans wraps what a storage throws, stack and all
            Record.Detail = $"{cause.GetType().Name}: {cause.Message}";
            _logger.LeadingFailed(CallId, e);
        }
    }

    /// <summary>Holds the conversation until it ends.</summary>
    /// <returns>Why the call is over; null when it goes on.</returns>
    private async Task<string?> TalkAsync(RealtimeSideband sideband)
    {
        var context = new CallAgentContext(CallId, Record.State, ServiceProvider);
        var agents = new RecordedAgents(_options.CreateAgent!(context), this);
        VoiceConversationOptions options = _options.CreateConversation?.Invoke(context) ?? new VoiceConversationOptions();
        if (Record.History is { } before)
            (options.History, options.MaxReplayedCharacters) = (HistorySnapshot.Read(before), 0);      // the service knows it
        options.IsConfigured |= Record.IsConfigured;
        options.Services ??= ServiceProvider;
        VoiceAgent agent = agents.Find(Record.Agent);
        await using VoiceConversation talk = await VoiceConversation.StartAsync(sideband, agent, options, _leaving.Token);
        long tokensBefore = Record.TotalTokens;
        List<ToolRecord> left = [.. Record.Tools.Where(tool => !tool.IsTold)];
        (Record.Stage, Record.Detail, Record.IsConfigured) = (CallAgentStage.Leading, null, true);
        Record.Attachments++;
        try
        {
            await _writer.SaveAsync();
        }
        catch
        {
            Record.Attachments--;       // it counts when it is written down
            throw;
        }

        _logger.Attached(CallId, Record.Attachments);
        try
        {
            _talk = talk;
            await AnswerWhatWasLeftAsync(talk, context, agent, options, left);
            await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(_leaving.Token))
                await HandleAsync(update, talk, context, tokensBefore);
            ConversationEnd end = await talk.Completion;
            if (end.Session?.Reason is SessionEndReason.ClosedByPeer or SessionEndReason.SessionExpired)
                return end.Detail;
            Record.Detail = end.Detail;
            return null;
        }
        finally
        {
            _talk = null;
            _approvals.Clear();
            Keep(talk, tokensBefore);
            await TryAsync(_writer.SaveAsync);
        }
    }

    private async Task HandleAsync(ConversationUpdate update, VoiceConversation talk, CallAgentContext context, long tokensBefore)
    {
        switch (update)
        {
            case ApprovalUpdate { Request: var ask }:
                foreach (string over in _approvals.Where(old => !talk.PendingApprovals.Contains(old.Value)).Select(old => old.Key).ToList())
                    _approvals.Remove(over);
                _approvals.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Record.Attachments}.{++_asked}"), ask);
                break;
            case HistoryUpdate { Change.Item: HistoryToolCall { CallId: { } callId, Output: not null } } when Record.Find(callId) is { IsTold: false } told:
                told.IsTold = true;
                await TryAsync(_writer.SaveAsync);
                break;
            case AgentUpdate { To: var to }:
                Record.Agent = to.Name;
                await TryAsync(_writer.SaveAsync);
                break;
            case ResponseUpdate or TurnUpdate:
                Keep(talk, tokensBefore);
                await TryAsync(_writer.SaveAsync);
                break;
        }

        if (_options.OnUpdate is { } onUpdate)
            await TryAsync(() => onUpdate(context, update).AsTask());
    }

    private void Keep(VoiceConversation talk, long tokensBefore)
    {
        Record.History = talk.History.ToUtf8Json();
        Record.TotalTokens = tokensBefore + (talk.Usage.TotalTokenCount ?? 0);
    }

    // What a crash has left behind: tools whose output the service may not have got. One output for each call, whatever has come of it; then one response about all of them.
    private async Task AnswerWhatWasLeftAsync(VoiceConversation talk, CallAgentContext context, VoiceAgent agent, VoiceConversationOptions options, List<ToolRecord> left)
    {
        foreach (ToolRecord tool in left)
        {
            bool isAgain = tool.Output is null && _options.MayRunAgain?.Invoke(context, tool.Name) == true;
            tool.Output ??= isAgain ? await RunAgainAsync(tool, talk, agent, options) : Unknown;
            await _writer.SaveAsync();
            await talk.SendItemAsync(ConversationItem.FunctionOutput(tool.CallId, tool.Output), cancellationToken: _leaving.Token);
            tool.IsTold = true;
            _logger.AnsweredAfterCrash(CallId, tool.Name, isAgain);
        }

        if (left.Count == 0)
            return;
        await _writer.SaveAsync();
        _ = TryAsync(() => talk.RespondAsync(cancellationToken: _leaving.Token));
    }

    private RealtimeSidebandOptions SidebandOptions() => new()
    {
        EphemeralKey = _options.Sideband.EphemeralKey,
        WaitForCall = Record.Attachments == 0 ? _options.Sideband.WaitForCall : TimeSpan.Zero,       // a call that was there is over when the service knows it no longer
        ReconnectTimeout = _options.Sideband.ReconnectTimeout,
        KeepAliveInterval = _options.Sideband.KeepAliveInterval,
        KeepAliveTimeout = _options.Sideband.KeepAliveTimeout,
        EventTrace = _options.Sideband.EventTrace,
    };

    // What must not end the conversation.
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The grain has to go.
        }
        catch (RealtimeSessionEndedException)
        {
            // The call is over, and the loop of updates says so.
        }
#pragma warning disable CA1031 // A hook of the application's, or a storage that is down: logged, and the call goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.WorkFailed(CallId, e);
        }
    }
}
