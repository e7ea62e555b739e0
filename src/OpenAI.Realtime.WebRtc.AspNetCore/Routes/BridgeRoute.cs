using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// The page's connection ends here, and a session of ours goes on to the service.
/// <code>
///   1  a place is taken, the page's offer is read and answered by a peer of ours: what cannot work costs the service nothing
///   2  the session with the service is connected; its failure is this request's
///   3  the page gets its answer and connects, or the call ends
/// </code>
/// </summary>
internal sealed class BridgeRoute : RealtimeRoute
{
    /// <summary>What is on its way to a page: as much as a browser takes as one message, and enough for any line that carries a call.</summary>
    public const int PageSendBuffer = 256 * 1024;

    private readonly IServiceProvider _services;
    private readonly RealtimeBridgeOptions _options;
    private readonly RealtimeBridge _bridge;
    private readonly Lazy<RealtimeWebRtcClient> _client;

    public BridgeRoute(string name, RealtimeBridgeOptions options, IServiceProvider services)
        : base(name, options, services)
    {
        _services = services;
        _options = options;
        _bridge = services.GetRequiredService<RealtimeBridge>();
        _client = new Lazy<RealtimeWebRtcClient>(OfClient<RealtimeWebRtcClient>);
    }

    /// <summary>Guarded by the bridge's gate.</summary>
    public int ActiveCalls { get; set; }

    public override void Check() => _ = _client.Value;

    protected override async Task ServeAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _bridge.Stopping);
        string offer = await OfferReader.ReadAsync(context.Request, Options.MaxBodySize, either.Token).ConfigureAwait(false);
        string? userId = UserIdOf(context);
        RealtimeBridge.Place place = _bridge.Reserve(_options, this, userId);
        RealtimeBridgeCall? call = null;
        string answer;
        try
        {
            RealtimeUserSession user = await ChooseSessionAsync(context).ConfigureAwait(false);
            RealtimeBridgeHandler handler = CreateHandler(context);
            (IPeerConnection page, answer) = await AnswerAsync(context, offer, either.Token).ConfigureAwait(false);
            call = new RealtimeBridgeCall(new BridgeCallParts(_bridge, _options, page, handler, place, userId, context.User, Client, TimeProvider, Logger));
            await call.ConnectServiceAsync(_client.Value, user, either.Token).ConfigureAwait(false);
            either.Token.ThrowIfCancellationRequested();
        }
        catch (Exception e)
        {
            if (call is not null)
                await call.AbandonAsync().ConfigureAwait(false);
            place.Dispose();
            if (e is OperationCanceledException && _bridge.Stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
                throw RealtimeBridge.HostStopping();
            throw;
        }

        _bridge.Add(call);
        _ = call.RunAsync();
        try
        {
            await CallsRoute.WriteAnswerAsync(context, answer, call.Id).ConfigureAwait(false);
        }
        catch
        {
            _ = call.CloseForPageAsync();
            throw;
        }
    }

    public Task HandleHangUpAsync(HttpContext context) => GuardAsync(context, HangUpAsync);

    public Task HandleRestartAsync(HttpContext context) => GuardAsync(context, RestartAsync);

    private async Task HangUpAsync(HttpContext context)
    {
        await CallOf(context).CloseForPageAsync().ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private RealtimeBridgeCall CallOf(HttpContext context) =>
        _bridge.Find(context.Request.RouteValues["callId"] as string ?? "") is { } call && call.UserId == UserIdOf(context)
            ? call
            : throw new HttpProblem(StatusCodes.Status404NotFound, "call_not_found", "There is no such call of this user.");

    // The page's network has changed (RFC 8445 §9): the call, its place and its session with the service stay as they are.
    private async Task RestartAsync(HttpContext context)
    {
        RealtimeBridgeCall call = CallOf(context);
        string offer = await OfferReader.ReadAsync(context.Request, Options.MaxBodySize, context.RequestAborted).ConfigureAwait(false);
        string answer;
        try
        {
            answer = await call.RestartPageAsync(offer, context.RequestAborted).ConfigureAwait(false);
        }
        catch (SdpException e)
        {
            throw new HttpProblem(StatusCodes.Status422UnprocessableEntity, "offer_refused", "This host cannot use this offer for the call.",
                "It has to come from the connection that the call was made with, which has to be connected, and to change nothing but ICE.", e);
        }
        catch (PeerConnectionException e)
        {
            throw new HttpProblem(StatusCodes.Status404NotFound, "call_not_found", "The call has just ended.", null, e);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            throw new HttpProblem(StatusCodes.Status501NotImplemented, "restart_not_supported", "This host cannot restart ICE.", "Make a new call.", e);
        }

        await CallsRoute.WriteAnswerAsync(context, answer, callId: null, StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async Task<(IPeerConnection Page, string Answer)> AnswerAsync(HttpContext context, string offer, CancellationToken cancellationToken)
    {
        OpenAIRealtimeWebRtcOptions client = Client;
        IPeerConnection page = _client.Value.PeerConnectionFactory.Create(new PeerConnectionOptions
        {
            // As the service itself answers: the page finds the way. A lite agent takes all that comes from the page as a sign of life.
            IceLite = true,
            ConsentTimeout = _options.PageTimeout,
            ChannelLabel = client.ChannelLabel,
            MaxIncomingMessageSize = _options.MaxPageEventSize,
            SendBufferSize = PageSendBuffer,
            LocalAddresses = _options.MediaAddresses,
            TcpPort = _options.TcpPort,
            Interfaces = _options.Interfaces,
            UdpPorts = _options.UdpPorts,
            AnnouncedAddresses = _options.AnnouncedAddresses,
            AnnounceLocalAddresses = _options.AnnounceLocalAddresses,
            IncludeLoopback = context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from),

            // The peer's clock starts with its answer, which the page gets only when the service is there.
            IceTimeout = _options.PageConnectTimeout + client.KeyTimeout + client.AnswerTimeout + client.IceTimeout + client.DtlsTimeout + client.ChannelTimeout,
            DtlsTimeout = _options.PageConnectTimeout,
            ChannelTimeout = _options.PageConnectTimeout,
            TimeProvider = TimeProvider,
            LoggerFactory = _services.GetService<ILoggerFactory>(),
        });
        try
        {
            return (page, await page.CreateAnswerAsync(offer, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            await page.DisposeAsync().ConfigureAwait(false);
            if (e is SdpException)
                throw new HttpProblem(StatusCodes.Status422UnprocessableEntity, "offer_refused", "This host cannot use this offer.", "It needs one audio track with Opus, a data channel and a fingerprint.", e);
            throw;
        }
    }

    private RealtimeBridgeHandler CreateHandler(HttpContext context)
    {
        if (_options.CreateHandler is not { } create)
            return new RealtimeBridgeHandler();
        try
        {
            return create(context) ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception e) when (e is not BadHttpRequestException)
        {
            throw HookProblem(nameof(RealtimeBridgeOptions.CreateHandler), e);
        }
    }
}
