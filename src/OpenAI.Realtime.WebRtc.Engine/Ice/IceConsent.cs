using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>What <see cref="IceConsent.HandleTimeout"/> asks for.</summary>
internal enum IceConsentAction
{
    None,
    SendCheck,
    Disconnect,
    Expire,
}

/// <summary>
/// Consent to send on the selected pair (RFC 7675), and whether the peer seems to be there.
/// <code>
/// full agent                                                    lite agent
/// 1  selected: consent begins                                   1  selected: the watch begins
/// 2  every 4 to 6 s a check, a new transaction each time;       2  the peer's requests and data are its signs of life
///    every second while an earlier one is unanswered
/// 3  an answer renews consent                                   3  each renews the watch
/// 4  two checks unanswered, the first for 5 s: Disconnected     4  none for half the consent timeout, at least 7 s: Disconnected
/// 5  an answer, or the peer's data: Recovered                   5  the next sign of life: Recovered
/// 6  no answer for the consent timeout: expired                 6  none for the consent timeout: expired
/// 7  the machine slept, so that nobody was asked: Disconnected at once, the peer is asked, and has some seconds to answer
/// </code>
/// </summary>
internal sealed class IceConsent(IceOptions options, RandomSource random)
{
    /// <summary>RFC 7675 §5.1: the default, and with the spread of 0.8 to 1.2 the least allowed: never under 4 s.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>A check that has waited this long counts as unanswered.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(1);

    /// <summary>What a lite agent waits for a full one at least: its checks may come 6 s apart (RFC 7675 §5.1), and one takes its time on the way.</summary>
    public static readonly TimeSpan LongestSilence = (1.2 * CheckInterval) + AnswerPatience;

    /// <summary>
    /// A peer that has left a check unanswered is looked for at a pace of ICE's connectivity checks (RFC 8445 §14), not at that of RFC 7675: a path that is
    /// back is seen at once, and loss alone ends hardly any call.
    /// </summary>
    public static readonly TimeSpan SearchInterval = TimeSpan.FromSeconds(1);

    /// <summary>Whoever is called so late has slept: the machine, the process, or a debugger held it.</summary>
    public static readonly TimeSpan AsleepAfter = TimeSpan.FromSeconds(5);

    /// <summary>How long after waking the peer has to answer.</summary>
    public static readonly TimeSpan WakePatience = TimeSpan.FromSeconds(5);

    private readonly (StunTransactionId Id, Instant SentAt)[] _awaited = new (StunTransactionId, Instant)[IceLimits.ConsentTransactions];
    private int _awaitedCount;
    private bool _isSearching;
    private Instant _nextCheckAt = Instant.Never;
    private Instant _disconnectAt = Instant.Never;
    private Instant _expireAt = Instant.Never;
    private Instant _lastActivityAt;

    public bool IsRunning { get; private set; }

    public bool IsDisconnected { get; private set; }

    /// <summary>How long we slept, when the peer has not been heard since; null else.</summary>
    public TimeSpan? Slept { get; private set; }

    /// <summary>Consent ran out while we slept: until the peer answers nothing but checks may be sent (RFC 7675 §5.1).</summary>
    public bool HasLapsed { get; private set; }

    /// <summary>Whether two checks have not been answered, the first for longer than <see cref="AnswerPatience"/>: the pair seems dead.</summary>
    public bool HasMissedTwo(Instant now) => _awaitedCount >= 2 && now - _awaited[0].SentAt >= AnswerPatience;

    public Wake NextTimeout
    {
        get
        {
            Instant end = Instant.Min(_disconnectAt, _expireAt);
            return _nextCheckAt < end ? new(_nextCheckAt, WakeReason.IceConsent)
                : end < Instant.Never ? new(end, WakeReason.IceConsentExpiry)
                : Wake.Never;
        }
    }

    /// <summary>1: a pair has been selected, or another one. Returns whether that ends a disconnection.</summary>
    public bool Start(Instant now)
    {
        if (!options.HasConsent)
            return false;
        IsRunning = true;
        _isSearching = false;
        _awaitedCount = 0;
        _nextCheckAt = options.Lite ? Instant.Never : now + NextInterval();
        return Renew(now);
    }

    public void Stop()
    {
        IsRunning = false;
        _nextCheckAt = _disconnectAt = _expireAt = Instant.Never;
    }

