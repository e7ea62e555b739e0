using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>One check that has been sent (RFC 8445 §7.2.2).</summary>
/// <param name="Id">Its transaction.</param>
/// <param name="SentAt">When.</param>
/// <param name="AsControlling">Which role it claimed.</param>
/// <param name="UseCandidate">Whether it nominated.</param>
internal readonly record struct CheckTransaction(StunTransactionId Id, Instant SentAt, bool AsControlling, bool UseCandidate);

/// <summary>
/// The checks of one pair whose answers may still come. Each repetition is a transaction of its own, so that every answer tells the round trip and what it answers.
/// </summary>
internal sealed class CheckTransactions
{
    /// <summary>An answer that comes later than this is none: it must not renew a consent that was asked for long ago.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly CheckTransaction[] _ring = new CheckTransaction[IceLimits.CheckTransactions];
    private int _next;

    /// <summary>Remembers a check; the oldest is forgotten.</summary>
    public void Add(in CheckTransaction check)
    {
        _ring[_next] = check;
        _next = (_next + 1) % _ring.Length;
    }

    /// <summary>The check that an answer belongs to; null when there is none.</summary>
    public CheckTransaction? Find(StunTransactionId id, Instant now)
    {
        foreach (ref readonly CheckTransaction check in _ring.AsSpan())
        {
            if (check.Id == id && check.Id != default && now - check.SentAt <= Lifetime)
                return check;
        }

        return null;
    }

    /// <summary>Whether one of those that are remembered had this transaction, however long ago.</summary>
    public bool Knows(StunTransactionId id)
    {
        foreach (ref readonly CheckTransaction check in _ring.AsSpan())
        {
            if (check.Id == id && id != default)
                return true;
        }

        return false;
    }

    /// <summary>It has been answered: a second answer is a replayed one.</summary>
    public void Forget(StunTransactionId id)
    {
        foreach (ref CheckTransaction check in _ring.AsSpan())
        {
            if (check.Id == id)
                check = default;
        }
    }
}
