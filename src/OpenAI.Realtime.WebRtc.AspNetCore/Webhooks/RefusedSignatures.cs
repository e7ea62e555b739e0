using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

/// <summary>
/// Tells of webhooks that are signed by no secret of the host's: the first at once, those after it at most once a minute, with their number. A host whose secret is out of date is found that way, and one to whom
/// strangers post does not fill its log. Each one is logged at Debug besides (5001). Thread-safe.
/// </summary>
/// <param name="route">The route's name.</param>
/// <param name="secrets">How many secrets are set.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where it is said.</param>
internal sealed class RefusedSignatures(string route, int secrets, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan s_distance = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _said;
    private long _unsaid;

    /// <summary>One more has been refused.</summary>
    public void Add()
    {
        long count;
        lock (_gate)
        {
            _unsaid++;
            if (_said is { } said && timeProvider.GetElapsedTime(said) < s_distance)
                return;
            _said = timeProvider.GetTimestamp();
            (count, _unsaid) = (_unsaid, 0);
        }

        logger.SignatureRefused(route, count, secrets);
    }
}
