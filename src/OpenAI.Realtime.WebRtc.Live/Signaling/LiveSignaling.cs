using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live.Signaling;

/// <summary>The service's endpoints for sessions: a session and an offer in, an answer and an id out; the end of one that cannot be closed over its channel.</summary>
/// <remarks>
/// <code>
/// create   POST live/sessions             JSON   API key, or without one to the broker   → 2xx, JSON with session.id and transport.sdp
/// fork     POST live/sessions/{id}/fork   the same
/// attach   GET  live/sessions/{id}/attach        API key                         → 101, a WebSocket
/// end      POST live/sessions/{id}/hangup        API key   documented for telephone calls; what it does to others is not known
/// </code>
/// Each session that is created is charged for its start, so a request is never repeated by itself.
/// </remarks>
/// <param name="live">The broker.</param>
/// <param name="options">Endpoint, API key and limits.</param>
/// <param name="http">Sends the requests.</param>
/// <param name="logger">Told of sessions that were ended.</param>
/// <param name="leftBehind">Told of each request that goes on though its caller has gone; the HttpClient must live until the task has ended.</param>
internal sealed class LiveSignaling(OpenAILiveWebRtcOptions live, OpenAIRealtimeWebRtcOptions options, RealtimeHttp http, ILogger logger, Action<Task>? leftBehind = null)
{
    private const int LongestId = 256;

    /// <summary>Why nobody knows whether there is a session, and what that means.</summary>
    internal const string Ambiguous = "The service may have created a session all the same, and charges for its start; the request is not repeated by itself.";

    private const string ThreeCauses =
        "This has three known causes: the key's project has no access to the Live API; it is not a project's key but, for example, a subscription's; or the session names a voice that does not exist.";

    /// <summary>Creates a session.</summary>
    /// <param name="offer">The offer, with its last line end.</param>
    /// <param name="session">What it is to be; null for a fork that changes nothing.</param>
    /// <param name="forkOf">The stored session that it goes on from; null for a new one.</param>
    /// <param name="cancellationToken">Ends the wait. What is created nevertheless within some seconds is ended.</param>
    /// <exception cref="RealtimeException">There is no session, or none that can be used.</exception>
    public async Task<RealtimeCallAnswer> CreateAsync(string offer, LiveSessionConfig? session, string? forkOf, CancellationToken cancellationToken)
    {
        var request = new LiveSessionRequest
        {
            Session = session,
            Transport = new LiveTransport { Type = "webrtc", Sdp = offer, ChannelId = options.NegotiatedChannelId },
        };
        string path = forkOf is null ? "live/sessions" : $"live/sessions/{Uri.EscapeDataString(forkOf)}/fork";
        var call = new HttpCall(ConnectPhase.Answer, live.BrokerUrl ?? ApiAddress.Of(options, path), options.AnswerTimeout)
        {
            Body = request.ToUtf8Json(),
            ContentType = "application/json",
            Accept = "application/json",
            LeaveBehind = Leave,
            RemedyOf = live.BrokerUrl is null ? Remedy : RemedyOfBroker,
        };
        if (live.BrokerUrl is null)
            call = await AuthorizeAsync(call, cancellationToken).ConfigureAwait(false);
        return await ExchangeAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The request that attaches to a session. It asks for a goodbye of the WebSocket's own at the end; without that others have seen it closed without a status.</summary>
    public ValueTask<HttpCall> AttachRequestAsync(string sessionId, CancellationToken cancellationToken) => AuthorizeAsync(
        new HttpCall(ConnectPhase.Answer, ApiAddress.Of(options, $"live/sessions/{Uri.EscapeDataString(sessionId)}/attach", ("graceful_close", "true")), options.AnswerTimeout)
        {
            OfCall = (RealtimeCallOperation.Attach, sessionId),
            RemedyOf = RemedyBeside,
        }, cancellationToken);

    /// <summary>Asks the service to end a session. One that is no longer there counts as ended.</summary>
    /// <exception cref="RealtimeException">The service refused, or could not be asked.</exception>
    public async Task EndAsync(string sessionId, CancellationToken cancellationToken)
    {
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(options, $"live/sessions/{Uri.EscapeDataString(sessionId)}/hangup"), options.HangUpTimeout)
        {
            OfCall = (RealtimeCallOperation.HangUp, sessionId),
            RemedyOf = RemedyBeside,
        };
        call = await AuthorizeAsync(call, cancellationToken).ConfigureAwait(false);
        HttpReply reply = await http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        if (!reply.IsSuccess && reply.Status != HttpStatusCode.NotFound)
            throw ServiceErrors.From(call, reply);
        logger.HungUp(sessionId);
    }

