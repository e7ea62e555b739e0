using System.Net.WebSockets;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The HTTP side of the Live API: a session is created, ended, or attached to.</summary>
internal sealed class LiveRoutes(RealtimeTestEndpoint endpoint, HttpRoutes routes)
{
    private static ApiError NoSuchSession => new("No session found for the provided id", "session_not_found", "id");

    // POST /live/sessions
    public async Task CreateAsync(HttpExchange exchange)
    {
        if (!await routes.AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || await routes.ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return;
        var transport = body["transport"] as JsonObject;
        string offer = transport.Text("sdp") ?? "";
        ApiError? error = body.Select(member => member.Key).FirstOrDefault(name => name is not ("session" or "transport")) is { } unknown ? ApiError.Unknown(Json.Shorten(unknown))
            : transport is null ? ApiError.Missing("transport")
            : transport.Text("type") is not "webrtc" ? ApiError.InvalidValue("transport.type", transport.Text("type") ?? "none", "'webrtc'")
            : offer.Length == 0 ? new ApiError("offer required", "invalid_value", "transport.sdp")
            : !offer.EndsWith('\n') ? new ApiError("Failed to use the SDP offer: its last line has no end.", "invalid_offer", "transport.sdp")
            : null;
        int status = 400;
        LiveConfiguration? configuration = error is null ? LiveConfiguration.Create(body["session"] as JsonObject, out status, out error) : null;
        if (configuration is null)
        {
            await exchange.FailAsync(status, error!).ConfigureAwait(false);
            return;
        }

        (LiveTestSession Session, string Answer)? created;
        try
        {
            int? channelId = transport.Number("dcid") is { } id and >= 0 and < ushort.MaxValue ? (int)id : null;
            created = await endpoint.CreateLiveSessionAsync(offer, configuration, exchange.Context.Connection.LocalIpAddress, channelId, exchange.Context.RequestAborted).ConfigureAwait(false);
        }
        catch (SdpException e)
        {
            await exchange.FailAsync(400, new ApiError($"Failed to use the SDP offer. {e.Message}", "invalid_offer", "transport.sdp")).ConfigureAwait(false);
            return;
        }

        if (created is not { } made)
        {
            await exchange.FailAsync(429, new ApiError($"Too many sessions: at most {endpoint.Options.MaxCalls} at a time.", "rate_limit_exceeded", Type: "rate_limit_error")).ConfigureAwait(false);
            return;
        }

        byte[] reply = Json.Write(exchange.Fault?.Kind == RealtimeTestFault.FaultKind.JsonForSdp ? new JsonObject { ["status"] = "ok" } : new JsonObject
        {
            ["session"] = new JsonObject { ["id"] = made.Session.Id },
            ["transport"] = new JsonObject { ["type"] = "webrtc", ["sdp"] = exchange.Fault is { } fault ? AnswerText.Break(made.Answer, fault.Kind) : made.Answer },
        });
        if (exchange.Fault?.Kind == RealtimeTestFault.FaultKind.Cut)
        {
            exchange.Context.Response.ContentLength = reply.Length;
            await exchange.AnswerAsync(201, "application/json", reply.AsMemory(0, reply.Length / 2)).ConfigureAwait(false);
            exchange.Context.Abort();
            return;
        }
        await exchange.AnswerAsync(201, "application/json", reply).ConfigureAwait(false);
    }

    // POST /live/sessions/{id}/hangup
    public async Task HangUpAsync(HttpExchange exchange)
    {
        if (!await routes.AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false))
            return;
        if (endpoint.FindOpenLiveSession(exchange.Context.Request.RouteValues["id"] as string ?? "") is not { } session)
        {
            await exchange.FailAsync(404, NoSuchSession).ConfigureAwait(false);
            return;
        }
        _ = session.CloseAsync("close_requested");
        await exchange.AnswerAsync(200, null, default).ConfigureAwait(false);
    }

    // GET /live/sessions/{id}/attach?graceful_close=…
    public async Task AttachAsync(HttpExchange exchange)
    {
        if (!await routes.AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false))
            return;
        string? graceful = exchange.Query("graceful_close");
        if (graceful is not (null or "true" or "false"))
        {
            await exchange.FailAsync(400, ApiError.InvalidValue("graceful_close", graceful, "'true', 'false'")).ConfigureAwait(false);
            return;
        }

        // A session is known when its media are connected.
        if (endpoint.FindOpenLiveSession(exchange.Context.Request.RouteValues["id"] as string ?? "") is not { Connected.IsCompletedSuccessfully: true } session)
        {
            await exchange.FailAsync(404, NoSuchSession).ConfigureAwait(false);
            return;
        }

        if (!await HttpRoutes.AsksForWebSocketAsync(exchange).ConfigureAwait(false))
            return;
        if (session.TryAddSideband(isGraceful: graceful == "true", out bool isOver) is not { } sideband)
        {
            await exchange.FailAsync(isOver ? 404 : 429, isOver ? NoSuchSession : HttpRoutes.TooManySidebands).ConfigureAwait(false);
            return;
        }

        try
        {
            (WebSocket socket, Stream stream) = await WebSocketHandshake.AcceptAsync(exchange.Context).ConfigureAwait(false);
            using WebSocket owned = socket;
            await sideband.RunAsync(socket, stream, message => session.Handle(message, isFromSideband: true), exchange.Context.Abort, exchange.Context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            session.RemoveSideband(sideband);
        }
    }
}
