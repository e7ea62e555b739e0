using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

/// <summary>
/// What the service tells a host by itself. Anybody can post here, so nothing is believed, and nothing remembered, before the signature is right.
/// <code>
///   1  the body, bounded, and three headers          413, 400
///   2  the signature, by each of the secrets         400 signature_refused
///   3  the time, within the tolerance                400 too_old
///   4  the id: not handled before, nor just now      200 without the handler; 409
///   5  the handler; what it throws is a 500, and the service sends the webhook again
/// </code>
/// </summary>
internal sealed class WebhookRoute
{
    private readonly string _name;
    private readonly RealtimeWebhookOptions _options;
    private readonly WebhookSecret[] _secrets;
    private readonly Lazy<RealtimeCalls> _calls;
    private readonly WebhookIds _ids;
    private readonly RefusedSignatures _refused;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;

    public WebhookRoute(string name, RealtimeWebhookOptions options, IServiceProvider services)
    {
        options.Validate();
        _name = name;
        _options = options;
        _secrets = [.. options.Secrets.Select(WebhookSecret.Parse)];
        _calls = new Lazy<RealtimeCalls>(() => string.IsNullOrEmpty(options.ClientName)
            ? services.GetRequiredService<RealtimeCalls>()
            : services.GetRequiredKeyedService<RealtimeCalls>(options.ClientName));
        _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(AspNetLog.Category);
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;

        _refused = new RefusedSignatures(name, _secrets.Length, _timeProvider, _logger);
        for (int i = 0; i < _secrets.Length; i++)
        {
            if (!options.Secrets[i].StartsWith("whsec_", StringComparison.Ordinal))
                _logger.SecretUnusual(name, i + 1, _secrets.Length);
        }

        // A webhook's time is right from one tolerance before to one after: so long can it come again. Half a minute is for clocks that are set meanwhile.
        TimeSpan lifetime = (options.Tolerance * 2) + TimeSpan.FromSeconds(30);
        IDistributedCache? cache = options.ShareIds ? options.IdCache ?? services.GetService<IDistributedCache>() : null;
        _ids = new WebhookIds(lifetime, _timeProvider,
            cache is null ? null : new SharedWebhookIds(cache, $"{name}\n{options.ClientName}", lifetime, new CacheLimit(options.IdCacheTimeout, _timeProvider)), _logger);
    }

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        HttpProblem problem;
        try
        {
            await ServeAsync(context).ConfigureAwait(false);
            return;
        }
        catch (HttpProblem e)
        {
            problem = e;
        }
        catch (BadHttpRequestException e)
        {
            problem = e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? HttpProblem.TooLarge(_options.MaxBodySize)
                : new HttpProblem(e.StatusCode, "refused", e.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return;     // nobody is there any more to be told
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the service gets a problem and the log the exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.RouteFailed(_name, e);
            problem = new HttpProblem(StatusCodes.Status500InternalServerError, "host_failed", "The host failed.", "Its log says more.");
        }

        _logger.Refused(_name, problem.Status, problem.Code);
        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (context.Request.ContentLength > _options.MaxBodySize)
            throw HttpProblem.TooLarge(_options.MaxBodySize);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = _options.MaxBodySize;
        byte[] body = await OfferReader.ReadBodyAsync(context.Request.BodyReader, _options.MaxBodySize, context.RequestAborted).ConfigureAwait(false);
        WebhookHeaders headers = Check(context.Request.Headers, body);

        switch (await _ids.ClaimAsync(headers.Id).ConfigureAwait(false))
        {
            case WebhookClaim.Done:
                _logger.WebhookReplayed(headers.Id);
                return;     // 200: the service, which may not have got the first answer, need not send it again
            case WebhookClaim.InProgress:
                throw new HttpProblem(StatusCodes.Status409Conflict, "webhook_in_progress", "This webhook is being handled.", "Send it again later, unless the first request was answered.");
            case WebhookClaim.Full:
                throw new HttpProblem(StatusCodes.Status503ServiceUnavailable, "too_many_webhooks", "This host takes no more webhooks at the moment.") { RetryAfter = TimeSpan.FromSeconds(30) };
        }

        bool isDone = false;
        try
        {
            await DispatchAsync(context, headers, body).ConfigureAwait(false);
            isDone = true;
        }
        finally
        {
            await (isDone ? _ids.DoneAsync(headers.Id) : _ids.ForgetAsync(headers.Id)).ConfigureAwait(false);
        }
    }