    /// <summary>Ends a session, as far as that is possible. Reports its failures to the log; never throws.</summary>
    public async Task HangUpAsync(string sessionId)
    {
        if (live.BrokerUrl is not null)
        {
            logger.HangUpFailed(sessionId, "it was created by a broker, which alone can end it; the service does so by itself when no audio comes for 30 s.");
            return;
        }
        try
        {
            await EndAsync(sessionId, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is the last thing of all: whatever goes wrong, an HttpClient disposed by its owner included, the rest must be closed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.HangUpFailed(sessionId, Redaction.Hide(e.Message));
        }
    }

    private ValueTask<HttpCall> AuthorizeAsync(HttpCall call, CancellationToken cancellationToken) => ApiKeySource.AuthorizeAsync(
        call with { Headers = [("OpenAI-Organization", options.Organization), ("OpenAI-Project", options.Project)] }, options, http.TimeProvider, cancellationToken);

    private async Task<RealtimeCallAnswer> ExchangeAsync(HttpCall call, CancellationToken cancellationToken)
    {
        HttpReply reply;
        try
        {
            reply = await http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (RealtimeException e) when (IsAmbiguous(e))
        {
            throw call.Failed(e.Failure, $"{e.Message} {Ambiguous}", e, new ServiceError(e.HttpStatus));
        }
        if (!reply.IsSuccess)
            throw ServiceErrors.From(call, reply, live.BrokerUrl is null ? "The service" : "Your broker");

        LiveSessionReply? read = Read(reply);
        string? id = IdOf(read);
        if (read?.Transport?.Sdp is { } sdp && sdp.StartsWith("v=0", StringComparison.Ordinal))
            return new RealtimeCallAnswer(sdp, id);
        if (id is not null)
            await HangUpAsync(id).ConfigureAwait(false);
        string what = reply.Body.Length == 0 ? "an empty body" : $"{Redaction.Quote(reply.Body)} ({reply.ContentType ?? "no content type"})";
        throw call.Failed(RealtimeFailure.AnswerUnusable,
            $"{Redaction.Show(call.Address)} answered {(int)reply.Status}, but with {what} where JSON with session.id and transport.sdp should be. Check that it is the Live service's address. {(id is null ? Ambiguous : "")}".TrimEnd(),
            said: new ServiceError(reply.Status, RequestId: reply.RequestId));
    }

    /// <summary>Whether a request may have been carried out though its answer cannot be used: it was sent, and what came back was nothing, late or cut off.</summary>
    private static bool IsAmbiguous(RealtimeException e) => e.Failure switch
    {
        RealtimeFailure.EndpointUnreachable when e.HttpStatus is not null => false,     // a proxy has answered, and passed nothing on
        RealtimeFailure.EndpointUnreachable => e.InnerException switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } => false,
            _ => true,
        },
        RealtimeFailure.AnswerUnusable => true,
        _ => false,
    };

    /// <summary>Nobody waits any more: a session that is created nevertheless is ended.</summary>
    private bool Leave(Task<HttpReply> posting)
    {
        Task ending = EndLateAsync(posting);
        leftBehind?.Invoke(ending);
        return true;
    }

    private async Task EndLateAsync(Task<HttpReply> posting)
    {
        await ((Task)posting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!posting.IsCompletedSuccessfully)
            return;
        HttpReply reply = await posting.ConfigureAwait(false);
        if (reply.IsSuccess && IdOf(Read(reply)) is { } id)
            await HangUpAsync(id).ConfigureAwait(false);
    }

    private static LiveSessionReply? Read(HttpReply reply)
    {
        try
        {
            return LiveSessionReply.Read(reply.Body);
        }
        catch (JsonException)
        {
            return null;        // no JSON, or of another shape; the caller quotes it
        }
    }

    /// <summary>An id goes into paths and logs, so one that is no id is none.</summary>
    private static string? IdOf(LiveSessionReply? reply) =>
        reply?.Session.Id is { Length: > 0 and <= LongestId } id && HeaderValue.IsSendable(id) && id is not ("." or "..") ? id : null;

    private string KeyRefused =>
        $"The API key was refused: {(live.ApiKeyProvider is null ? "set ApiKey to" : "let ApiKeyProvider give")} a project's key (ephemeral keys, ek_…, are for the Realtime API), and set Organization and Project to its own.";

    /// <summary>A broker refuses for itself, or hands on what the service has said.</summary>
    private string? RemedyOfBroker(int status, string? code) => status switch
    {
        401 => "Your broker did not accept the caller: have the HttpClient that the client is given carry whatever it asks for.",
        403 => $"Either your broker does not allow this caller, or it hands on what the service has said. {ThreeCauses}",
        404 => "Check BrokerUrl and your broker's log: it is sent a POST with JSON, a session and an offer.",
        _ => Remedy(status, code),
    };

    /// <summary>Of what is asked of a session that exists, or did.</summary>
    private string? RemedyBeside(int status, string? code) => status switch
    {
        404 => "The service knows no such session: its sound is not connected yet, or it has ended, belongs to another project, or goes over a WebSocket, which nothing attaches to; or Endpoint is not the API's base.",
        401 => KeyRefused,
        403 => "This key may not do that: take one of the project that the session was created with, and one with access to the Live API.",
        _ => null,
    };

    private string? Remedy(int status, string? code) => (status, code) switch
    {
        (_, "model_not_found") => "Set Model to a Live model that this key may use.",
        (_, "credit_balance_exhausted" or "insufficient_quota" or "billing_hard_limit_reached") or (402, _) => "The account has no credit left: the Live API needs a prepaid balance.",
        (_, "unknown_parameter") => "The service does not know a field of the session: take it out (the message names it); over WebRTC, audio.format is such a field.",
        (_, "invalid_offer") => "The offer was changed on its way: whatever passes it on must leave its last line end in place.",
        (401, _) => KeyRefused,
        (403, _) => ThreeCauses,
        (404, _) => "Check that Endpoint is the API's base (it usually ends in /v1); of a fork, that the session was stored less than 30 days ago.",
        (429, _) => "Too many requests, or too many sessions at once for this account's tier: wait, and end sessions that are no longer used.",
        ( >= 500, _) => $"The service failed. {Ambiguous}",
        _ => null,
    };
}
