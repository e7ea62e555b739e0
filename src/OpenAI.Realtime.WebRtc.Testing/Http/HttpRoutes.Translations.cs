using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class HttpRoutes
{
    private void MapTranslations(IEndpointRouteBuilder builder)
    {
        MapPost(builder, "/realtime/translations/client_secrets", RealtimeTestRoute.TranslationClientSecrets, MintTranslationAsync);
        MapPost(builder, "/realtime/translations/calls", RealtimeTestRoute.TranslationCalls, CallTranslationAsync);
    }

    // POST /realtime/translations/client_secrets
    private async Task MintTranslationAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: false).ConfigureAwait(false) || !await RefuseBetaHeaderAsync(exchange).ConfigureAwait(false)
            || await ReadJsonAsync(exchange).ConfigureAwait(false) is not { } body)
            return;
        ApiError? error = ClientSecretShape.Check(body, "");
        EffectiveSession? session = error is null ? EffectiveSession.CreateTranslation(body["session"] as JsonObject, "session", out error) : null;
        if (session is null)
        {
            await exchange.FailAsync(400, error!).ConfigureAwait(false);
            return;
        }

        await AnswerKeyAsync(exchange, body, session).ConfigureAwait(false);
    }

    // POST /realtime/translations/calls: as /realtime/calls, and as little described as it
    private async Task CallTranslationAsync(HttpExchange exchange)
    {
        if (!await AuthorizeAsync(exchange, allowEphemeral: true).ConfigureAwait(false) || !await RefuseBetaHeaderAsync(exchange).ConfigureAwait(false)
            || await ReadCallAsync(exchange).ConfigureAwait(false) is not { } call)
            return;
        if (exchange.Key is { Session.IsTranslation: false })
        {
            await exchange.FailAsync(401, new ApiError("This ephemeral key belongs to conversations, and not to translations.", "invalid_api_key")).ConfigureAwait(false);
            return;
        }

        EffectiveSession? session = exchange.Key?.Session.NewSession(SessionEnd());
        ApiError? error = null;
        if (session is null)
            session = EffectiveSession.CreateTranslation(call.Session, "session", out error);
        else if (call.Session is { } asked)
            error = session.Apply(asked, "session", isCall: true, audioHasPlayed: false);
        if (error is not null)
        {
            await exchange.FailAsync(400, error).ConfigureAwait(false);
            return;
        }

        await ConnectAsync(exchange, call.Sdp, session!.NewSession(SessionEnd())).ConfigureAwait(false);
    }
}
