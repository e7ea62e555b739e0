using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;

namespace AspNetVoiceChat;

/// <summary>The web host: the page, and the routes through which it reaches the service.</summary>
/// <param name="App">The application, not started yet.</param>
/// <param name="Endpoint">The service's stand-in where there is no API key; null where there is one.</param>
internal sealed record VoiceChatHost(WebApplication App, RealtimeTestEndpoint? Endpoint)
{
    private const string PerAddress = "per-address";
    private const int LongestText = 16_000;     // bytes: the page's field takes 2,000 characters

    /// <summary>The ways to connect that the page offers.</summary>
    private static readonly string[] Ways = ["key", "calls", "bridge", "live"];

    /// <summary>Puts the host together.</summary>
    /// <param name="args">Configuration by command line, such as <c>--urls http://localhost:5080</c>.</param>
    /// <param name="endpointOptions">How the stand-in is to be; tests give a script. Default: null.</param>
    public static VoiceChatHost Create(string[] args, RealtimeTestEndpointOptions? endpointOptions = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,     // the page lies beside the program
        });
        string urls = builder.Configuration["urls"] is { Length: > 0 } given ? given : "http://localhost:5080";
        builder.WebHost.UseUrls(urls);
        // Of the setting AllowedHosts, and of what the program is told to listen on: a page elsewhere whose name has been turned to this machine gets nothing.
        string[] named = [.. ListenAddresses.HostsOf(urls).Select(ListenAddresses.Reachable)];
        builder.Services.PostConfigure<HostFilteringOptions>(hosts => hosts.AllowedHosts = [.. hosts.AllowedHosts, .. named]);
        ChatSettings settings = builder.Configuration.GetRequiredSection("VoiceChat").Get<ChatSettings>()!;
        BridgeNetwork network = BridgeNetwork.Read(builder.Configuration.GetRequiredSection("VoiceChat"));
        string? apiKey = builder.Configuration["OPENAI_API_KEY"];
        bool isOffline = string.IsNullOrWhiteSpace(apiKey);
        RealtimeTestEndpoint? endpoint = null;

        IOpenAIRealtimeWebRtcBuilder realtime = builder.Services.AddOpenAIRealtimeWebRtc(options =>
        {
            builder.Configuration.GetSection("OpenAI").Bind(options);   // another endpoint, organization, project: see docs/configuration.md
            options.Model = settings.Models[0];
            options.ApiKey = endpoint?.ApiKey ?? apiKey;
            if (isOffline)
                options.Endpoint = EndpointInThisProgram.AddressFor(urls);
        });
        IOpenAILiveWebRtcBuilder live = builder.Services.AddOpenAILiveWebRtc(options =>
        {
            builder.Configuration.GetSection("OpenAI").Bind(options);
            options.Model = settings.LiveModels[0];
            options.ApiKey = endpoint?.ApiKey ?? apiKey;
            if (isOffline)
                options.Endpoint = EndpointInThisProgram.AddressFor(urls);
        });
        if (isOffline)
        {
            builder.Services.AddTransient<EndpointInThisProgram>();
            realtime.HttpClient.AddHttpMessageHandler<EndpointInThisProgram>();
            live.HttpClient.AddHttpMessageHandler<EndpointInThisProgram>();
        }
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AgentCalls>();
        builder.Services.AddRealtimeEndpoints();
        builder.Services.AddSingleton<HostBesideTheCall>();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = async (rejected, _) => await TellToWaitAsync(rejected);
            limiter.AddPolicy(PerAddress, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { PermitLimit = settings.CallsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });

        WebApplication app = builder.Build();
        if (isOffline)
        {
            endpoint = app.MapRealtimeTestEndpoint(EndpointInThisProgram.Prefix, endpointOptions ?? new()
            {
                UseAllMediaAddresses = true,    // browsers do not send from loopback
                Script = { OnResponse = OfflineModel.ReplyAsync },
                LiveScript = OfflineLiveModel.CreateScript(),
            });
        }
        Uri service = app.Services.GetRequiredService<IOptions<OpenAIRealtimeWebRtcOptions>>().Value.Endpoint;
        app.UseSecurityHeaders(isOffline ? null : service);
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",    // asked for anew, sent only when changed
        });
        app.UseRateLimiter();
        MapCalls(app, settings, network);
        MapAgent(app);
        MapConfig(app, settings, isOffline ? null : service);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            Console.WriteLine($"Open {app.Urls.First()}   ({(isOffline ? "offline: a test endpoint in this program answers; set OPENAI_API_KEY to talk to OpenAI" : service)}; Ctrl-C ends it)");
            if (!isOffline && !ListenAddresses.HostsOf(urls).All(ListenAddresses.IsThisMachine))
                Console.Error.WriteLine($"Warning: {urls} can be reached from the network, and nobody is asked who they are: whoever gets there talks at your expense.");
        });
        return new VoiceChatHost(app, endpoint);
    }

    private static Task TellToWaitAsync(OnRejectedContext rejected)
    {
        HttpResponse response = rejected.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait))
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem("Wait, then try again.", statusCode: StatusCodes.Status429TooManyRequests, title: "There were too many calls within a minute.",
            extensions: new Dictionary<string, object?> { ["code"] = "too_many_requests" }).ExecuteAsync(rejected.HttpContext);
    }

    /// <summary>The four ways to connect. Anybody who reaches this host may call: it listens on localhost only. A real one has users, and says <c>RequireAuthorization()</c>.</summary>
    private static void MapCalls(WebApplication app, ChatSettings settings, BridgeNetwork network)
    {
        void ForPages(RealtimeEndpointOptions options) => options.ForUser = context => ValueTask.FromResult<RealtimeUserSession?>(SessionFor(context, settings));
        app.MapRealtimeEphemeralKey("/session", ForPages).AllowAnonymous().RequireRateLimiting(PerAddress);
        HostBesideTheCall beside = app.Services.GetRequiredService<HostBesideTheCall>();
        app.MapRealtimeCalls("/calls", options =>
        {
            options.ForUser = context =>
            {
                RealtimeUserSession user = SessionFor(context, settings);
                VoiceAgent agent = beside.AgentFor((RealtimeSessionConfig)user.Session);
                (user.Session, user.State) = (agent.ToSessionConfig(), agent);
                return ValueTask.FromResult<RealtimeUserSession?>(user);
            };
            options.OnCall = beside.TalkAsync;
        }).AllowAnonymous().RequireRateLimiting(PerAddress);
        app.MapRealtimeBridge("/bridge", options =>
        {
            options.ForUser = context =>
            {
                RealtimeUserSession user = SessionFor(context, settings);
                user.Session = AgentFor(user, context).ToSessionConfig();
                return ValueTask.FromResult<RealtimeUserSession?>(user);
            };
            options.CreateHandler = context => ActivatorUtilities.CreateInstance<HostInTheMiddle>(context.RequestServices, AgentFor(SessionFor(context, settings), context));
            options.PageMayConfigure = true;                    // as far as HostInTheMiddle lets it
            options.MaxDuration = TimeSpan.FromMinutes(60);     // as long as the service allows
            network.ApplyTo(options);
        }).AllowAnonymous().RequireRateLimiting(PerAddress);
        LiveWebRtcClient live = app.Services.GetRequiredService<LiveWebRtcClient>();    // asked for now: a setting that cannot be used is known when the host starts
        app.MapRealtimeOffers("/live", async (context, offer, cancellationToken) =>
        {
            LiveSessionReply created = await live.CreateForPageAsync(offer, LiveSessions.For(context, settings), cancellationToken: cancellationToken);
            return new RealtimeOfferAnswer { Sdp = created.Transport!.Sdp!, CallId = created.Session.Id, OnUndelivered = () => live.HangUpAsync(created.Session.Id!) };
        }).AllowAnonymous().RequireRateLimiting(PerAddress);
    }

    /// <summary>Who leads a bridged call.</summary>
    private static VoiceAgent AgentFor(RealtimeUserSession user, HttpContext context) =>
        Assistant.Create((RealtimeSessionConfig)user.Session, new NotePad(), context.RequestServices.GetRequiredService<TimeProvider>());

    /// <summary>Where the page of a bridged call says whether a tool may be called, and what its user writes. Who knows the call's id, which cannot be guessed, is that page.</summary>
    private static void MapAgent(WebApplication app)
    {
        app.MapPost("/agent/{call}/approvals/{request}/{answer}", (string call, string request, string answer, AgentCalls calls) =>
            calls.Answer(call, request, answer) ? Results.NoContent() : Results.NotFound()).AllowAnonymous();
        app.MapPost("/agent/{call}/text", async (string call, HttpRequest request, AgentCalls calls, CancellationToken cancellationToken) =>
        {
            if (request.ContentLength is not (> 0 and <= LongestText))
                return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            using var reader = new StreamReader(request.Body);
            return await calls.SendTextAsync(call, await reader.ReadToEndAsync(cancellationToken), cancellationToken) ? Results.NoContent() : Results.NotFound();
        }).AllowAnonymous();
    }

    /// <summary>What the page has to know before it connects.</summary>
    private static void MapConfig(WebApplication app, ChatSettings settings, Uri? service) => app.MapGet("/config", () => TypedResults.Json(new PageConfig
    {
        IsOffline = service is null,
        ServiceName = service?.Host,
        CallsUrl = service is null ? $"{EndpointInThisProgram.Prefix[1..]}/realtime/calls" : null,
        Ways = Ways,
        Models = settings.Models,
        LiveModels = settings.LiveModels,
        Voices = settings.Voices,
        PathTimeout = settings.PathTimeout.TotalMilliseconds,
    }, PageConfigJson.Default.PageConfig));

    /// <summary>What the page may choose goes into the session, from lists that the host keeps; the rest is the host's.</summary>
    private static RealtimeUserSession SessionFor(HttpContext context, ChatSettings settings) => new()
    {
        Session = new RealtimeSessionConfig
        {
            Model = Chosen(context, "model", settings.Models),
            Voice = Chosen(context, "voice", settings.Voices),
            Instructions = settings.Instructions ?? default(Optional<string?>),
            InputTranscription = new InputTranscription { Model = settings.TranscriptionModel },
        },
    };

    /// <summary>What the page has chosen, of what there is; the first where it has chosen nothing.</summary>
    /// <exception cref="BadHttpRequestException">There is no such thing.</exception>
    public static string Chosen(HttpContext context, string name, IList<string> allowed)
    {
        string? asked = context.Request.Query[name];
        return string.IsNullOrEmpty(asked) ? allowed[0]
            : allowed.Contains(asked) ? asked
            : throw new BadHttpRequestException($"This host does not offer that {name}.");
    }
}
