using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// Controls calls that are elsewhere: hangs any of them up, and answers, rejects or hands on those that come in over SIP (<see cref="RealtimeCallIncoming"/>). With the API
/// key, so for trusted machines. A <see cref="RealtimeWebRtcSession"/> hangs its own call up without this. Thread-safe.
/// </summary>
public sealed class RealtimeCalls
{
    private readonly OpenAIRealtimeWebRtcOptions _options;
    private readonly RealtimeHttp _http;

    /// <summary>Controls the calls of the project whose API key <paramref name="options"/> hold.</summary>
    /// <param name="options">Endpoint and API key, or <see cref="OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>. Read at each request.</param>
    /// <param name="httpClient">Sends the requests; the caller keeps it alive and disposes it.</param>
    /// <param name="timeProvider">The clock of timeouts. Default: the system's.</param>
    /// <param name="loggerFactory">Where log messages go. Default: nowhere.</param>
    public RealtimeCalls(OpenAIRealtimeWebRtcOptions options, HttpClient httpClient, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
        : this(options, OpenAIEphemeralKeyProvider.Http(httpClient, timeProvider, loggerFactory))
    {
    }

    internal RealtimeCalls(OpenAIRealtimeWebRtcOptions options, RealtimeHttp http)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _http = http;
    }

    /// <summary><c>POST realtime/calls/{call_id}/hangup</c>: ends a call, over WebRTC or SIP. One that is no longer there counts as ended.</summary>
    /// <param name="callId">The call, <c>rtc_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one.</exception>
    public Task HangUpAsync(string callId, CancellationToken cancellationToken = default) => PostAsync(callId, RealtimeCallOperation.HangUp, null, cancellationToken);

    /// <summary><c>POST realtime/calls/{call_id}/accept</c>: answers an incoming SIP call with a session.</summary>
    /// <param name="callId">The call, <see cref="IncomingCall.CallId"/>.</param>
    /// <param name="session">What the session is to be. Default of its model: <see cref="OpenAIRealtimeWebRtcOptions.Model"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one.</exception>
    public Task AcceptAsync(string callId, SessionConfig session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return PostAsync(callId, RealtimeCallOperation.Accept, session.ForCall(session.ModelName ?? _options.Model).ToUtf8Json(), cancellationToken);
    }

    /// <summary><c>POST realtime/calls/{call_id}/reject</c>: turns an incoming SIP call down.</summary>
    /// <param name="callId">The call, <see cref="IncomingCall.CallId"/>.</param>
    /// <param name="sipStatusCode">What the caller is told, such as 486 (busy). Default: 603 (decline).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one.</exception>
    public Task RejectAsync(string callId, int sipStatusCode = 603, CancellationToken cancellationToken = default) =>
        PostAsync(callId, RealtimeCallOperation.Reject, new CallRejectRequest { StatusCode = sipStatusCode }.ToUtf8Json(), cancellationToken);

    /// <summary><c>POST realtime/calls/{call_id}/refer</c>: hands a SIP call on to somebody else.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="targetUri">To whom: <c>tel:+14155550123</c>, or a <c>sip:</c> address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one.</exception>
    public Task ReferAsync(string callId, string targetUri, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(targetUri);
        return PostAsync(callId, RealtimeCallOperation.Refer, new CallReferRequest { TargetUri = targetUri }.ToUtf8Json(), cancellationToken);
    }

    private async Task PostAsync(string callId, RealtimeCallOperation operation, byte[]? body, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(callId);
        if (!_options.HasApiKey)
            throw new InvalidOperationException("Controlling calls needs ApiKey or ApiKeyProvider.");
        if (callId is "." or "..")
            throw new ArgumentException("That is no call's id.", nameof(callId)); // an address would lose it
        bool hangsUp = operation == RealtimeCallOperation.HangUp;
        string verb = operation switch
        {
            RealtimeCallOperation.HangUp => "hangup",
            RealtimeCallOperation.Accept => "accept",
            RealtimeCallOperation.Reject => "reject",
            _ => "refer",
        };
        string path = $"realtime/calls/{Uri.EscapeDataString(callId)}/{verb}";
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(_options, path), hangsUp ? _options.HangUpTimeout : _options.AnswerTimeout)
        {
            Headers = CallSignaling.ApiKeyHeaders(_options, safetyIdentifier: null),
            Body = body,
            ContentType = body is null ? null : "application/json",
            Accept = "application/json",
            OfCall = (operation, callId),
        };
        call = await ApiKeySource.AuthorizeAsync(call, _options, _http.TimeProvider, cancellationToken).ConfigureAwait(false);
        HttpReply reply = await _http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        if (!reply.IsSuccess && !(hangsUp && reply.Status == HttpStatusCode.NotFound))
            throw ServiceErrors.From(call, reply);
    }
}