    private WebhookHeaders Check(IHeaderDictionary given, byte[] body)
    {
        if (!WebhookHeaders.TryRead(given, out WebhookHeaders headers))
            throw new HttpProblem(StatusCodes.Status400BadRequest, "no_webhook", "The request is no signed webhook.", "It needs webhook-id, webhook-timestamp and webhook-signature, each once.");
        bool isSigned = false;
        foreach (WebhookSecret secret in _secrets)
            isSigned |= secret.Verify(headers.Id, headers.Timestamp, body, headers.Signatures);
        if (!isSigned)
        {
            _refused.Add();
            throw new HttpProblem(StatusCodes.Status400BadRequest, "signature_refused", "The webhook's signature is not by a secret of this host.");
        }

        TimeSpan off = _timeProvider.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(headers.Timestamp);
        if (off.Duration() > _options.Tolerance)
        {
            _logger.WebhookOutOfTime(headers.Id, off.TotalSeconds);
            throw new HttpProblem(StatusCodes.Status400BadRequest, "out_of_time", "The webhook's time is too far from this host's.");
        }
        return headers;
    }

    private async Task DispatchAsync(HttpContext context, WebhookHeaders headers, byte[] body)
    {
        if (!TryReadType(body, out string? type))
            throw new HttpProblem(StatusCodes.Status400BadRequest, "not_an_event", "The webhook's body is no event.", "It has to be a JSON object with a type.");
        var webhook = new RealtimeWebhook(headers.Id, type, DateTimeOffset.FromUnixTimeSeconds(headers.Timestamp), body, context.RequestServices);
        if (type == "realtime.call.incoming" && _options.OnIncomingCall is { } onIncomingCall)
            await RunAsync(nameof(_options.OnIncomingCall), token => onIncomingCall(new RealtimeIncomingCall(webhook, ReadIncoming(body), _calls.Value), token)).ConfigureAwait(false);
        else if (_options.OnOther is { } onOther)
            await RunAsync(nameof(_options.OnOther), token => onOther(webhook, token)).ConfigureAwait(false);
        else
            _logger.WebhookNotHandled(Redaction.Hide(Shorten(type)), headers.Id);
    }

    private async Task RunAsync(string hook, Func<CancellationToken, ValueTask> handle)
    {
        try
        {
            await handle(_stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A hook of the application's: what it throws is logged, and the service is told that the host failed, so that it sends the webhook again.
        catch (Exception e) when (e is not (BadHttpRequestException or HttpProblem))
#pragma warning restore CA1031
        {
            _logger.HookFailed(_name, hook, e);
            throw new HttpProblem(StatusCodes.Status500InternalServerError, "host_failed", "The host failed.", "Its log says more.");
        }
    }

    private static RealtimeCallIncoming ReadIncoming(byte[] body)
    {
        try
        {
            return RealtimeCallIncoming.Read(body);
        }
        catch (JsonException e)
        {
            throw new HttpProblem(StatusCodes.Status400BadRequest, "not_an_event", "The webhook's body does not fit its type.", cause: e);
        }
    }

    /// <summary>The type of the event that a body is; false when it is none. Whatever the body is, nothing is thrown.</summary>
    internal static bool TryReadType(byte[] body, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? type)
    {
        type = null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("type", out JsonElement member) && member.ValueKind == JsonValueKind.String)
                type = member.GetString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)     // the latter of text that is no UTF-8
        {
            return false;
        }
        return !string.IsNullOrEmpty(type);
    }

    private static string Shorten(string type) => new([.. type.Take(100).Select(c => char.IsControl(c) ? ' ' : c)]);
}
