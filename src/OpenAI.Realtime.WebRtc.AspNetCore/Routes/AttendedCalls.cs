using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// The calls of pages beside which the host does something. Each runs as work of its own, which outlives the request that opened the call; when the host stops, new ones are refused and those that run are cancelled
/// and waited for. A singleton of the host's services. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source is cancelled once, when the host stops; it holds nothing that would outlive it.")]
internal sealed class AttendedCalls(IServiceScopeFactory scopes, ILoggerFactory loggers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CallsRoute, int> _perRoute = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = GuardedLogger.Create(loggers, AspNetLog.Category);
    private int _active;

    /// <summary>Takes a place for a call that is to be opened.</summary>
    /// <exception cref="HttpProblem">There is none, or the host is stopping.</exception>
    public Place Reserve(CallsRoute route, int max)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                throw RealtimeBridge.HostStopping();
            int taken = _perRoute.GetValueOrDefault(route);
            if (taken >= max)
            {
                throw new HttpProblem(StatusCodes.Status503ServiceUnavailable, "calls_full", "This host has no place for another call at the moment.", "Try again a little later.")
                {
                    RetryAfter = TimeSpan.FromSeconds(10),
                };
            }
            _perRoute[route] = taken + 1;
            _active++;
            return new Place(this, route);
        }
    }

    /// <summary>Refuses new calls, cancels what runs, and waits until it has ended.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_active == 0)
                _drained.TrySetResult();
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _drained.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Runs what the application does beside a call. Never faults.</summary>
    /// <param name="place">Given back when it has ended.</param>
    /// <param name="callId">The call.</param>
    /// <param name="calls">Attaches, and hangs up.</param>
    /// <param name="onCall">What is done.</param>
    /// <param name="userSession">What was chosen for the user.</param>
    /// <param name="userId">The user.</param>
    public async Task AttendAsync(Place place, string callId, RealtimeCalls calls, Func<RealtimePageCall, CancellationToken, Task> onCall, RealtimeUserSession userSession, string? userId)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        CancellationToken stopping = _stopping.Token;
        using (place)
        {
            try
            {
                _logger.CallAttended(callId);
                await using AsyncServiceScope scope = scopes.CreateAsyncScope();
                await onCall(new RealtimePageCall(callId, calls, userSession, userId, scope.ServiceProvider), stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The host stops, and the call goes on.
            }
            catch (RealtimeSessionEndedException e) when (e.End is { Reason: SessionEndReason.ClosedByPeer or SessionEndReason.SessionExpired })
            {
                // The call has ended while something was being sent: no failure of anybody's.
            }
            catch (RealtimeCallException e) when (e is { Operation: RealtimeCallOperation.Attach, HttpStatus: HttpStatusCode.NotFound } && e.CallId == callId)
            {
                // The service made the call and does not know it: its page posted an offer and went away. No failure of the host's.
                _logger.PageNotConnected(callId);
                await HangUpAsync(callId, calls).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever the application or the service does: it is logged, and the page's call does not go on without its host.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.CallAttendantFailed(callId, e);
                await HangUpAsync(callId, calls).ConfigureAwait(false);
            }
        }

        _logger.CallLetGo(callId);
    }

    private async Task HangUpAsync(string callId, RealtimeCalls calls)
    {
        try
        {
            await calls.HangUpAsync(callId, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What went wrong first has been logged; of this one it is said that the call may go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.CallLeftOpen(callId, Redaction.Hide(e.Message));
        }
    }

    private void Leave(CallsRoute route)
    {
        lock (_gate)
        {
            if (--_perRoute[route] == 0)
                _perRoute.Remove(route);
            if (--_active == 0 && _stopping.IsCancellationRequested)
                _drained.TrySetResult();
        }
    }

    /// <summary>One call's place; given back once.</summary>
    internal sealed class Place(AttendedCalls calls, CallsRoute route) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _disposed, true))
                calls.Leave(route);
        }
    }
}
