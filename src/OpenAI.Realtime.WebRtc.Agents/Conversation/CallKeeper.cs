using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Keeps a conversation in a call: opens the next one before the one in use grows too old, and another when it is lost. One loop, which ends with the conversation; what is exchanged, and when that may be,
/// is the <see cref="ConversationState"/>'s to say.
/// </summary>
internal sealed class CallKeeper(ConversationState state, CallSource source, ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeastLimit = TimeSpan.FromSeconds(1);

    private readonly ConversationCallOptions _options = state.Options.Calls;
    private readonly RealtimeSessionConfig _first = state.Agent.Session;      // the model and the voice are those of the first call
    private readonly List<Task> _closing = [];
    private Task _running = Task.CompletedTask;
    private Task[] _waitsFor = [];
    private CallLeg? _opened;

    public void Start()
    {
        state.Exchange.Begin();
        _running = RunAsync(state.Ending.Begun);
    }

    /// <summary>Whether it waits, and for what has not happened yet: for tests, which let time pass only then.</summary>
    internal bool IsWaiting => _running.IsCompleted
        || (Volatile.Read(ref _waitsFor) is { Length: > 0 } tasks && !tasks.Any(static task => task.IsCompleted) && _opened?.Link is null or { IsEnding: false, Outbox.IsEmpty: true });

    /// <summary>Completes when the conversation has ended and every call but its last is hung up. Never fails.</summary>
    public async Task StopAsync()
    {
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whether trying again would not help: the key is refused, the service takes the request for wrong, or the program's own code does.</summary>
    internal static bool IsHopeless(Exception failure) => failure switch
    {
        RealtimeException { Failure: RealtimeFailure.KeyRefused or RealtimeFailure.FingerprintMismatch } => true,
        RealtimeException { ErrorCode: "insufficient_quota" or "billing_hard_limit_reached" or "account_deactivated" } => true,
        RealtimeException { Failure: RealtimeFailure.RequestRejected, HttpStatus: var status } =>
            status is null or (>= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not (HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests)),
        ArgumentException or ObjectDisposedException or NotSupportedException => true,
        _ => false,
    };

    private async Task RunAsync(CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                CallLeg leg = state.Leg;
                if (await GrowsOldAsync(leg, stop).ConfigureAwait(false))
                    await RotateAsync(leg, stop).ConfigureAwait(false);
                else
                    await ReconnectAsync(await LostAsync(leg, stop).ConfigureAwait(false), leg, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The conversation has ended.
        }
#pragma warning disable CA1031 // A mistake here: the conversation ends, and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            state.Ending.Fail(e);
        }
        finally
        {
            if (source.Audio is { } audio)
                await audio.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Waits until the call is to be rotated, or was lost.
    private async Task<bool> GrowsOldAsync(CallLeg leg, CancellationToken stop)
    {
        if (_options.RotateAfter is { } age)
            return await IsFirstAsync(leg.BegunAt + age, stop, leg.Lost).ConfigureAwait(false);
        await LostAsync(leg, stop).ConfigureAwait(false);
        return false;
    }

    // ── The call grows old ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task RotateAsync(CallLeg leg, CancellationToken stop)
    {
        CallLeg? next = null;
        try
        {
            for (int failed = 0; ;)
            {
                stop.ThrowIfCancellationRequested();
                try
                {
                    next ??= await OpenAsync(leg.Number + 1, _options.ConnectTimeout, stop).ConfigureAwait(false);
                    if (await TakesOverAsync(leg, next, stop).ConfigureAwait(false))
                    {
                        next = null;
                        return;
                    }

                    if (!next.IsLost && !next.IsSilent)
                        continue;
                    Let(next);
                    next = null;
                    throw new RealtimeSessionEndedException(null);
                }
#pragma warning disable CA1031 // Whatever opening a call throws, the one in use goes on.
                catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    logger.RotationFailed(++failed, Kind(e), Text(e));
                    if (IsHopeless(e))
                        await LostAsync(leg, stop).ConfigureAwait(false);
                    if (leg.IsLost || !await IsFirstAsync(state.Now + Backoff(failed, e), stop, leg.Lost).ConfigureAwait(false))
                        return;
                }
            }
        }
        finally
        {
            if (next is not null)
                Let(next);
        }
    }

    // Waits for the moment in which the next call may take over, and has it do so.
    private async Task<bool> TakesOverAsync(CallLeg leg, CallLeg next, CancellationToken stop)
    {
        await ConfigureAnewAsync(next, stop).ConfigureAwait(false);
        Instant latest = leg.BegunAt + _options.MaxAge;
        Task quiet = state.Exchange.WaitForQuietAsync();
        bool isLatest = await IsFirstAsync(latest, stop, quiet, leg.Lost, next.Lost).ConfigureAwait(false);
        return TakeOver(next, mustBeQuiet: !isLatest && !leg.IsLost);
    }

    // ── The call was lost ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task ReconnectAsync(SessionEnd lost, CallLeg leg, CancellationToken stop)
    {
        Instant end = leg.LostAt + _options.ReconnectTimeout;
        Exception? first = null;
        for (int attempt = 1; ; attempt++)
        {
            stop.ThrowIfCancellationRequested();
            CallLeg? next = null;
            try
            {
                next = await OpenAsync(leg.Number + 1, Shorter(_options.ConnectTimeout, Longer(end - state.Now, LeastLimit)), stop).ConfigureAwait(false);
                await ConfigureAnewAsync(next, stop).ConfigureAwait(false);
                if (TakeOver(next, mustBeQuiet: false))
                    return;
                throw new RealtimeSessionEndedException(null);
            }
#pragma warning disable CA1031 // Whatever opening a call throws is one more attempt that failed.
            catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (next is not null)
                    Let(next);
                first ??= e;
                logger.ReconnectFailed(attempt, Kind(e), Text(e));
                TimeSpan wait = Backoff(attempt, e);
                if (IsHopeless(e))
                {
                    state.Ending.GiveUp(lost, e, $"It was not replaced, since no other attempt would help: {Text(e)}");
                    return;
                }

                if (state.Now + wait >= end)
                {
                    state.Ending.GiveUp(lost, first, $"It was not replaced within {_options.ReconnectTimeout.TotalSeconds:0.#} s, in {attempt} attempts; the first failed so: {Text(first)}");
                    return;
                }

                await IsFirstAsync(state.Now + wait, stop).ConfigureAwait(false);
                state.Do(() => state.Publish(new ReconnectingUpdate(lost, attempt + 1, e)));
            }
            catch
            {
                if (next is not null)
                    Let(next);
                throw;
            }
        }
    }

    // ── One call ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task<CallLeg> OpenAsync(int number, TimeSpan limit, CancellationToken stop)
    {
        (VoiceAgent agent, ToolSet tools) = state.Get(static s => (s.Agent, s.Tools));
        RealtimeSessionConfig config = agent.ToSessionConfig(tools) with { Model = _first.Model, Voice = _first.Voice };
        using var overdue = new CancellationTokenSource(limit, state.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, overdue.Token);
        Task<IRealtimeSession> opening = source.OpenAsync(config, either.Token);
        IRealtimeSession session;
        try
        {
            session = await WaitAsync(opening, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (either.IsCancellationRequested)
        {
            _ = AbandonAsync(opening);
            stop.ThrowIfCancellationRequested();
            throw new TimeoutException($"The call was not connected within {limit.TotalSeconds:0.#} s.", e);
        }

        CallLeg leg = _opened = state.NewLeg(number, session, source.IsConfigured ? agent : null);
        try
        {
            await state.StartAsync(leg).ConfigureAwait(false);
            return leg;
        }
        catch
        {
            Let(leg);
            throw;
        }
    }

    // The agent may have changed since the call was asked for, or the call cannot carry its configuration.
    private async Task ConfigureAnewAsync(CallLeg leg, CancellationToken stop)
    {
        while (true)
        {
            (VoiceAgent agent, ToolSet tools) = state.Get(static s => (s.Agent, s.Tools));
            if (leg.Agent == agent)
                return;
            RealtimeSessionConfig update = agent.ToUpdate(tools);
            if (!source.IsConfigured)
                update = update with { Voice = _first.Voice };
            Task configured = state.Program.ConfigureAsync(leg, update);
            Task inTime = configured.WaitAsync(state.Options.ConfigureTimeout, state.Time, stop);
            Volatile.Write(ref _waitsFor, [configured, inTime]);
            await inTime.ConfigureAwait(false);
            leg.Agent = agent;
        }
    }

    private bool TakeOver(CallLeg next, bool mustBeQuiet)
    {
        if (!state.Exchange.TryTakeOver(next, mustBeQuiet, out CallLeg old))
            return false;
        next.Session.Muted = old.Session.Muted;
        next.Session.TakeAudio();
        Let(old);
        return true;
    }

    // Hangs up beside everything else.
    private void Let(CallLeg leg)
    {
        _closing.RemoveAll(task => task.IsCompleted);
        _closing.Add(Task.Run(() => leg.DisposeAsync().AsTask()));
    }

    // Nobody waits for who does not look at the token; what comes of it all the same is hung up.
    private static async Task AbandonAsync(Task<IRealtimeSession> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await opening.Result.DisposeAsync().ConfigureAwait(false);
    }

    // Whether a time comes before anything happens.
    private async Task<bool> IsFirstAsync(Instant time, CancellationToken stop, params Task[] happens)
    {
        TimeSpan wait = time - state.Now;
        if (wait <= TimeSpan.Zero)
            return !happens.Any(static task => task.IsCompleted);
        using var happened = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task comes = Task.Delay(wait, state.Time, happened.Token);
        Task[] either = [comes, .. happens];
        Volatile.Write(ref _waitsFor, either);
        Task first = await Task.WhenAny(either).WaitAsync(stop).ConfigureAwait(false);
        await happened.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return first == comes;
    }

    private Task<SessionEnd> LostAsync(CallLeg leg, CancellationToken stop) => WaitAsync(leg.Lost, stop);

    private Task<T> WaitAsync<T>(Task<T> task, CancellationToken token)
    {
        Task<T> inTime = task.WaitAsync(token);
        Volatile.Write(ref _waitsFor, [task, inTime]);
        return inTime;
    }

    private TimeSpan Backoff(int failed, Exception failure)
    {
        TimeSpan wait = Shorter(_options.RetryDelay * Math.Pow(2, Math.Min(failed - 1, 30)), _options.MaxRetryDelay);
        wait -= wait * (RandomNumberGenerator.GetInt32(1_000) / 2_000d);
        return failure is RealtimeException { RetryAfter: { } asked } && asked > wait ? Shorter(asked, LongestWait) : wait;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static string Kind(Exception e) => e is RealtimeException known ? known.Failure.ToString() : e.GetType().Name;

    private static string Text(Exception e) => Redaction.Sentence(e.Message);
}
