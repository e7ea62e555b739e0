using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Who opened which call, in a cache that the hosts share. Neither ids of calls nor ids of users stand there: a key is a digest of route and call, a value one of call and user, so that
/// whoever reads the cache learns no name and can hang nothing up.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="scope">What the hosts call the route: the same call id at two routes is two calls.</param>
/// <param name="timeout">How long the cache may take each time.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class SharedCallOwners(IDistributedCache cache, string scope, TimeSpan timeout, TimeProvider timeProvider)
{
    public const string KeyPrefix = "OpenAI.Realtime.WebRtc:call-owner:";

    /// <summary>How long an owner is kept: twice as long as the service lets a session last.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private readonly CacheLimit _limit = new(timeout, timeProvider);

    public Task AddAsync(string callId, string? userId, CancellationToken cancellationToken) => _limit.WithinAsync(async limit =>
    {
        var expiry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = Lifetime };
        await cache.SetAsync(KeyOf(callId), OwnerOf(callId, userId), expiry, limit).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    public Task<bool> IsOwnerAsync(string callId, string? userId) => _limit.WithinAsync(async limit =>
        await cache.GetAsync(KeyOf(callId), limit).ConfigureAwait(false) is { } owner && CryptographicOperations.FixedTimeEquals(owner, OwnerOf(callId, userId)), CancellationToken.None);

    public Task RemoveAsync(string callId) => _limit.WithinAsync(async limit =>
    {
        await cache.RemoveAsync(KeyOf(callId), limit).ConfigureAwait(false);
        return true;
    }, CancellationToken.None);

    private string KeyOf(string callId) => KeyPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope + '\n' + callId)));

    private static byte[] OwnerOf(string callId, string? userId) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(callId + (userId is null ? "\nnobody" : "\nuser " + userId)));
}
