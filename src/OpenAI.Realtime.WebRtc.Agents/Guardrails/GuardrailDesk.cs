using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Where what the assistant says is checked: does what the <see cref="GuardrailWatch"/> says, and stops what is refused. Under the conversation's lock, but for the guardrails themselves, which run on the pool, one
/// at a time.
/// </summary>
internal sealed class GuardrailDesk(ConversationState state, VoiceGuardrailOptions options)
{
    private readonly GuardrailWatch _watch = new(options.WordsBetweenChecks);
    private readonly Lock _lock = new();
    private readonly HashSet<VoiceGuardrail> _hanging = [];
    private int _refusals;
    private int _refusedTurn;

    // Never disposed of, because a check may still look at it; it holds nothing that needs to be freed.
    private CancellationTokenSource Stopped { get; } = new();

    /// <summary>Handles an event after everybody else has.</summary>
    /// <param name="serverEvent">The event.</param>
    /// <param name="outside">The responses beside the conversation, whose words nobody hears.</param>
    public void Handle(ServerEvent serverEvent, IReadOnlyCollection<string> outside)
    {
        if (serverEvent is ResponseCreated { Response.Id: { } id } && state.Agent.Guardrails.Count > 0 && !outside.Contains(id))
            _watch.Begin(id, state.Agent);
        _watch.Handle(serverEvent);
        while (_watch.TryTakeSkipped(out GuardedResponse? skipped))
            Tell(skipped, skipped.Guardrails[0], GuardrailOutcome.Skipped, "Too many responses came while a check was under way.", wasStopped: false);
        Drain();
    }

    /// <summary>The call ends beneath: what it was saying is not said any more.</summary>
    public void BreakOff() => _watch.CutOffAll();

    /// <summary>The conversation has ended.</summary>
    public void End() => _ = Stopped.CancelAsync();

    private void Drain()
    {
        if (_watch.TryTake(out GuardedResponse? response, out GuardrailText? text))
            _ = CheckAsync(response, text);
    }

    private async Task CheckAsync(GuardedResponse response, GuardrailText text)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isRefused = false;
        for (int i = 0; i < response.Guardrails.Count && !isRefused && !Stopped.IsCancellationRequested; i++)
        {
            VoiceGuardrail guardrail = response.Guardrails[i];
            (GuardrailOutcome outcome, GuardrailVerdict verdict) = await CheckAsync(guardrail, text).ConfigureAwait(false);
            isRefused = verdict.IsRefused;
            state.DoOrEnd(() => Settle(response, guardrail, outcome, verdict));
        }

        state.DoOrEnd(() =>
        {
            _watch.Finish(response, text, isRefused);
            Drain();
        });
    }

    private async Task<(GuardrailOutcome Outcome, GuardrailVerdict Verdict)> CheckAsync(VoiceGuardrail guardrail, GuardrailText text)
    {
        lock (_lock)
        {
            if (_hanging.Contains(guardrail))
                return (GuardrailOutcome.TimedOut, OnFailure("It has not answered the check before."));
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(Stopped.Token);
        Task<GuardrailVerdict> running = Task.Run(() => guardrail.Check(text, stop.Token).AsTask(), CancellationToken.None);
        try
        {
            GuardrailVerdict verdict = await running.WaitAsync(options.Timeout, state.Time, Stopped.Token).ConfigureAwait(false);
            return (verdict.IsRefused ? GuardrailOutcome.Refused : GuardrailOutcome.Passed, verdict);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _ = AbandonAsync(guardrail, running, stop);
            return (GuardrailOutcome.TimedOut, OnFailure("It did not answer in time."));
        }
        catch (OperationCanceledException) when (Stopped.IsCancellationRequested)
        {
            _ = AbandonAsync(guardrail, running, stop);
            return default;
        }
#pragma warning disable CA1031 // Whatever the program's guardrail throws is told; the conversation goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            state.LogGuardrailFailure(guardrail.Name, e);
            return (GuardrailOutcome.Failed, OnFailure($"It failed with {e.GetType().Name}."));
        }
        finally
        {
            if (running.IsCompleted)
                stop.Dispose();
        }
    }

    // One that does not look at its token hangs on; until it has ended it is not called again, so that at most one call of each does.
    private async Task AbandonAsync(VoiceGuardrail guardrail, Task running, CancellationTokenSource stop)
    {
        lock (_lock)
            _hanging.Add(guardrail);
        await stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ = running.Exception;      // looked at: nobody else waits for it
        stop.Dispose();
        lock (_lock)
            _hanging.Remove(guardrail);
    }

    private GuardrailVerdict OnFailure(string why) => options.RefuseOnFailure ? GuardrailVerdict.Refuse(why) : GuardrailVerdict.Unknown(why);

    private void Settle(GuardedResponse response, VoiceGuardrail guardrail, GuardrailOutcome outcome, GuardrailVerdict verdict)
    {
        AgentsTelemetry.Count(guardrail.Name, outcome, response.Agent.Name);
        if (outcome == GuardrailOutcome.Passed)
            return;
        bool wasStopped = verdict.IsRefused && state.Program.StopResponse(response.Id, response.IsSpoken, "guardrail");
        Tell(response, guardrail, outcome, verdict.Reason, wasStopped);
        if (verdict.IsRefused)
            SayInstead(verdict);
    }

    private void SayInstead(GuardrailVerdict verdict)
    {
        (_refusals, _refusedTurn) = (_refusedTurn == state.TurnNumber ? _refusals + 1 : 1, state.TurnNumber);
        if (_refusals <= options.MaxRetries && (verdict.SayInstead ?? options.SayInstead) is { Length: > 0 } instead)
            state.RequestRemark($"{instead}\nWhy it was stopped: {verdict.Reason}");
    }

    private void Tell(GuardedResponse response, VoiceGuardrail guardrail, GuardrailOutcome outcome, string? reason, bool wasStopped)
    {
        string name = AgentsTelemetry.NameOf(outcome);
        state.Trace.Tell("openai.realtime.webrtc.guardrail", state.Now, new("openai.realtime.webrtc.guardrail.name", guardrail.Name), new("openai.realtime.webrtc.guardrail.outcome", name));
        state.LogGuardrail(guardrail.Name, name);
        state.Publish(new GuardrailUpdate(response.Id, guardrail.Name, outcome, reason, wasStopped));
    }
}
