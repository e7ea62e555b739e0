using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// The unified interface: the page's offer goes on with the host's key and the host's session configuration.
/// <code>
///   page ──POST, application/sdp──► host ──POST realtime/calls, multipart: sdp and session, API key──► service
///   page ◄──201, application/sdp, Location, X-Realtime-Call-Id── host
///   host ◄──events, WebSocket, where OnCall attaches──► service
///   page ──POST {Location}/hangup──► host ──POST realtime/calls/{id}/hangup, API key──► service
/// </code>
/// </summary>
internal sealed class CallsRoute : RealtimeRoute
{
    public const string CallIdHeader = "X-Realtime-Call-Id";

    private readonly RealtimeCallsOptions _options;
    private readonly AttendedCalls _attended;
    private readonly Lazy<CallOwners> _owners;
    private readonly Lazy<RealtimeCalls> _calls;

    public CallsRoute(string name, RealtimeCallsOptions options, IServiceProvider services)
        : base(name, options, services)
    {
        _options = options;
        _attended = services.GetRequiredService<AttendedCalls>();
        _owners = new Lazy<CallOwners>(() => CreateOwners(options, services));
        _calls = new Lazy<RealtimeCalls>(OfClient<RealtimeCalls>);
    }

    private CallOwners Owners => _owners.Value;

    private RealtimeCalls Calls => _calls.Value;

    public override void Check()
    {
        _ = Owners;
        OpenAIRealtimeWebRtcOptions client = Client;
        if (string.IsNullOrEmpty(client.ApiKey) && client.ApiKeyProvider is null)
            throw new InvalidOperationException($"{Name} opens calls with the API key itself: set ApiKey or ApiKeyProvider.");
        if (client.Dialect != RealtimeDialect.Ga)
            throw new InvalidOperationException($"{Name} needs Dialect Ga: the beta has no unified interface. MapRealtimeEphemeralKey serves the beta, too.");
        if (client.NegotiatedChannelId is not null)
            throw new InvalidOperationException($"{Name}: pages open the channel in-band, so NegotiatedChannelId must not be set; register a client under another name for the calls of the host itself.");
    }

    protected override async Task ServeAsync(HttpContext context)
    {
        CancellationToken aborted = context.RequestAborted;
        string offer = await OfferReader.ReadAsync(context.Request, Options.MaxBodySize, aborted).ConfigureAwait(false);
        string? userId = UserIdOf(context);
        RealtimeUserSession user = await ChooseSessionAsync(context).ConfigureAwait(false);
        AttendedCalls.Place? place = _options.OnCall is null ? null : _attended.Reserve(this, _options.MaxAttendedCalls);
        try
        {
            string? callId = await OpenAsync(context, offer, user, userId).ConfigureAwait(false);
            if (place is null || callId is null)
                return;
            _ = _attended.AttendAsync(place, callId, Calls, _options.OnCall!, user, userId);
            place = null;       // it is the call's
        }
        finally
        {
            place?.Dispose();
        }
    }

    /// <summary>Opens the call and answers the page.</summary>
    /// <returns>The call's id, where the service says it.</returns>
    private async Task<string?> OpenAsync(HttpContext context, string offer, RealtimeUserSession user, string? userId)
    {
        CancellationToken aborted = context.RequestAborted;
        (string answer, string? callId) = await Calls.CreateAsync(offer, user.Session, user.SafetyIdentifier, aborted).ConfigureAwait(false);
        if (callId is null && _options.OnCall is not null)
            throw new HttpProblem(StatusCodes.Status502BadGateway, "call_without_id", "The service opened the call without saying its id, so this host cannot take part in it.");
        try
        {
            aborted.ThrowIfCancellationRequested();
            if (callId is not null)
                await Owners.AddAsync(callId, userId, aborted).ConfigureAwait(false);
            Logger.CallOpened(callId);
            await WriteAnswerAsync(context, answer, callId).ConfigureAwait(false);
            return callId;
        }
        catch when (callId is not null)
        {
            // The page went away before its answer was written, so it never gets one: nobody else would end the call.
            await HangUpLeftAsync(callId).ConfigureAwait(false);
            await Owners.RemoveAsync(callId).ConfigureAwait(false);
            throw;
        }
    }

    private async Task HangUpLeftAsync(string callId)
    {
        try
        {
            await Calls.HangUpAsync(callId, CancellationToken.None).ConfigureAwait(false);
            Logger.CallHungUp(callId);
        }
#pragma warning disable CA1031 // The request has failed already, and its own failure is the one that counts.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Logger.CallLeftOpen(callId, Redaction.Hide(e.Message));
        }
    }

    public Task HandleHangUpAsync(HttpContext context) => GuardAsync(context, HangUpAsync);

    private async Task HangUpAsync(HttpContext context)
    {
        string callId = context.Request.RouteValues["callId"] as string ?? "";
        if (!await Owners.IsOwnerAsync(callId, UserIdOf(context)).ConfigureAwait(false))
            throw new HttpProblem(StatusCodes.Status404NotFound, "call_not_found", "There is no such call of this user.");
        try
        {
            // Goes on without the page, which may have closed its tab by now.
            await Calls.HangUpAsync(callId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RealtimeCallException e)
        {
            // The call is still this user's, to try again.
            throw new HttpProblem(StatusCodes.Status502BadGateway, "hang_up_failed", "The service did not end the call.", "Try again; the host's log says more.", e);
        }
        await Owners.RemoveAsync(callId).ConfigureAwait(false);
        Logger.CallHungUp(callId);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private CallOwners CreateOwners(RealtimeCallsOptions options, IServiceProvider services)
    {
        IDistributedCache? cache = options.ShareOwners ? options.OwnerCache ?? services.GetService<IDistributedCache>() : null;
        Logger.OwnersKept(Name, cache is null ? "this host alone" : cache.GetType().Name);
        return new CallOwners(
            cache is null ? null : new SharedCallOwners(cache, $"{Name}\n{options.ClientName}", options.OwnerCacheTimeout, TimeProvider), Logger);
    }

    /// <summary>
    /// The answer, byte for byte. It throws when the page is gone before; once it has returned, the call is the page's, which may close its request, or itself, as it likes.
    /// </summary>
    internal static async Task WriteAnswerAsync(HttpContext context, string answer, string? callId, int status = StatusCodes.Status201Created)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/sdp";
        if (callId is not null)
        {
            response.Headers.Location = context.Request.PathBase.Add(context.Request.Path).ToUriComponent().TrimEnd('/') + "/" + Uri.EscapeDataString(callId);
            response.Headers[CallIdHeader] = callId;
        }
        byte[] body = Encoding.UTF8.GetBytes(answer);
        response.ContentLength = body.Length;
        context.RequestAborted.ThrowIfCancellationRequested();      // a write to nobody need not fail
        await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
