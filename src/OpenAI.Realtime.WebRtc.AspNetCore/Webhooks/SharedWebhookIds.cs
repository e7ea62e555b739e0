using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

/// <summary>The ids of webhooks in a cache that the hosts share; a key is a digest of route and id.</summary>
/// <param name="cache">The cache.</param>
/// <param name="scope">What the hosts call the route.</param>
/// <param name="lifetime">How long an id is kept.</param>
/// <param name="limit">How long the cache may take.</param>
internal sealed class SharedWebhookIds(IDistributedCache cache, string scope, TimeSpan lifetime, CacheLimit limit)
{
    public const string KeyPrefix = "OpenAI.Realtime.WebRtc:webhook:";

    private const byte InProgress = 0;
    private const byte Done = 1;

    /// <summary>How long a webhook counts as being handled: a host that is gone meanwhile must not keep it from the others when the service sends it again.</summary>
    private static readonly TimeSpan HandlingLimit = TimeSpan.FromMinutes(1);

    public Task<WebhookClaim> ClaimAsync(string id) => limit.WithinAsync(async token =>
    {
        string key = KeyOf(id);
        if (await cache.GetAsync(key, token).ConfigureAwait(false) is { } known)
            return known is [Done] ? WebhookClaim.Done : WebhookClaim.InProgress;
        await SetAsync(key, InProgress, HandlingLimit < lifetime ? HandlingLimit : lifetime, token).ConfigureAwait(false);
        return WebhookClaim.New;
    }, CancellationToken.None);

    public Task DoneAsync(string id) => limit.WithinAsync(async token =>
    {
        await SetAsync(KeyOf(id), Done, lifetime, token).ConfigureAwait(false);
        return true;
    }, CancellationToken.None);

    public Task ForgetAsync(string id) => limit.WithinAsync(async token =>
    {
        await cache.RemoveAsync(KeyOf(id), token).ConfigureAwait(false);
        return true;
    }, CancellationToken.None);

    private Task SetAsync(string key, byte state, TimeSpan time, CancellationToken cancellationToken) =>
        cache.SetAsync(key, [state], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = time }, cancellationToken);

    private string KeyOf(string id) => KeyPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope + '\n' + id)));
}
