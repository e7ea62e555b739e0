using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>
/// The bridged calls of this host: a singleton of its services. When the host stops, new calls are refused and those that are live are ended on both sides
/// before it goes on. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source is cancelled once, when the host stops; it holds nothing that would outlive it.")]
public sealed class RealtimeBridge
{
    private readonly Dictionary<string, RealtimeBridgeCall> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _perUser = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _active;
    private long _started, _ended, _refused;

    internal RealtimeBridge(ILoggerFactory loggers) => _logger = GuardedLogger.Create(loggers, AspNetLog.Category);

    /// <summary>The calls that are live now.</summary>
    public IReadOnlyList<RealtimeBridgeCall> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls.Values];
        }
    }

    /// <summary>What has been counted until now.</summary>
    public RealtimeBridgeStatistics GetStatistics()
    {
        lock (_gate)
            return new() { ActiveCalls = _active, StartedCalls = _started, EndedCalls = _ended, RefusedCalls = _refused };
    }

    /// <summary>The live call with this id; null when there is none.</summary>
    /// <param name="id">See <see cref="RealtimeBridgeCall.Id"/>.</param>
    public RealtimeBridgeCall? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_gate)
            return _calls.GetValueOrDefault(id);
    }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Takes a place for a call.</summary>
    /// <exception cref="HttpProblem">There is none.</exception>
    internal Place Reserve(RealtimeBridgeOptions options, BridgeRoute route, string? userId)
    {
        HttpProblem refusal;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                refusal = HostStopping();
            }
            else if (route.ActiveCalls >= options.MaxCalls)
            {
                refusal = new HttpProblem(StatusCodes.Status503ServiceUnavailable, "bridge_full", "This host has no place for another call at the moment.", "Try again a little later.")
                {
                    RetryAfter = TimeSpan.FromSeconds(10),
                };
            }
            else if (userId is not null && _perUser.GetValueOrDefault(userId) >= options.MaxCallsPerUser)
            {
                refusal = new HttpProblem(StatusCodes.Status429TooManyRequests, "too_many_calls", "This user has too many calls already.", $"At most {options.MaxCallsPerUser} at a time.");
            }
            else
            {
                _active++;
                route.ActiveCalls++;
                if (userId is not null)
                    _perUser[userId] = _perUser.GetValueOrDefault(userId) + 1;
                BridgeMetrics.ActiveCalls.Add(1);
                return new Place(this, route, userId);
            }
            _refused++;
        }
        BridgeMetrics.RefusedCalls.Add(1);
        throw refusal;
    }

    internal void Add(RealtimeBridgeCall call)
    {
        lock (_gate)
        {
            _calls.Add(call.Id, call);
            _started++;
        }
        _logger.BridgeStarted(call.Id, call.ServiceCallId);
        if (_stopping.IsCancellationRequested)
            _ = call.StopAsync();
    }

    internal void Remove(RealtimeBridgeCall call)
    {
        lock (_gate)
        {
            if (_calls.Remove(call.Id))
                _ended++;
        }
    }

    internal static HttpProblem HostStopping() =>
        new(StatusCodes.Status503ServiceUnavailable, "host_stopping", "This host is shutting down.", "Try again a little later.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>Refuses new calls, ends those that are live, and waits until they have ended.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        IReadOnlyList<RealtimeBridgeCall> calls = Calls;
        if (calls.Count > 0)
            _logger.BridgeDraining(calls.Count);
        foreach (RealtimeBridgeCall call in calls)
            _ = call.StopAsync();
        lock (_gate)
        {
            if (_active == 0)
                _drained.TrySetResult();
        }
        await _drained.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>One call's place; given back once.</summary>
    internal sealed class Place(RealtimeBridge bridge, BridgeRoute route, string? userId) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, true))
                return;
            lock (bridge._gate)
            {
                bridge._active--;
                route.ActiveCalls--;
                if (userId is not null && --bridge._perUser[userId] == 0)
                    bridge._perUser.Remove(userId);
                if (bridge._active == 0 && bridge._stopping.IsCancellationRequested)
                    bridge._drained.TrySetResult();
            }
            BridgeMetrics.ActiveCalls.Add(-1);
        }
    }
}
