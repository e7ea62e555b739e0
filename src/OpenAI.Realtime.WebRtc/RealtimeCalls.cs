using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Sideband;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// Opens and controls calls that are elsewhere: opens one for somebody else's offer, attaches to any of them, hangs them up, and answers, rejects or hands on those that come in over SIP
/// (<see cref="RealtimeCallIncoming"/>). With the API key, so for trusted machines. A <see cref="RealtimeWebRtcSession"/> hangs its own call up without this. Thread-safe.
/// </summary>
public sealed class RealtimeCalls
{
    private readonly OpenAIRealtimeWebRtcOptions _options;
    private readonly RealtimeHttp _http;
    private readonly CallSignaling _signaling;

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
        _signaling = new CallSignaling(options, http, http.Logger);
    }

    /// <summary>
    /// <c>POST realtime/calls</c>: opens a call for an offer that somebody else made, a web page or a device, with this host's key and session (the unified interface). The sound
    /// and the events go between the service and whoever made the offer. It ends when one of the two ends it, or with <see cref="HangUpAsync"/>.
    /// </summary>
    /// <param name="offer">The offer as SDP; it is passed on as it is.</param>
    /// <param name="session">What the session is to be. Default of its model: <see cref="OpenAIRealtimeWebRtcOptions.Model"/>.</param>
    /// <param name="safetyIdentifier">The end user's stable, hashed identifier: visible ASCII. Default: null, <see cref="OpenAIRealtimeWebRtcOptions.SafetyIdentifier"/>.</param>
    /// <param name="cancellationToken">Ends the wait. What it or a failure leaves behind is hung up: the call, if the service has made it. A request that has not been answered yet gets
    /// 10 s more for that, so an HTTP client of the caller's must live as long.</param>
    /// <returns>The answer, for who made the offer.</returns>
    /// <exception cref="RealtimeConnectException">There was no usable key (<see cref="ConnectPhase.Key"/>), or the service refused, could not be reached, or gave no answer within
    /// <see cref="OpenAIRealtimeWebRtcOptions.AnswerTimeout"/> (<see cref="ConnectPhase.Answer"/>).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one, or <see cref="OpenAIRealtimeWebRtcOptions.Dialect"/> is not <see cref="RealtimeDialect.Ga"/>.</exception>
    /// <exception cref="ArgumentException">The safety identifier cannot stand in an HTTP header.</exception>
    public async Task<RealtimeCallAnswer> CreateAsync(string offer, SessionConfig session, string? safetyIdentifier = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(offer);
        ArgumentNullException.ThrowIfNull(session);
        OpenAIRealtimeWebRtcOptionsValidator.ThrowIfNoHeaderValue(safetyIdentifier, nameof(safetyIdentifier));
        if (!_options.HasApiKey)
            throw new InvalidOperationException("Opening calls needs ApiKey or ApiKeyProvider.");
        if (_options.Dialect != RealtimeDialect.Ga)
            throw new InvalidOperationException("Opening calls with the API key needs Dialect Ga: the beta has no such request.");
        string? created = null;
        try
        {
            RealtimeCallAnswer answer = await _signaling.CallUnifiedAsync(
                offer, session.ForCall(session.ModelName ?? _options.Model).ToUtf8Json(), safetyIdentifier ?? _options.SafetyIdentifier, id => created = id, cancellationToken,
                session is TranslationSessionConfig).ConfigureAwait(false);
            return answer;
        }
        catch when (created is not null)
        {
            await _signaling.HangUpAsync(created, ephemeralKey: null).ConfigureAwait(false);
            throw;
        }
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
    /// <param name="sipStatusCode">What the caller is told, such as 486 (busy); 400 to 699 (RFC 3261 §21.4 to §21.6). Default: 603 (decline).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached, or there was no usable key.</exception>
    /// <exception cref="InvalidOperationException">The options hold neither an API key nor a provider of one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The code is no SIP status of a refusal.</exception>
    public Task RejectAsync(string callId, int sipStatusCode = 603, CancellationToken cancellationToken = default)
    {
        if (sipStatusCode is < 400 or > 699)
            throw new ArgumentOutOfRangeException(nameof(sipStatusCode), sipStatusCode, "A call is turned down with a SIP status from 400 to 699, such as 486 (busy) or 603 (decline).");
        return PostAsync(callId, RealtimeCallOperation.Reject, new CallRejectRequest { StatusCode = sipStatusCode }.ToUtf8Json(), cancellationToken);
    }

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

    /// <summary>
    /// Attaches to a call that is there, over WebRTC or SIP, by a WebSocket beside it (<c>GET realtime?call_id=…</c>): events are read and sent here, the sound stays between the caller and the service.
    /// Several may attach to one call. A call that the service does not know yet is waited for, <see cref="RealtimeSidebandOptions.WaitForCall"/>.
    /// </summary>
    /// <param name="callId">The call, <c>rtc_…</c>.</param>
    /// <param name="options">How it attaches, and stays. Default: null, all defaults. Not to be changed afterwards.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A sideband to be disposed by the caller. It asks the HTTP client again whenever it has to attach anew, so that one must live as long.</returns>
    /// <exception cref="RealtimeCallException">There is no such call, the service refused, could not be reached, or gave no answer within <see cref="OpenAIRealtimeWebRtcOptions.AnswerTimeout"/>, or
    /// there was no usable key.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">There is no key to attach with, or <see cref="OpenAIRealtimeWebRtcOptions.Dialect"/> is not <see cref="RealtimeDialect.Ga"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public async Task<RealtimeSideband> AttachAsync(string callId, RealtimeSidebandOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(callId);
        options ??= new RealtimeSidebandOptions();
        options.Validate();
        if (!_options.HasApiKey && options.EphemeralKey is null && string.IsNullOrEmpty(_options.EphemeralKey))
            throw new InvalidOperationException("Attaching to a call needs ApiKey or ApiKeyProvider, or an EphemeralKey.");
        if (_options.Dialect != RealtimeDialect.Ga)
            throw new InvalidOperationException("Attaching to a call needs Dialect Ga: the beta has no such request.");
        cancellationToken.ThrowIfCancellationRequested();

        var clock = new ConnectClock(_http.TimeProvider, progress: null);
        var connector = new SidebandConnector(_http, callId, token => AttachRequestAsync(callId, options.EphemeralKey, token), options.Times, _options.MaxEventSize);
        SidebandConnection first = await connector.OpenFirstAsync(cancellationToken).ConfigureAwait(false);
        clock.Reach(ConnectStep.Answer);
        var events = new RealtimeEvents(_options, options.EventTrace, _http.Logger);
        var run = new RealtimeSidebandRun(new SidebandParts(connector, clock, _options.HangUpTimeout, _http.Logger), events,
            options.HangUpOnClose ? () => _signaling.HangUpAsync(callId, options.EphemeralKey) : null);
        return new RealtimeSideband(run, events, _options.Dialect, first);
    }

    // GET realtime?call_id=…
    private ValueTask<HttpCall> AttachRequestAsync(string callId, string? ephemeralKey, CancellationToken cancellationToken)
    {
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(_options, "realtime", ("call_id", callId)), _options.AnswerTimeout) { OfCall = (RealtimeCallOperation.Attach, callId) };
        return (ephemeralKey ?? (_options.HasApiKey ? null : _options.EphemeralKey)) is { } key
            ? ValueTask.FromResult(call with { Credential = Credential.Ephemeral(key) })
            : ApiKeySource.AuthorizeAsync(call with { Headers = CallSignaling.ApiKeyHeaders(_options, safetyIdentifier: null) }, _options, _http.TimeProvider, cancellationToken);
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
