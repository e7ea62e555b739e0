using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The HTTP side: keys, calls, hang-up, and the beta's two routes; in HttpRoutes.Beside.cs what is done beside a call: sidebands, and calls that come in; in HttpRoutes.Translations.cs keys and calls of sessions that translate.</summary>
internal sealed partial class HttpRoutes
{
    private const int MaxSdp = 64 * 1024;
    private static readonly TimeSpan DefaultKeyLifetime = TimeSpan.FromSeconds(600);
    private static readonly TimeSpan BetaKeyLifetime = TimeSpan.FromSeconds(60);

    private static readonly Shape ClientSecretShape = Shape.Object(
        ("expires_after", Shape.Object(("anchor", Shape.OneOf("created_at")), ("seconds", Shape.Number(10, 7_200)))),
        ("session", Shape.Map));

    private readonly RealtimeTestEndpoint _endpoint;
    private readonly string _prefix;

    private HttpRoutes(RealtimeTestEndpoint endpoint, string prefix)
    {
        _endpoint = endpoint;
        _prefix = prefix;
    }

    private RealtimeTestEndpointOptions Options => _endpoint.Options;

    public static void Map(IEndpointRouteBuilder builder, string prefix, RealtimeTestEndpoint endpoint, bool isWholeServer)
    {
        var routes = new HttpRoutes(endpoint, prefix == "/" ? "" : prefix);
        routes.MapPost(builder, "/realtime/client_secrets", RealtimeTestRoute.ClientSecrets, routes.MintAsync);
        routes.MapPost(builder, "/realtime/calls", RealtimeTestRoute.Calls, routes.CallAsync);
        routes.MapPost(builder, "/realtime/calls/{id}/hangup", RealtimeTestRoute.HangUp, routes.HangUpAsync);
        routes.MapPost(builder, "/realtime/sessions", RealtimeTestRoute.BetaSessions, routes.MintBetaAsync);
        routes.MapBeside(builder);
        routes.MapTranslations(builder);
        var live = new LiveRoutes(endpoint, routes);
        routes.MapPost(builder, "/live/sessions", RealtimeTestRoute.LiveSessions, live.CreateAsync);
        routes.MapPost(builder, "/live/sessions/{id}/hangup", RealtimeTestRoute.LiveHangUp, live.HangUpAsync);
        routes.MapGet(builder, "/live/sessions/{id}/attach", RealtimeTestRoute.LiveAttach, live.AttachAsync);
        if (isWholeServer)
            builder.Map("/{**path}", NoSuchRouteAsync);
    }

    private void MapPost(IEndpointRouteBuilder builder, string path, RealtimeTestRoute route, Func<HttpExchange, Task> handle) =>
        builder.Map(_prefix + path, (RequestDelegate)(context => ServeAsync(context, route, HttpMethods.Post, handle)));

    private void MapGet(IEndpointRouteBuilder builder, string path, RealtimeTestRoute route, Func<HttpExchange, Task> handle) =>
        builder.Map(_prefix + path, (RequestDelegate)(context => ServeAsync(context, route, HttpMethods.Get, handle)));

    private static Task NoSuchRouteAsync(HttpContext context) => new HttpExchange(context, "req_" + Guid.NewGuid().ToString("N")).FailAsync(404,
        new ApiError($"Invalid URL ({context.Request.Method} {Json.Shorten(context.Request.Path)})"));

    private async Task ServeAsync(HttpContext context, RealtimeTestRoute route, string allowed, Func<HttpExchange, Task> handle)
    {
        var exchange = new HttpExchange(context, "req_" + Guid.NewGuid().ToString("N"));
        try
        {
            exchange.Fault = _endpoint.OnRequest(exchange.Describe(route));
            if (!HttpMethods.Equals(context.Request.Method, allowed))
            {
                context.Response.Headers.Allow = allowed;
                await exchange.FailAsync(405, new ApiError(
                    $"Not allowed to {context.Request.Method} on {Json.Shorten(context.Request.Path)}. (HINT: Perhaps you meant to use a different HTTP method?)")).ConfigureAwait(false);
            }
            else if (!await GoWrongAsync(exchange).ConfigureAwait(false))
            {
                await handle(exchange).ConfigureAwait(false);
            }

            _endpoint.Logger.Answered(route, context.Response.StatusCode, exchange.RequestId);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || _endpoint.Stopping.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (BadHttpRequestException e)
        {
            await exchange.FailAsync(e.StatusCode, new ApiError(e.Message)).ConfigureAwait(false);
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception e)     // whatever a client sends must not end the endpoint
        {
            _endpoint.Logger.RequestFailed(e, route, exchange.RequestId);
            await exchange.FailAsync(500, new ApiError($"The endpoint failed: {e.Message}", Type: "server_error")).ConfigureAwait(false);
        }
    }

    // What goes wrong on purpose before the request is looked at. True: it is answered.
    private async Task<bool> GoWrongAsync(HttpExchange exchange)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(exchange.Context.RequestAborted, _endpoint.Stopping);
        switch (exchange.Fault)
        {
            case { Kind: RealtimeTestFault.FaultKind.Status } fault:
                await exchange.FailAsync(fault.StatusCode, fault.Error!).ConfigureAwait(false);
                return true;
            case { Kind: RealtimeTestFault.FaultKind.Hang }:
                await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
                return true;
            case { Kind: RealtimeTestFault.FaultKind.Delay } fault:
                await Task.Delay(fault.Time, Options.TimeProvider, either.Token).ConfigureAwait(false);
                return false;
            default:
                return false;
        }
    }

