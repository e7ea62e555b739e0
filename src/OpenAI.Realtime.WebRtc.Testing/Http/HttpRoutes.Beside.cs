using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class HttpRoutes
{
    private static readonly Shape RejectShape = Shape.Object(("status_code", Shape.Number(300, 699)));
    private static readonly Shape ReferShape = Shape.Object(("target_uri", Shape.Text));

    private static ApiError NoSuchCall => new("No session found for the provided call_id", "call_id_not_found", "call_id");

    /// <summary>So many WebSockets are beside a call that no more can be.</summary>
    public static ApiError TooManySidebands => new("Too many connections to this call.", "rate_limit_exceeded", Type: "rate_limit_error");

    /// <summary>Whether the request asks for a WebSocket; where it does not, it is answered.</summary>
    public static async Task<bool> AsksForWebSocketAsync(HttpExchange exchange)
    {
        if (WebSocketHandshake.IsAsked(exchange.Context))
            return true;
        exchange.Context.Response.Headers.Upgrade = "websocket";
        await exchange.FailAsync(426, new ApiError("This address speaks WebSocket (RFC 6455).", "websocket_required")).ConfigureAwait(false);
        return false;
    }

    private void MapBeside(IEndpointRouteBuilder builder)
    {
        // One path: a POST opens a call of the beta, a GET a WebSocket beside a call.
        builder.Map(_prefix + "/realtime", (RequestDelegate)(context => HttpMethods.IsGet(context.Request.Method)
            ? ServeAsync(context, RealtimeTestRoute.Sideband, HttpMethods.Get, AttachAsync)
            : ServeAsync(context, RealtimeTestRoute.BetaCalls, HttpMethods.Post, CallBetaAsync)));
        MapPost(builder, "/realtime/calls/{id}/accept", RealtimeTestRoute.Accept, AcceptAsync);
        MapPost(builder, "/realtime/calls/{id}/reject", RealtimeTestRoute.Reject, RejectAsync);
        MapPost(builder, "/realtime/calls/{id}/refer", RealtimeTestRoute.Refer, ReferAsync);
    }

    // GET /realtime?call_id=…
    private async Task AttachAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: true).ConfigureAwait(false) || !await RefuseBetaHeaderAsync(exchange).ConfigureAwait(false))
            return;
        if (exchange.Query("call_id") is not { } id)
        {
            await exchange.FailAsync(400, ApiError.Missing("call_id")).ConfigureAwait(false);       // a WebSocket of its own, ?model=…, is not for this endpoint
            return;
        }

        // As the service: a call is known when its media are connected. An ephemeral key reaches the calls that it has opened, and no other.
        if (_endpoint.FindOpenCall(id) is not { IsBeta: false, Connected.IsCompletedSuccessfully: true } call || (exchange.Key is { } key && key.Value != call.Key))
        {
            await exchange.FailAsync(404, NoSuchCall).ConfigureAwait(false);
            return;
        }

        if (!await AsksForWebSocketAsync(exchange).ConfigureAwait(false))
            return;
        if (call.TryAddSideband(out bool isOver) is not { } sideband)
        {
            await exchange.FailAsync(isOver ? 404 : 429, isOver ? NoSuchCall : TooManySidebands).ConfigureAwait(false);
            return;
        }

        try
        {
            (WebSocket socket, Stream stream) = await WebSocketHandshake.AcceptAsync(exchange.Context).ConfigureAwait(false);
            using WebSocket owned = socket;
            await sideband.RunAsync(socket, stream, message => call.Handle(message, isFromSideband: true), exchange.Context.Abort, exchange.Context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            call.RemoveSideband(sideband);
        }
    }

    // POST /realtime/calls/{id}/accept: the session as the whole body
    private async Task AcceptAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || await ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return;
        EffectiveSession? session = EffectiveSession.Create(isBeta: false, body, "", out ApiError? error);
        if (session is null)
        {
            await exchange.FailAsync(400, error!).ConfigureAwait(false);
            return;
        }

        if (await TakeAsync(exchange).ConfigureAwait(false) is not { } incoming)
            return;
        if (_endpoint.AcceptCall(incoming, session.NewSession(SessionEnd())) is null)
            await exchange.FailAsync(429, new ApiError($"Too many calls: at most {Options.MaxCalls} at a time.", "rate_limit_exceeded", Type: "rate_limit_error")).ConfigureAwait(false);
        else
            await exchange.AnswerAsync(200, null, default).ConfigureAwait(false);
    }

    // POST /realtime/calls/{id}/reject
    private async Task RejectAsync(HttpExchange exchange)
    {
        if (await ReadControlAsync(exchange, RejectShape).ConfigureAwait(false) is not { } body || await TakeAsync(exchange).ConfigureAwait(false) is not { } incoming)
            return;
        incoming.Reject((int)(body.Number("status_code") ?? 603));
        await exchange.AnswerAsync(200, null, default).ConfigureAwait(false);
    }

    // POST /realtime/calls/{id}/refer: of a call that was accepted
    private async Task ReferAsync(HttpExchange exchange)
    {
        if (await ReadControlAsync(exchange, ReferShape).ConfigureAwait(false) is not { } body)
            return;
        if (body.Text("target_uri") is not { } target)
        {
            await exchange.FailAsync(400, ApiError.Missing("target_uri")).ConfigureAwait(false);
            return;
        }

        if (_endpoint.FindIncomingCall(IdOf(exchange)) is not { Call: { Completion.IsCompleted: false } call } incoming)
        {
            await exchange.FailAsync(404, NoSuchCall).ConfigureAwait(false);
            return;
        }

        incoming.ReferredTo = target;
        _ = call.HangUpAsync();
        await exchange.AnswerAsync(200, null, default).ConfigureAwait(false);
    }

    private async Task<JsonObject?> ReadControlAsync(HttpExchange exchange, Shape shape)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || await ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return null;
        if (shape.Check(body, "") is not { } wrong)
            return body;
        await exchange.FailAsync(400, wrong).ConfigureAwait(false);
        return null;
    }

    /// <summary>Who rings with the request's id; null, and answered, when nobody does any more.</summary>
    private async Task<RealtimeTestIncomingCall?> TakeAsync(HttpExchange exchange)
    {
        if (_endpoint.FindIncomingCall(IdOf(exchange)) is { } incoming && incoming.TryTake())
            return incoming;
        await exchange.FailAsync(404, NoSuchCall).ConfigureAwait(false);
        return null;
    }

    private static string IdOf(HttpExchange exchange) => exchange.Context.Request.RouteValues["id"] as string ?? "";
}
