using System.Net;
using System.Net.WebSockets;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>
/// Opens a WebSocket (RFC 6455 §4.1) through the HTTP client of all other requests, so that its proxy, its certificates and its handlers serve it, too. What does not end in 101 becomes the
/// failure that any other request would have; .NET's own exception would not say what the service did.
/// </summary>
internal sealed class WebSocketUpgrade : HttpMessageHandler
{
    private readonly RealtimeHttp _http;
    private readonly HttpCall _call;
    private HttpReply? _refusal;
    private bool _switched;

    private WebSocketUpgrade(RealtimeHttp http, HttpCall call)
    {
        _http = http;
        _call = call;
    }

    /// <summary>Opens one.</summary>
    /// <param name="http">Sends the request.</param>
    /// <param name="call">The request, its limit, and whose failure it would be; its address is one of http.</param>
    /// <param name="keepAlive">How long the other side may be silent until it is asked for a sign of life, and how long it may take to give one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeException">No WebSocket was opened.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<WebSocket> OpenAsync(RealtimeHttp http, HttpCall call, (TimeSpan Interval, TimeSpan Timeout) keepAlive, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, http.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var upgrade = new WebSocketUpgrade(http, call);
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = keepAlive.Interval;
        socket.Options.KeepAliveTimeout = keepAlive.Timeout;
        try
        {
            using var invoker = new HttpMessageInvoker(upgrade);
            await socket.ConnectAsync(AddressOf(call.Address), invoker, linked.Token).ConfigureAwait(false);
            return socket;
        }
#pragma warning disable CA1031 // Whatever it is, it is this request's failure, and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            socket.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException("Attaching was cancelled.", e, cancellationToken);
            throw upgrade.Explain(e, timeout.IsCancellationRequested);
        }
    }

    private static Uri AddressOf(Uri http)
    {
        var address = new UriBuilder(http) { Scheme = http.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs };
        if (http.IsDefaultPort)
            address.Port = -1;
        return address.Uri;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", RealtimeHttp.UserAgent);
        foreach ((string name, string? value) in _call.Headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
        _call.Credential?.Apply(request);
        HttpResponseMessage response = await _http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        _switched = response.StatusCode == HttpStatusCode.SwitchingProtocols;
        if (!_switched)
            _refusal = HttpReply.From(response, await RealtimeHttp.ReadBodyAsync(_call, _call.Address, response, cancellationToken).ConfigureAwait(false), _http.TimeProvider);
        return response;
    }

    private RealtimeException Explain(Exception e, bool isOverdue)
    {
        string shown = Redaction.Show(_call.Address);
        if (_refusal is { } refusal)
            return Explain(refusal, shown);
        Exception cause = e is WebSocketException { InnerException: { } inner } ? inner : e;
        return cause switch
        {
            RealtimeException own => own,
            _ when isOverdue => _call.TimedOut($"{_call.Timeout.TotalSeconds:0.###} s", e),
            OperationCanceledException => _call.TimedOutByClient(e),
            HttpRequestException http => RealtimeHttp.Unreachable(_call, shown, http),
            _ when _switched => _call.Failed(RealtimeFailure.AnswerUnusable,
                $"{shown} switched protocols, but to no WebSocket that can be used: {Redaction.Sentence(cause.Message)} A proxy may be changing headers.", e),
            _ => _call.Failed(RealtimeFailure.EndpointUnreachable, $"{shown} could not be asked: {Redaction.Sentence(cause.Message)} Check the address, the network and a proxy.", e),
        };
    }

    private RealtimeException Explain(HttpReply refusal, string shown)
    {
        int status = (int)refusal.Status;
        if (status is >= 400 and <= 599)
            return ServiceErrors.From(_call, refusal);
        var said = new ServiceError(refusal.Status, RequestId: refusal.RequestId);
        return status is >= 300 and <= 399
            ? _call.Failed(RealtimeFailure.RequestRejected,
                $"{shown} redirects ({status}); no key is sent elsewhere unasked. Set {nameof(OpenAIRealtimeWebRtcOptions.Endpoint)} to the new address.", said: said)
            : _call.Failed(RealtimeFailure.AnswerUnusable,
                $"{shown} answered {status} where it should have opened a WebSocket. Check that {nameof(OpenAIRealtimeWebRtcOptions.Endpoint)} is the API's base; a proxy may not let WebSockets through.", said: said);
    }
}
