using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// What all routes do: nothing is stored, the page's origin is checked, the body is bounded, and whatever goes wrong becomes a problem without a secret.
/// </summary>
internal abstract class RealtimeRoute
{
    private readonly FrozenSet<WebOrigin> _allowed;
    private readonly Lazy<OpenAIRealtimeWebRtcOptions> _client;
    private readonly IServiceProvider _services;

    protected RealtimeRoute(string name, RealtimeEndpointOptions options, IServiceProvider services)
    {
        options.Validate();
        Name = name;
        Options = options;
        _services = services;
        _allowed = options.AllowedOrigins.Select(origin => WebOrigin.TryParse(origin)!.Value).ToFrozenSet();
        Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(AspNetLog.Category);
        _client = new Lazy<OpenAIRealtimeWebRtcOptions>(() => services.GetRequiredService<IOptionsMonitor<OpenAIRealtimeWebRtcOptions>>().Get(options.ClientName ?? ""));
        TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
    }

    /// <summary>What messages and logs call the route, such as <c>POST /calls (MapRealtimeCalls)</c>.</summary>
    public string Name { get; }

    protected RealtimeEndpointOptions Options { get; }

    protected ILogger Logger { get; }

    protected TimeProvider TimeProvider { get; }

    /// <summary>The options of the client that the route stands on.</summary>
    protected OpenAIRealtimeWebRtcOptions Client => _client.Value;

    /// <summary>What is registered beside that client.</summary>
    protected T OfClient<T>()
        where T : notnull => string.IsNullOrEmpty(Options.ClientName)
        ? _services.GetRequiredService<T>()
        : _services.GetRequiredKeyedService<T>(Options.ClientName);

    /// <summary>Throws when no client has the name that the route asks for; called when the host starts, before <see cref="Check"/>.</summary>
    public virtual void CheckClient()
    {
        // A container that cannot be asked is left alone: the client's absence then shows in another message.
        bool? isRegistered = string.IsNullOrEmpty(Options.ClientName)
            ? _services.GetService<IServiceProviderIsService>()?.IsService(typeof(RealtimeWebRtcClient))
            : _services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(RealtimeWebRtcClient), Options.ClientName);
        if (isRegistered != false)
            return;
        throw new InvalidOperationException(string.IsNullOrEmpty(Options.ClientName)
            ? $"{Name}: no client without a name was registered; set ClientName, or call builder.Services.AddOpenAIRealtimeWebRtc(…) without a name."
            : $"{Name}: no client named '{Options.ClientName}' was registered; set ClientName to the name that AddOpenAIRealtimeWebRtc was called with.");
    }

    /// <summary>Throws when the client's options do not allow what the route needs; called when the host starts.</summary>
    public abstract void Check();

    /// <summary>Serves one request that has passed authorization, rate limiting and the check of its origin.</summary>
    protected abstract Task ServeAsync(HttpContext context);

    public Task HandleAsync(HttpContext context) => GuardAsync(context, ServeAsync);

    protected async Task GuardAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        HttpProblem problem;
        try
        {
            if (WebOrigin.Refusal(context.Request, _allowed) is { } refusal)
                throw new HttpProblem(StatusCodes.Status403Forbidden, "wrong_origin", "Pages of this origin may not ask here.", refusal);
            if (context.Request.ContentLength > Options.MaxBodySize)
                throw HttpProblem.TooLarge(Options.MaxBodySize);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = Options.MaxBodySize;
            await serve(context).ConfigureAwait(false);
            return;
        }
        catch (HttpProblem e)
        {
            problem = e;
        }
        catch (RealtimeConnectException e)
        {
            problem = HttpProblem.From(e);
        }
        catch (BadHttpRequestException e)
        {
            problem = e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? HttpProblem.TooLarge(Options.MaxBodySize)
                : new HttpProblem(e.StatusCode, "refused", e.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return;     // nobody is there any more to be told
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the page gets a problem and the log the exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Logger.RouteFailed(Name, e);
            problem = new HttpProblem(StatusCodes.Status500InternalServerError, "host_failed", "The host failed.", "Its log says more.");
        }

        if (problem.InnerException is RealtimeException cause)
            Logger.ServiceFailed(Name, problem.Status, problem.Code, Redaction.Hide(cause.Message));
        else
            Logger.Refused(Name, problem.Status, problem.Code);
        if (!context.Response.HasStarted)
            await problem.WriteAsync(context).ConfigureAwait(false);
        else
            context.Abort();
    }

    /// <summary>What the application chooses for this user.</summary>
    protected async ValueTask<RealtimeUserSession> ChooseSessionAsync(HttpContext context)
    {
        if (Options.ForUser is null)
            return new RealtimeUserSession { Session = Options.Session };
        RealtimeUserSession? chosen;
        try
        {
            chosen = await Options.ForUser(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            throw HookProblem(nameof(RealtimeEndpointOptions.ForUser), e);
        }
        if (chosen is null)
            throw new HttpProblem(StatusCodes.Status403Forbidden, "user_refused", "This user may not open a session.");
        if (chosen.SafetyIdentifier.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw HookProblem(nameof(RealtimeEndpointOptions.ForUser),
                new ArgumentException("SafetyIdentifier holds a character that cannot stand in an HTTP header; use a hash in hex or base64."));
        }
        return chosen;
    }

    /// <summary>Who asks; null for who is not signed in.</summary>
    protected string? UserIdOf(HttpContext context)
    {
        if (Options.UserId is { } own)
        {
            try
            {
                return own(context);
            }
#pragma warning disable CA1031 // A hook of the application's: what it throws is logged, and the page is told that the host failed.
            catch (Exception e) when (e is not BadHttpRequestException)
#pragma warning restore CA1031
            {
                throw HookProblem(nameof(RealtimeEndpointOptions.UserId), e);
            }
        }
        return UserIds.Of(context.User);
    }

    protected HttpProblem HookProblem(string hook, Exception e)
    {
        Logger.HookFailed(Name, hook, e);
        return new HttpProblem(StatusCodes.Status500InternalServerError, "host_failed", "The host failed.", "Its log says more.");
    }
}
