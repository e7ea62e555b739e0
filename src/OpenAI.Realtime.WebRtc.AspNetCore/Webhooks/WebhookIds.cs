using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

/// <summary>What is known of a webhook's id.</summary>
internal enum WebhookClaim
{
    /// <summary>It is new, and now whoever asked is to handle it.</summary>
    New,

    /// <summary>It is being handled.</summary>
    InProgress,

    /// <summary>It has been handled.</summary>
    Done,

    /// <summary>So many are known that no more can be.</summary>
    Full,
}

/// <summary>
/// The ids of the webhooks that have come, so that none is handled twice: as this host remembers them, and as the hosts tell each other by a cache that they share. Only webhooks whose signature is right get
/// here, and an id is forgotten when its webhook's time would be refused anyway. Thread-safe.
/// </summary>
/// <param name="lifetime">How long an id is remembered.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="shared">The cache; null for none.</param>
/// <param name="logger">Told when the cache fails.</param>
internal sealed class WebhookIds(TimeSpan lifetime, TimeProvider timeProvider, SharedWebhookIds? shared, ILogger logger)
{
    /// <summary>Some 5 MB. A service that sends more within ten minutes is told to wait; to forget one would let it be replayed.</summary>
    public const int MaxIds = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Entry> _entries = [];
    private readonly Queue<(UInt128 Key, long Until)> _order = new();

    /// <summary>Asks for a webhook, to handle it.</summary>
    public async Task<WebhookClaim> ClaimAsync(string id)
    {
        UInt128 key = KeyOf(id);
        WebhookClaim claim = Claim(key);
        if (claim != WebhookClaim.New || shared is null)
            return claim;
        claim = await AskAsync(id).ConfigureAwait(false);
        if (claim == WebhookClaim.Done)
            Set(key, isDone: true);
        else if (claim == WebhookClaim.InProgress)
            Remove(key);
        return claim;
    }

    /// <summary>It has been handled.</summary>
    public Task DoneAsync(string id)
    {
        Set(KeyOf(id), isDone: true);
        return TellAsync(static (cache, id) => cache.DoneAsync(id), id);
    }

    /// <summary>It could not be handled: it may come again.</summary>
    public Task ForgetAsync(string id)
    {
        Remove(KeyOf(id));
        return TellAsync(static (cache, id) => cache.ForgetAsync(id), id);
    }

    private async Task<WebhookClaim> AskAsync(string id)
    {
        try
        {
            return await shared!.ClaimAsync(id).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a cache of somebody else's throws, a call that comes in must not be lost by it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.WebhookIdsNotShared(ReasonOf(e));
            return WebhookClaim.New;
        }
    }

    private async Task TellAsync(Func<SharedWebhookIds, string, Task> tell, string id)
    {
        if (shared is null)
            return;
        try
        {
            await tell(shared, id).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.WebhookIdsNotShared(ReasonOf(e));
        }
    }

    private WebhookClaim Claim(UInt128 key)
    {
        lock (_gate)
        {
            long now = timeProvider.GetTimestamp();
            while (_order.TryPeek(out (UInt128 Key, long Until) oldest) && oldest.Until <= now)
            {
                _order.Dequeue();
                if (_entries.TryGetValue(oldest.Key, out Entry entry) && entry.Until == oldest.Until)
                    _entries.Remove(oldest.Key);
            }

            if (_entries.TryGetValue(key, out Entry known))
                return known.IsDone ? WebhookClaim.Done : WebhookClaim.InProgress;
            if (_order.Count >= MaxIds)
                return WebhookClaim.Full;
            long until = now + (long)(lifetime.TotalSeconds * timeProvider.TimestampFrequency);
            _entries.Add(key, new Entry(until, IsDone: false));
            _order.Enqueue((key, until));
            return WebhookClaim.New;
        }
    }

    private void Set(UInt128 key, bool isDone)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out Entry entry))
                _entries[key] = entry with { IsDone = isDone };
        }
    }

    private void Remove(UInt128 key)
    {
        lock (_gate)
            _entries.Remove(key);
    }

    private static UInt128 KeyOf(string id) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string ReasonOf(Exception e) => $"{e.GetType().Name}: {Redaction.Hide(e.Message)}";

    private readonly record struct Entry(long Until, bool IsDone);
}
