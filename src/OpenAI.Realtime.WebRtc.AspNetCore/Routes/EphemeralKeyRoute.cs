using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Mints a key for one page.
/// <code>
///   page ──POST──► host ──POST realtime/client_secrets, API key──► service
///   page ◄── {"value":"ek_…","expires_at":…,"calls_url":…,"model":…} ── host
///   page ──POST calls_url, application/sdp, Bearer ek_…──► service
/// </code>
/// </summary>
internal sealed class EphemeralKeyRoute : RealtimeRoute
{
    private readonly Lazy<IEphemeralKeyProvider> _mint;
    private readonly HandedOutKeys _handedOut;

    public EphemeralKeyRoute(string name, RealtimeEndpointOptions options, IServiceProvider services, HandedOutKeys handedOut)
        : base(name, options, services)
    {
        _handedOut = handedOut;
        _mint = new Lazy<IEphemeralKeyProvider>(() => Service.CreateKeyMint()
            ?? throw new InvalidOperationException($"{Name} mints a key for each caller and cannot hand out one that is given: set ApiKey, ApiKeyProvider or KeyUrl, or use a key provider."));
    }

    public override void Check()
    {
        _ = _mint.Value;
        ThrowIfShown(Service.Options.ApiKey, CallsUrl("model"));
    }

    protected override async Task ServeAsync(HttpContext context)
    {
        RealtimeUserSession user = await ChooseSessionAsync(context).ConfigureAwait(false);
        (byte[] session, string model) = Service.Write(user.Session);
        EphemeralKey key = await MintAsync(new EphemeralKeyRequest
        {
            Session = session,
            Dialect = Service.Options.Dialect,
            SafetyIdentifier = user.SafetyIdentifier ?? Service.Options.SafetyIdentifier,
        }, context.RequestAborted).ConfigureAwait(false);
        Logger.KeyMinted();

        Uri callsUrl = CallsUrl(model);
        await CheckAsync(callsUrl, context.RequestAborted).ConfigureAwait(false);
        byte[] reply = Reply(key, callsUrl, model);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = reply.Length;
        await context.Response.Body.WriteAsync(reply, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<EphemeralKey> MintAsync(EphemeralKeyRequest request, CancellationToken cancellationToken)
    {
        EphemeralKey key = await MintOnceAsync(request, cancellationToken).ConfigureAwait(false);
        if (IsFresh(key))
            return key;

        // A provider of the application's may keep keys, too; being told that this one is of no use, it makes another.
        key = await MintOnceAsync(new EphemeralKeyRequest
        {
            Session = request.Session,
            Dialect = request.Dialect,
            SafetyIdentifier = request.SafetyIdentifier,
            Refused = key,
        }, cancellationToken).ConfigureAwait(false);
        if (IsFresh(key))
            return key;
        Logger.KeyNotFresh();
        throw new HttpProblem(StatusCodes.Status502BadGateway, "key_not_fresh", "The host got no key of this page's own.", "Its log says more.");
    }

    private bool IsFresh(EphemeralKey key) => !key.IsCached && _handedOut.TryAdd(key.Value);

    private Task<EphemeralKey> MintOnceAsync(EphemeralKeyRequest request, CancellationToken cancellationToken) =>
        AskAsync($"The key provider {_mint.Value.GetType().Name}", token => _mint.Value.GetKeyAsync(request, token), cancellationToken);

    /// <summary>Asks a provider, whoever wrote it, within our own limit of time.</summary>
    private async Task<T> AskAsync<T>(string who, Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Service.Options.KeyTimeout, Service.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await ask(linked.Token).AsTask().WaitAsync(linked.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception e) when (e is not RealtimeConnectException && !cancellationToken.IsCancellationRequested)
        {
            throw timeout.IsCancellationRequested && e is OperationCanceledException
                ? new RealtimeConnectException(ConnectPhase.Key, ConnectFailure.EndpointUnreachable,
                    $"{who} gave no key within {Service.Options.KeyTimeout.TotalSeconds:0.###} s ({nameof(OpenAIRealtimeWebRtcOptions.KeyTimeout)}).", e)
                : new RealtimeConnectException(ConnectPhase.Key, ConnectFailure.KeyUnusable, $"{who} failed: {Redaction.Hide(e.Message)}", e);
        }
    }

    /// <summary>Where the page posts its offer.</summary>
    private Uri CallsUrl(string model)
    {
        OpenAIRealtimeWebRtcOptions options = Service.Options;
        return options.Dialect == RealtimeDialect.Beta
            ? ApiAddress.Of(options, "realtime", ("model", model))
            : ApiAddress.Of(options, "realtime/calls");
    }

    /// <summary>A key that a callback gives is not known when the host starts. It could stand only in a query, which few services have, so only then is it asked for here.</summary>
    private async ValueTask CheckAsync(Uri callsUrl, CancellationToken cancellationToken)
    {
        if (Service.Options.ApiKeyProvider is { } provider && callsUrl.Query.Length > 0)
            ThrowIfShown(await AskAsync(nameof(OpenAIRealtimeWebRtcOptions.ApiKeyProvider), provider, cancellationToken).ConfigureAwait(false), callsUrl);
    }

    private void ThrowIfShown(string? apiKey, Uri callsUrl)
    {
        if (!string.IsNullOrEmpty(apiKey) && Uri.UnescapeDataString(callsUrl.AbsoluteUri).Contains(apiKey, StringComparison.Ordinal))
            throw new InvalidOperationException($"{Name} would show the API key to pages: it stands in the query of Endpoint or in ExtraQuery. Set ApiKey or ApiKeyProvider, and ApiKeyHeader, instead.");
    }

    private static byte[] Reply(EphemeralKey key, Uri callsUrl, string model)
    {
        using var stream = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("value"u8, key.Value);
            if (key.ExpiresAt is { } at)
                writer.WriteNumber("expires_at"u8, at.ToUnixTimeSeconds());
            else
                writer.WriteNull("expires_at"u8);
            writer.WriteString("calls_url"u8, callsUrl.AbsoluteUri);
            writer.WriteString("model"u8, model);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