    /// <summary>2: a check has been sent.</summary>
    public void HandleCheckSent(StunTransactionId id, Instant now)
    {
        if (_awaitedCount == _awaited.Length)
        {
            // The second-oldest goes: the oldest says since when the peer has been silent.
            Array.Copy(_awaited, 2, _awaited, 1, _awaited.Length - 2);
            _awaitedCount--;
        }

        _awaited[_awaitedCount++] = (id, now);
        if (_awaitedCount >= 2 && !IsDisconnected && _disconnectAt == Instant.Never)
        {
            Instant first = _awaited[0].SentAt + options.DisconnectedAfter;
            Instant second = now + AnswerPatience;
            _disconnectAt = first > second ? first : second;
        }
    }

    /// <summary>3: a valid answer. False when it answers no check that is awaited.</summary>
    public bool TryHandleResponse(StunTransactionId id, Instant now, out TimeSpan roundTrip, out bool recovered)
    {
        (roundTrip, recovered) = (default, false);
        int index = IndexOf(id);
        if (index < 0)
            return false;
        roundTrip = now - _awaited[index].SentAt;

        // Checks before the answered one do not matter any more; checks after it are still awaited.
        _awaitedCount -= index + 1;
        Array.Copy(_awaited, index + 1, _awaited, 0, _awaitedCount);
        recovered = RenewTimers(now);
        return true;
    }

    /// <summary>Whether the answer to this check is awaited.</summary>
    public bool IsAwaited(StunTransactionId id) => IndexOf(id) >= 0;

    /// <summary>3, for what else shows that consent is there: a connectivity check of the selected pair was answered; of a lite agent, a request came.</summary>
    public bool Renew(Instant now)
    {
        if (!IsRunning)
            return false;
        _awaitedCount = 0;
        return RenewTimers(now);
    }

    /// <summary>5: authenticated data came. Returns whether that ends a disconnection. No consent of a full agent (RFC 7675 §5.1).</summary>
    public bool HandleActivity(Instant now)
    {
        if (!IsRunning)
            return false;
        if (options.Lite)
            return Renew(now);
        _lastActivityAt = now;
        bool recovered = IsDisconnected;
        IsDisconnected = false;
        if (recovered)
            _disconnectAt = now + options.DisconnectedAfter;
        return recovered;
    }

    public IceConsentAction HandleTimeout(Instant now)
    {
        if (!IsRunning)
            return IceConsentAction.None;
        TimeSpan late = now - NextTimeout.At;
        if (late >= AsleepAfter)
            return WakeUp(late, now);
        if (_expireAt <= now)
        {
            Stop();
            return IceConsentAction.Expire;
        }

        if (_disconnectAt <= now)
        {
            // Data that came since puts it off.
            Instant active = _lastActivityAt + options.DisconnectedAfter;
            if (!options.Lite && active > now)
            {
                _disconnectAt = active;
                return IceConsentAction.None;
            }

            _disconnectAt = Instant.Never;
            IsDisconnected = true;
            return IceConsentAction.Disconnect;
        }

        if (_nextCheckAt <= now)
        {
            _isSearching = _awaitedCount > 0;
            _nextCheckAt = now + (_isSearching ? SearchInterval : NextInterval());
            return IceConsentAction.SendCheck;
        }

        return IceConsentAction.None;
    }

    private IceConsentAction WakeUp(TimeSpan slept, Instant now)
    {
        Slept = slept;
        HasLapsed = now >= _expireAt;
        _awaitedCount = 0;
        _isSearching = true;
        _nextCheckAt = options.Lite ? Instant.Never : now;
        _disconnectAt = Instant.Never;
        Instant patience = now + WakePatience;
        if (_expireAt < patience)
            _expireAt = patience;
        if (IsDisconnected)
            return IceConsentAction.None;
        IsDisconnected = true;
        return IceConsentAction.Disconnect;
    }

    private bool RenewTimers(Instant now)
    {
        Slept = null;
        HasLapsed = false;
        _expireAt = now + options.ConsentTimeout;
        _disconnectAt = !options.Lite ? Instant.Never
            : now + (options.ConsentTimeout / 2 > LongestSilence ? options.ConsentTimeout / 2 : LongestSilence);
        if (_isSearching)
            _nextCheckAt = now + NextInterval();
        _isSearching = false;
        bool recovered = IsDisconnected;
        IsDisconnected = false;
        return recovered;
    }

    private int IndexOf(StunTransactionId id)
    {
        for (int i = 0; i < _awaitedCount; i++)
        {
            if (_awaited[i].Id == id)
                return i;
        }

        return -1;
    }

    // RFC 7675 §5.1: 0.8 to 1.2 of the interval, drawn anew each time, so that the checks of many do not fall together.
    private TimeSpan NextInterval() => CheckInterval * (0.8 + (0.4 * random.NextUInt16() / ushort.MaxValue));
}
