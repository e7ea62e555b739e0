using Microsoft.Extensions.Caching.Distributed;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>How <c>MapRealtimeWebhooks</c> is to be. Read when the route is mapped.</summary>
public sealed class RealtimeWebhookOptions
{
    private const int MaxSecrets = 8;

    /// <summary>
    /// The secrets that webhooks are signed with, as the platform shows them (<c>whsec_…</c>); one is enough, and while one is exchanged for another both stand here. At least one, at most 8. Default:
    /// empty. An API key is refused; a text without <c>whsec_</c> is taken byte by byte, and a warning says so (5035).
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>The name under which the client was registered with <c>AddOpenAIRealtimeWebRtc</c>: with its API key calls are answered. Default: null, the one without a name.</summary>
    public string? ClientName { get; set; }

    /// <summary>
    /// Somebody calls the project's SIP address (<c>realtime.call.incoming</c>): answer, turn down or hand on by what it is given. The service waits for the host's answer to the webhook while this runs, and sends
    /// the webhook again when it throws; so it only decides, and starts the conversation as work of its own. Its token ends with the host, and not with the request. Default: null, as
    /// <see cref="OnOther"/>.
    /// </summary>
    public Func<RealtimeIncomingCall, CancellationToken, ValueTask>? OnIncomingCall { get; set; }

    /// <summary>Webhooks of every other kind. Default: null, they are logged (5032) and answered with 200, so that the service does not send them again.</summary>
    public Func<RealtimeWebhook, CancellationToken, ValueTask>? OnOther { get; set; }

    /// <summary>How far a webhook's time may be from this host's, before or after. From 10 s to 1 hour. Default: 5 minutes, as the standard says.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The largest body in bytes; a larger one is refused with 413. Default: 256 KiB.</summary>
    public int MaxBodySize { get; set; } = 256 * 1024;

    /// <summary>Whether the ids of webhooks that have come are kept in a distributed cache, too, where there is one, so that a replay is known at another host. Default: true.</summary>
    public bool ShareIds { get; set; } = true;

    /// <summary>
    /// The cache that the hosts share. Default: null, the <see cref="IDistributedCache"/> of the application's services, if it has registered one. A key is a digest of the id. Such a cache
    /// knows no "only if it is not there": two hosts that get the same webhook within the same moment may both take it.
    /// </summary>
    public IDistributedCache? IdCache { get; set; }

    /// <summary>How long the cache may take each time, at most 30 s. Default: 2 s. When it fails or takes longer, that is logged (5033), and the webhook is taken on this host's word alone.</summary>
    public TimeSpan IdCacheTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    internal void Validate()
    {
        if (Secrets.Count is 0 or > MaxSecrets)
            throw new ArgumentException($"Secrets must hold the webhook's secret (whsec_…), or up to {MaxSecrets} while one is exchanged for another; it holds {Secrets.Count}.");
        if (Secrets.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("The webhook's secret (whsec_…) is not configured: Secrets holds an empty text, probably the value of a setting that is missing.");
        if (OnIncomingCall is null && OnOther is null)
            throw new ArgumentException("OnIncomingCall and OnOther are both null, so that no webhook would do anything: set one.");
        if (Tolerance < TimeSpan.FromSeconds(10) || Tolerance > TimeSpan.FromHours(1))
            throw new ArgumentException("Tolerance must lie between 10 seconds and 1 hour.");
        if (MaxBodySize is < 1024 or > 16 * 1024 * 1024)
            throw new ArgumentException("MaxBodySize must lie between 1,024 bytes and 16 MiB.");
        if (IdCacheTimeout <= TimeSpan.Zero || IdCacheTimeout > TimeSpan.FromSeconds(30))
            throw new ArgumentException("IdCacheTimeout must be longer than 0 and at most 30 seconds.");
    }
}
