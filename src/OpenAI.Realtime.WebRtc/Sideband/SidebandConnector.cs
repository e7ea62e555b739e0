using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>Opens the WebSockets beside one call, with a key that is asked for each time.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="callId">The call, or the session.</param>
/// <param name="request">Makes the request of the API, a GET, with its key.</param>
/// <param name="times">How long is waited for what.</param>
/// <param name="maxEventSize">The longest event that is kept, in bytes.</param>
internal sealed class SidebandConnector(RealtimeHttp http, string callId, Func<CancellationToken, ValueTask<HttpCall>> request, SidebandTimes times, int maxEventSize)
{
    public string CallId => callId;

    public TimeProvider TimeProvider => http.TimeProvider;

    public SidebandTimes Times => times;

    public int MaxEventSize => maxEventSize;

    /// <summary>Opens the first; a call that the service does not know yet is waited for.</summary>
    /// <exception cref="RealtimeCallException">It could not be opened, or the call did not come to be in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SidebandConnection> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var schedule = new AttachSchedule(times.First, Random.Shared.NextDouble);
        long start = TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RealtimeCallException e) when (IsGone(e))
            {
                if (schedule.Next(TimeProvider.GetElapsedTime(start), e.RetryAfter) is not { } wait)
                    throw;
                Task waiting = Task.Delay(wait, TimeProvider, cancellationToken);
                http.Logger.AttachingLater(callId, wait.TotalMilliseconds, e.Message);
                await waiting.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens one.</summary>
    /// <exception cref="RealtimeCallException">It could not be opened.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SidebandConnection> OpenAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.GetTimestamp();
        HttpCall call = await request(cancellationToken).ConfigureAwait(false);
        var socket = await WebSocketUpgrade.OpenAsync(http, call, (times.KeepAliveInterval, times.KeepAliveTimeout), cancellationToken).ConfigureAwait(false);
        http.Logger.Attached(callId, TimeProvider.GetElapsedTime(start).TotalMilliseconds);
        return new SidebandConnection(socket, maxEventSize, TimeProvider);
    }

    /// <summary>Whether the service says that there is no such call: not yet, or not any more.</summary>
    public static bool IsGone(RealtimeCallException e) => e.HttpStatus is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    /// <summary>Whether what went wrong may right itself.</summary>
    public static bool IsTransient(RealtimeCallException e) => e.Failure switch
    {
        RealtimeFailure.EndpointUnreachable or RealtimeFailure.AnswerUnusable or RealtimeFailure.KeyUnusable => true,
        RealtimeFailure.RequestRejected => e.HttpStatus is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        _ => false,
    };
}
