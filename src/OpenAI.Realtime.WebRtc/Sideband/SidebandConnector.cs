using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>Opens the WebSockets of one call: <c>GET realtime?call_id=…</c>, with a key that is asked for each time.</summary>
internal sealed class SidebandConnector(OpenAIRealtimeWebRtcOptions options, RealtimeSidebandOptions sideband, RealtimeHttp http, string callId)
{
    public string CallId => callId;

    public TimeProvider TimeProvider => http.TimeProvider;

    /// <summary>Opens the first; a call that the service does not know yet is waited for.</summary>
    /// <exception cref="RealtimeCallException">It could not be opened, or the call did not come to be in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SidebandConnection> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var schedule = new AttachSchedule(sideband.WaitForCall, Random.Shared.NextDouble);
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
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(options, "realtime", ("call_id", callId)), options.AnswerTimeout) { OfCall = (RealtimeCallOperation.Attach, callId) };
        string? ephemeralKey = sideband.EphemeralKey ?? (options.HasApiKey ? null : options.EphemeralKey);
        call = ephemeralKey is not null
            ? call with { Credential = Credential.Ephemeral(ephemeralKey) }
            : await ApiKeySource.AuthorizeAsync(call with { Headers = CallSignaling.ApiKeyHeaders(options, safetyIdentifier: null) }, options, TimeProvider, cancellationToken).ConfigureAwait(false);
        var socket = await WebSocketUpgrade.OpenAsync(http, call, (sideband.KeepAliveInterval, sideband.KeepAliveTimeout), cancellationToken).ConfigureAwait(false);
        http.Logger.Attached(callId, TimeProvider.GetElapsedTime(start).TotalMilliseconds);
        return new SidebandConnection(socket, options.MaxEventSize, TimeProvider);
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
