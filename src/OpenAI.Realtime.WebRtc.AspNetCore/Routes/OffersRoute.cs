using Microsoft.AspNetCore.Http;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// An offer of a page, answered by the application's own code: for a service that this package knows nothing of, the Live API among them.
/// <code>
///   page ──POST, application/sdp──► host: origin, size and shape are checked ──► the application's code ──► service
///   page ◄──201, application/sdp, X-Realtime-Call-Id── host
/// </code>
/// </summary>
internal sealed class OffersRoute(
    string name, RealtimeEndpointOptions options, IServiceProvider services, Func<HttpContext, string, CancellationToken, Task<RealtimeOfferAnswer>> answer) : RealtimeRoute(name, options, services)
{
    /// <summary>The route stands on no client of this package's.</summary>
    public override void CheckClient()
    {
    }

    public override void Check()
    {
    }

    protected override async Task ServeAsync(HttpContext context)
    {
        string offer = await OfferReader.ReadAsync(context.Request, Options.MaxBodySize, context.RequestAborted).ConfigureAwait(false);
        RealtimeOfferAnswer given;
        try
        {
            given = await answer(context, offer, context.RequestAborted).ConfigureAwait(false) ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception e) when (e is not (RealtimeConnectException or BadHttpRequestException) && !context.RequestAborted.IsCancellationRequested)
        {
            throw HookProblem("answer", e);
        }
        if (given.CallId is { } id && !id.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            Logger.CallOpened(id);
            context.Response.Headers[CallsRoute.CallIdHeader] = id;
        }
        try
        {
            await CallsRoute.WriteAnswerAsync(context, given.Sdp, callId: null).ConfigureAwait(false);
        }
        catch when (given.OnUndelivered is not null)
        {
            await LeaveAsync(given.OnUndelivered).ConfigureAwait(false);
            throw;
        }
    }

    private async Task LeaveAsync(Func<Task> undelivered)
    {
        try
        {
            await undelivered().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A hook of the application's, for a page that is not there to be told of anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Logger.HookFailed(Name, nameof(RealtimeOfferAnswer.OnUndelivered), e);
        }
    }
}