    // POST /realtime/client_secrets
    private async Task MintAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || !await RefuseBetaHeaderAsync(exchange).ConfigureAwait(false)
            || await ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return;
        if (ClientSecretShape.Check(body, "") is { } wrong)
        {
            await exchange.FailAsync(400, wrong).ConfigureAwait(false);
            return;
        }

        EffectiveSession? session = EffectiveSession.Create(isBeta: false, body["session"] as JsonObject, "session", out ApiError? error);
        if (session is null)
        {
            await exchange.FailAsync(400, error!).ConfigureAwait(false);
            return;
        }

        await AnswerKeyAsync(exchange, body, session).ConfigureAwait(false);
    }

    private async Task AnswerKeyAsync(HttpExchange exchange, JsonObject body, EffectiveSession session)
    {
        TimeSpan lifetime = (body["expires_after"] as JsonObject).Number("seconds") is { } seconds ? TimeSpan.FromSeconds(Math.Floor(seconds)) : DefaultKeyLifetime;
        if (await MintAsync(exchange, session, lifetime).ConfigureAwait(false) is { } key)
        {
            await exchange.AnswerAsync(200, new JsonObject
            {
                ["value"] = key.Value,
                ["expires_at"] = key.ExpiresAt.ToUnixTimeSeconds(),
                ["session"] = session.ToJson(),
            }).ConfigureAwait(false);
        }
    }

    // POST /realtime/sessions
    private async Task MintBetaAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || await ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return;
        EffectiveSession? session = EffectiveSession.Create(isBeta: true, body, "", out ApiError? error);
        if (session is null)
        {
            await exchange.FailAsync(400, error!).ConfigureAwait(false);
            return;
        }

        if (await MintAsync(exchange, session, BetaKeyLifetime).ConfigureAwait(false) is { } key)
        {
            JsonObject json = session.ToJson();
            json["client_secret"] = new JsonObject { ["value"] = key.Value, ["expires_at"] = key.ExpiresAt.ToUnixTimeSeconds() };
            await exchange.AnswerAsync(200, json).ConfigureAwait(false);
        }
    }

    private async Task<MintedKey?> MintAsync(HttpExchange exchange, EffectiveSession session, TimeSpan lifetime)
    {
        MintedKey? key = _endpoint.Keys.Mint(session, lifetime);
        if (key is null)
            await exchange.FailAsync(429, new ApiError($"Too many keys: at most {Options.MaxKeys} at a time.", "rate_limit_exceeded", Type: "rate_limit_error")).ConfigureAwait(false);
        return key;
    }

    // POST /realtime/calls: raw SDP, or multipart with sdp and session
    private async Task CallAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: true).ConfigureAwait(false) || !await RefuseBetaHeaderAsync(exchange).ConfigureAwait(false))
            return;
        (string Sdp, JsonObject? Session)? call = await ReadCallAsync(exchange).ConfigureAwait(false);
        if (call is null)
            return;
        if (exchange.Key is { Session: { IsBeta: true } or { IsTranslation: true } } other)
        {
            await exchange.FailAsync(401, new ApiError(other.Session.IsBeta ? "This ephemeral key belongs to the beta API." : "This ephemeral key belongs to translations.", "invalid_api_key")).ConfigureAwait(false);
            return;
        }

        JsonObject? asked = call.Value.Session;
        if (asked is null && exchange.Key is null)
            asked = new JsonObject { ["type"] = "realtime" };
        if (asked is not null && !asked.ContainsKey("model") && exchange.Key is null && exchange.Query("model") is { } model)
            asked["model"] = model;
        EffectiveSession? session = exchange.Key?.Session.NewSession(SessionEnd());
        if (asked is not null)
        {
            ApiError? error;
            if (session is null)
                session = EffectiveSession.Create(isBeta: false, asked, "session", out error);
            else
                error = session.Apply(asked, "session", isCall: true, audioHasPlayed: false);
            if (error is not null)
            {
                await exchange.FailAsync(400, error).ConfigureAwait(false);
                return;
            }
        }

        await ConnectAsync(exchange, call.Value.Sdp, session!.NewSession(SessionEnd())).ConfigureAwait(false);
    }

    // POST /realtime?model=…
    private async Task CallBetaAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: true).ConfigureAwait(false))
            return;
        if (!exchange.IsContentType("application/sdp"))
        {
            await exchange.FailAsync(400, UnsupportedContent(exchange, "'application/sdp'")).ConfigureAwait(false);
            return;
        }

        if (exchange.Key is { Session.IsBeta: false })
        {
            await exchange.FailAsync(401, new ApiError("This ephemeral key belongs to the GA API.", "invalid_api_key")).ConfigureAwait(false);
            return;
        }

        if (await ReadBodyAsync(exchange, MaxSdp).ConfigureAwait(false) is not { } body)
            return;
        EffectiveSession? session = exchange.Key?.Session;
        if (session is null)
        {
            var asked = new JsonObject();
            if (exchange.Query("model") is { } model)
                asked["model"] = model;
            session = EffectiveSession.Create(isBeta: true, asked, "", out _);
        }

        await ConnectAsync(exchange, Encoding.UTF8.GetString(body), session!.NewSession(SessionEnd())).ConfigureAwait(false);
    }

    private DateTimeOffset SessionEnd() => Options.TimeProvider.GetUtcNow() + Options.SessionDuration;

    private async Task ConnectAsync(HttpExchange exchange, string offer, EffectiveSession session)
    {
        int? channelId = null;
        if (exchange.Query("dcid") is { } dcid)
        {
            if (!ushort.TryParse(dcid, NumberStyles.None, CultureInfo.InvariantCulture, out ushort id) || id == ushort.MaxValue)
            {
                await exchange.FailAsync(400, new ApiError("Invalid 'dcid': a data channel's id is a number from 0 to 65534.", "invalid_value", "dcid")).ConfigureAwait(false);
                return;
            }

            channelId = id;
        }

        (RealtimeTestCall Call, string Answer)? created;
        try
        {
            created = await _endpoint.CreateCallAsync(
                offer, session, exchange.Context.Connection.LocalIpAddress, channelId, exchange.Key?.Value, exchange.Context.RequestAborted).ConfigureAwait(false);
        }
        catch (SdpException e)
        {
            await exchange.FailAsync(400, new ApiError($"Failed to use the SDP offer. {e.Message}", "invalid_offer", "sdp")).ConfigureAwait(false);
            return;
        }

        if (created is not { } made)
        {
            await exchange.FailAsync(429, new ApiError($"Too many calls: at most {Options.MaxCalls} at a time.", "rate_limit_exceeded", Type: "rate_limit_error")).ConfigureAwait(false);
            return;
        }

        if (!session.IsBeta)
            exchange.Context.Response.Headers.Location = $"{_prefix}/realtime/calls/{made.Call.Id}";
        await AnswerCallAsync(exchange, made.Answer).ConfigureAwait(false);
    }

    private static async Task AnswerCallAsync(HttpExchange exchange, string answer)
    {
        switch (exchange.Fault?.Kind)
        {
            case RealtimeTestFault.FaultKind.JsonForSdp:
                await exchange.AnswerAsync(200, new JsonObject { ["status"] = "ok" }).ConfigureAwait(false);
                break;
            case RealtimeTestFault.FaultKind.Cut:
                byte[] whole = Encoding.UTF8.GetBytes(answer);
                exchange.Context.Response.ContentLength = whole.Length;
                await exchange.AnswerAsync(201, "application/sdp", whole.AsMemory(0, whole.Length / 2)).ConfigureAwait(false);
                exchange.Context.Abort();
                break;
            case { } kind:
                await exchange.AnswerAsync(201, "application/sdp", Encoding.UTF8.GetBytes(AnswerText.Break(answer, kind))).ConfigureAwait(false);
                break;
            default:
                await exchange.AnswerAsync(201, "application/sdp", Encoding.UTF8.GetBytes(answer)).ConfigureAwait(false);
                break;
        }
    }

    // POST /realtime/calls/{id}/hangup
    private async Task HangUpAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: true).ConfigureAwait(false))
            return;
        string id = exchange.Context.Request.RouteValues["id"] as string ?? "";
        if (_endpoint.FindOpenCall(id) is not { } call)
        {
            await exchange.FailAsync(404, new ApiError("No session found for the provided call_id", "call_id_not_found", "call_id")).ConfigureAwait(false);
            return;
        }

        _ = call.EndAtOnceAsync();
        await exchange.AnswerAsync(200, null, default).ConfigureAwait(false);
    }

    internal async Task<bool> AuthorizeAsync(HttpExchange exchange, bool allowEphemeral)
    {
        string? given = exchange.Credential();
        ApiError error;
        if (given is null)
        {
            error = new ApiError("Missing bearer or basic authentication in header");
        }
        else if (given == _endpoint.ApiKey)
        {
            return true;
        }
        else if (given.StartsWith("ek_", StringComparison.Ordinal) && _endpoint.Keys.Find(given, out bool hasExpired) is { } key)
        {
            if (!hasExpired && allowEphemeral)
            {
                exchange.Key = key;
                return true;
            }

            error = hasExpired
                ? new ApiError("The ephemeral key has expired: mint another.", "token_expired")
                : new ApiError("An ephemeral key cannot do this: use the API key.", "invalid_api_key");
        }
        else
        {
            string start = Json.Shorten(given.Length <= 12 ? "…" : given[..8] + "…");
            error = new ApiError($"Incorrect API key provided: {start}. This endpoint accepts its own key only: {nameof(RealtimeTestEndpoint)}.{nameof(RealtimeTestEndpoint.ApiKey)}.", "invalid_api_key");
        }

        exchange.Context.Response.Headers.WWWAuthenticate = "Bearer";
        await exchange.FailAsync(401, error).ConfigureAwait(false);
        return false;
    }

    private static async Task<bool> RefuseBetaHeaderAsync(HttpExchange exchange)
    {
        if (!exchange.Context.Request.Headers.TryGetValue("OpenAI-Beta", out var beta) || !beta.ToString().Contains("realtime=v1", StringComparison.Ordinal))
            return true;
        await exchange.FailAsync(400, new ApiError("The Realtime beta API is no longer supported: leave the OpenAI-Beta header out.", "beta_api_shape_disabled")).ConfigureAwait(false);
        return false;
    }

    private async Task<(string Sdp, JsonObject? Session)?> ReadCallAsync(HttpExchange exchange)
    {
        if (exchange.IsContentType("application/sdp"))
            return await ReadBodyAsync(exchange, MaxSdp).ConfigureAwait(false) is { } body ? (Encoding.UTF8.GetString(body), null) : null;
        if (!exchange.IsContentType("multipart/form-data"))
        {
            await exchange.FailAsync(400, UnsupportedContent(exchange, "'application/sdp' and 'multipart/form-data'")).ConfigureAwait(false);
            return null;
        }

        if (await ReadBodyAsync(exchange, Options.MaxBodySize).ConfigureAwait(false) is not { } form)
            return null;
        Dictionary<string, byte[]>? parts = await MultipartForm.ReadAsync(exchange.Context.Request.ContentType!, form, exchange.Context.RequestAborted).ConfigureAwait(false);
        if (parts is null)
        {
            await exchange.FailAsync(400, new ApiError("The multipart body could not be read.", "invalid_multipart")).ConfigureAwait(false);
            return null;
        }

        if (!parts.TryGetValue("sdp", out byte[]? sdp))
        {
            await exchange.FailAsync(400, ApiError.Missing("sdp")).ConfigureAwait(false);
            return null;
        }

        JsonObject? session = null;
        if (parts.TryGetValue("session", out byte[]? json) && !Json.TryParseObject(json, out session, out string problem))
        {
            await exchange.FailAsync(400, new ApiError($"The part 'session' could not be read: {problem}", "invalid_json", "session")).ConfigureAwait(false);
            return null;
        }

        return (Encoding.UTF8.GetString(sdp), session);
    }

    internal async Task<JsonObject?> ReadJsonAsync(HttpExchange exchange)
    {
        if (await ReadBodyAsync(exchange, Options.MaxBodySize).ConfigureAwait(false) is not { } body)
            return null;
        if (body.Length == 0)
            return [];
        if (!exchange.IsContentType("application/json"))
        {
            await exchange.FailAsync(400, UnsupportedContent(exchange, "'application/json'")).ConfigureAwait(false);
            return null;
        }

        if (Json.TryParseObject(body, out JsonObject? json, out string problem))
            return json;
        await exchange.FailAsync(400, new ApiError($"We could not parse the JSON body of your request. {problem}", "invalid_json")).ConfigureAwait(false);
        return null;
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpExchange exchange, int max)
    {
        byte[]? body = await exchange.ReadBodyAsync(max).ConfigureAwait(false);
        if (body is null)
            await exchange.FailAsync(413, new ApiError($"The request is too large: at most {max} bytes.", "request_too_large")).ConfigureAwait(false);
        return body;
    }

    private static ApiError UnsupportedContent(HttpExchange exchange, string supported) => new(
        $"Unsupported content type: '{Json.Shorten(exchange.Context.Request.ContentType ?? "none")}'. This API method only accepts {supported}.", "unsupported_content_type");
}
