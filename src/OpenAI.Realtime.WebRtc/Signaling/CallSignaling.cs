using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>The service's call endpoints: offer in, answer and call id out; hang-up.</summary>
/// <remarks>
/// <code>
/// GA        POST realtime/calls              application/sdp       Bearer ek_…   → 201, Location: …/rtc_…, SDP
/// unified   POST realtime/calls              multipart/form-data   API key       → the same
/// beta      POST realtime?model=…            application/sdp       Bearer ek_…   → 2xx, SDP
/// translate POST realtime/translations/calls   as GA; not verified
/// hang-up   POST realtime/calls/{id}/hangup                        API key or ek_…
/// </code>
/// </remarks>
/// <param name="options">Endpoint, API key and limits.</param>
/// <param name="http">Sends the requests.</param>
/// <param name="logger">Told of hang-ups.</param>
/// <param name="leftBehind">Told of each request that goes on though its caller has gone; the HttpClient must live until the task has ended.</param>
internal sealed class CallSignaling(OpenAIRealtimeWebRtcOptions options, RealtimeHttp http, ILogger logger, Action<Task>? leftBehind = null)
{
    /// <summary>Opens a call with an ephemeral key.</summary>
    public Task<RealtimeCallAnswer> CallAsync(
        string offer, string ephemeralKey, string model, Action<string> callCreated, CancellationToken cancellationToken, bool translation = false)
    {
        Uri address = options.Dialect == RealtimeDialect.Beta
            ? ApiAddress.Of(options, "realtime", ("model", model))
            : CallsAddress(translation);
        var opening = new OpeningCall(callCreated, id => HangUpAsync(id, ephemeralKey), leftBehind);
        return ExchangeAsync(new HttpCall(ConnectPhase.Answer, address, options.AnswerTimeout)
        {
            Credential = Credential.Ephemeral(ephemeralKey),
            Body = Encoding.UTF8.GetBytes(offer),
            ContentType = "application/sdp",
            Accept = "application/sdp",
            OnSuccessHeaders = opening.Announce,
            LeaveBehind = opening.Leave,
        }, cancellationToken);
    }

    /// <summary>Opens a call with the API key, the session configuration beside the offer.</summary>
    public async Task<RealtimeCallAnswer> CallUnifiedAsync(
        string offer, ReadOnlyMemory<byte> session, string? safetyIdentifier, Action<string> callCreated, CancellationToken cancellationToken, bool translation = false)
    {
        var opening = new OpeningCall(callCreated, id => HangUpAsync(id, ephemeralKey: null), leftBehind);
        string boundary = "openai-realtime-webrtc-" + Guid.NewGuid().ToString("N");
        var call = new HttpCall(ConnectPhase.Answer, CallsAddress(translation), options.AnswerTimeout)
        {
            Headers = ApiKeyHeaders(options, safetyIdentifier),
            Body = MultipartCall.Write(boundary, offer, session.Span),
            ContentType = "multipart/form-data; boundary=" + boundary,
            Accept = "application/sdp",
            OnSuccessHeaders = opening.Announce,
            LeaveBehind = opening.Leave,
        };
        call = await ApiKeySource.AuthorizeAsync(call, options, http.TimeProvider, cancellationToken).ConfigureAwait(false);
        return await ExchangeAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hangs a call up. A call that is no longer there counts as hung up. Reports its failures to the log; never throws.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="ephemeralKey">Used where there is no API key, or where its provider fails.</param>
    public async Task HangUpAsync(string callId, string? ephemeralKey)
    {
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(options, $"realtime/calls/{Uri.EscapeDataString(callId)}/hangup"), options.HangUpTimeout)
        {
            OfCall = (RealtimeCallOperation.HangUp, callId),
        };
        try
        {
            call = await AuthorizeHangUpAsync(call, ephemeralKey).ConfigureAwait(false);
            HttpReply reply = await http.PostAsync(call, CancellationToken.None).ConfigureAwait(false);
            if (reply.IsSuccess || reply.Status == HttpStatusCode.NotFound)
                logger.HungUp(callId);
            else
                logger.HangUpFailed(callId, ServiceErrors.From(call, reply).Message);
        }
#pragma warning disable CA1031 // Hanging up is the last thing of all: whatever goes wrong, an HttpClient disposed by its owner included, the rest must be closed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.HangUpFailed(callId, Redaction.Hide(e.Message));
        }
    }

    private async Task<HttpCall> AuthorizeHangUpAsync(HttpCall call, string? ephemeralKey)
    {
        HttpCall withEphemeralKey = call with { Credential = ephemeralKey is null ? null : Credential.Ephemeral(ephemeralKey) };
        if (!options.HasApiKey)
            return withEphemeralKey;
        try
        {
            return await ApiKeySource.AuthorizeAsync(call with { Headers = ApiKeyHeaders(options, safetyIdentifier: null) }, options, http.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RealtimeException) when (ephemeralKey is not null)
        {
            return withEphemeralKey;        // it opened the call, and a call that stays open costs
        }
    }

    /// <summary>The headers that go with an API key, and only with it.</summary>
    public static IReadOnlyList<(string Name, string? Value)> ApiKeyHeaders(OpenAIRealtimeWebRtcOptions options, string? safetyIdentifier) =>
    [
        ("OpenAI-Organization", options.Organization),
        ("OpenAI-Project", options.Project),
        ("OpenAI-Safety-Identifier", safetyIdentifier),
    ];

    private Uri CallsAddress(bool translation)
    {
        string path = translation ? options.TranslationCallsPath : "realtime/calls";
        return options.NegotiatedChannelId is { } id
            ? ApiAddress.Of(options, path, ("dcid", id.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : ApiAddress.Of(options, path);
    }

    private async Task<RealtimeCallAnswer> ExchangeAsync(HttpCall call, CancellationToken cancellationToken)
    {
        HttpReply reply = await http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        if (!reply.IsSuccess)
            throw ServiceErrors.From(call, reply);

        // Nothing is trimmed: a lost final CRLF makes the last line unreadable to strict parsers.
        if (!reply.Body.AsSpan().StartsWith("v=0"u8))
        {
            string what = reply.Body.Length == 0 ? "an empty body" : $"{Redaction.Quote(reply.Body)} ({reply.ContentType ?? "no content type"})";
            throw call.Failed(RealtimeFailure.AnswerUnusable,
                $"{Redaction.Show(call.Address)} answered {(int)reply.Status}, but with {what} where an SDP answer should be. Check that Endpoint is a Realtime service and Dialect the one it speaks.",
                said: new ServiceError(reply.Status, RequestId: reply.RequestId));
        }
        return new RealtimeCallAnswer(Encoding.UTF8.GetString(reply.Body), CallId.FromLocation(reply.Location));
    }
}
