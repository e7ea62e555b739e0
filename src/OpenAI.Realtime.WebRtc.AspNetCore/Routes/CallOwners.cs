using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Who opened which call: as this host remembers it, and as the hosts tell each other by a cache that they share. What this host knows itself it does not ask, so that a cache which is
/// down takes the hang-up only from calls of the other hosts. Thread-safe.
/// </summary>
internal sealed class CallOwners(SharedCallOwners? shared, ILogger logger)
{
    private readonly LocalCallOwners _local = new();

    /// <summary>Remembers who opened a call. A cache that fails costs the hang-up at the other hosts, never the call.</summary>
    /// <exception cref="OperationCanceledException">The page has gone.</exception>
    public async Task AddAsync(string callId, string? userId, CancellationToken cancellationToken)
    {
        _local.Add(callId, userId);
        if (shared is null)
            return;
        try
        {
            await shared.AddAsync(callId, userId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.CallOwnerNotShared(callId, ReasonOf(e));
        }
    }

    /// <summary>False for a call that no host has opened, and for one of somebody else's.</summary>
    /// <exception cref="HttpProblem">503: this host did not open the call, and the cache did not say who did.</exception>
    public async Task<bool> IsOwnerAsync(string callId, string? userId)
    {
        if (_local.IsOwner(callId, userId) is { } isOwner)
            return isOwner;
        if (shared is null)
            return false;
        try
        {
            return await shared.IsOwnerAsync(callId, userId).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a cache of somebody else's throws, nobody may hang up on the strength of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.CallOwnerUnknown(ReasonOf(e));
            throw new HttpProblem(StatusCodes.Status503ServiceUnavailable, "call_owner_unknown", "This host cannot say at the moment whose call this is.", "Try again a little later.")
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            };
        }
    }

    /// <summary>Forgets a call that has ended. Never fails: what a cache keeps goes by itself.</summary>
    public async Task RemoveAsync(string callId)
    {
        _local.Remove(callId);
        if (shared is null)
            return;
        try
        {
            await shared.RemoveAsync(callId).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The call has ended, and a second hang-up does no harm.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.CallOwnerKept(callId, ReasonOf(e));
        }
    }

    private static string ReasonOf(Exception e) => $"{e.GetType().Name}: {Redaction.Hide(e.Message)}";
}
