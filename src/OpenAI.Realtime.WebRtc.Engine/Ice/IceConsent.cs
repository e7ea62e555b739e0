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
///    at once when the peer's audio has stopped for a second
/// 3  an answer renews consent                                   3  each renews the watch
/// 4  no answer: a second check, repeated at the pace of the
///    round trip; after half of it the pair is in doubt, after
///    the whole it is silent; from then on a check a second
/// 5  no answer for 5 s: Disconnected                            5  none for half the consent timeout, at least 7 s: Disconnected
/// 6  an answer, or the peer's data: Recovered                   6  the next sign of life: Recovered
/// 7  no answer for the consent timeout: expired                 7  none for the consent timeout: expired
/// 8  the machine slept, so that nobody was asked: Disconnected at once, the peer is asked, and has some seconds to answer
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
    /// How often a pair is checked in vain before it counts as silent: the consent check, and the connectivity check that follows it, with the seven transmissions of RFC 8489 §6.2.1 (Rc). On a line
    /// that loses a fifth each way, chance does that once in 3,500 times; a dead pair is known after a second (<see cref="ShortestRepeat"/>), or after eight waits for an answer where the round trip is long.
    /// </summary>
    public const int ChecksUntilSilent = 8;

    /// <summary>After so many checks in vain the pair is in doubt: others are asked, so that it is known by the time of the verdict which of them answers.</summary>
    public const int ChecksUntilDoubt = ChecksUntilSilent / 2;

    /// <summary>The shortest time between two of these checks: a peer that stops for less than a second is not silent.</summary>
    public static readonly TimeSpan ShortestRepeat = AnswerPatience / ChecksUntilSilent;

    /// <summary>A silent pair is looked for at the pace of ICE's connectivity checks (RFC 8445 §14), not at that of RFC 7675: a path that is back is seen at once, and loss alone ends hardly any call.</summary>
    public static readonly TimeSpan SearchInterval = TimeSpan.FromSeconds(1);

    /// <summary>Audio that stops for so long is a reason to ask at once, without waiting for the next check: not even DTX pauses so long (RFC 6716 §2.1.9: 400 ms).</summary>
    public static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(1);

    /// <summary>Data is audio that flows when so many packets have come, …</summary>
    private const int FlowPackets = 10;

    /// <summary>… each within so long of the one before: reports, messages and heartbeats are none.</summary>
    private static readonly TimeSpan s_flowGap = TimeSpan.FromMilliseconds(200);

    /// <summary>Whoever is called so late has slept: the machine, the process, or a debugger held it.</summary>
    public static readonly TimeSpan AsleepAfter = TimeSpan.FromSeconds(5);

    /// <summary>How long after waking the peer has to answer.</summary>
    public static readonly TimeSpan WakePatience = TimeSpan.FromSeconds(5);

    private readonly (StunTransactionId Id, Instant SentAt)[] _awaited = new (StunTransactionId, Instant)[IceLimits.ConsentTransactions];
    private int _awaitedCount;
    private int _unanswered; // checks in vain since the last answer
    private Instant _silentAt = Instant.Never; // when the last of them has waited long enough
    private Instant _nextCheckAt = Instant.Never;
    private Instant _nextRoundAt = Instant.Never;
    private Instant _disconnectAt = Instant.Never;
    private Instant _expireAt = Instant.Never;
    private Instant _lastActivityAt;
    private int _flow; // packets that came one soon after the other
    private Instant _quietAt = Instant.Never; // when it is looked whether a flow has stopped

    public bool IsRunning { get; private set; }

    public bool IsDisconnected { get; private set; }

    /// <summary>How long we slept, when the peer has not been heard since; null else.</summary>
    public TimeSpan? Slept { get; private set; }

    /// <summary>Consent ran out while we slept: until the peer answers nothing but checks may be sent (RFC 7675 §5.1).</summary>
    public bool HasLapsed { get; private set; }

    /// <summary>When the first of the checks was sent that have been in vain; null when the last one was answered or none has been sent.</summary>
    public Instant? UnansweredSince { get; private set; }

    /// <summary>4: several checks have been in vain.</summary>
    public bool IsInDoubt => _unanswered >= ChecksUntilDoubt;

    /// <summary>4: <see cref="ChecksUntilSilent"/> checks have been in vain, and the last one has waited as long as the others.</summary>
    public bool IsSilent(Instant now) => _silentAt <= now;

    public Wake NextTimeout
    {
        get
        {
            Instant end = Instant.Min(_disconnectAt, _expireAt);
            Instant check = Instant.Min(_nextCheckAt, _quietAt);
            return check < end ? new(check, WakeReason.IceConsent)
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
        _quietAt = Instant.Never;
        _nextRoundAt = _nextCheckAt = options.Lite ? Instant.Never : now + NextInterval();
        return Renew(now);
    }

    public void Stop()
    {
        IsRunning = false;
        _nextCheckAt = _quietAt = _disconnectAt = _expireAt = _silentAt = Instant.Never;
    }

    /// <summary>2 and 4: a check has been sent.</summary>
    /// <param name="id">Its transaction.</param>
    /// <param name="answerWithin">How long its answer takes at most, as far as the round trip is known.</param>
    /// <param name="now">The time.</param>
    public void HandleCheckSent(StunTransactionId id, TimeSpan answerWithin, Instant now)
    {
        if (_awaitedCount == _awaited.Length)
        {
            Array.Copy(_awaited, 1, _awaited, 0, _awaited.Length - 1);
            _awaitedCount--;
        }

        _awaited[_awaitedCount++] = (id, now);
        UnansweredSince ??= now;
        if (_unanswered++ == 0)
            _nextRoundAt = now + NextInterval();
        TimeSpan wait = answerWithin > ShortestRepeat ? answerWithin : ShortestRepeat;
        _nextCheckAt = now + (_unanswered <= ChecksUntilSilent ? wait : SearchInterval);
        if (_unanswered == ChecksUntilSilent)
            _silentAt = _nextCheckAt;
        if (_unanswered >= 2 && !IsDisconnected && _disconnectAt == Instant.Never)
        {
            Instant first = UnansweredSince.Value + options.DisconnectedAfter;
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

    /// <summary>6: authenticated data came. Returns whether that ends a disconnection. No consent of a full agent (RFC 7675 §5.1).</summary>
    public bool HandleActivity(Instant now)
    {
        if (!IsRunning)
            return false;
        if (options.Lite)
            return Renew(now);
        _flow = now - _lastActivityAt < s_flowGap ? Math.Min(_flow + 1, FlowPackets) : 1;
        _lastActivityAt = now;
        if (_flow == FlowPackets && _quietAt == Instant.Never)
            _quietAt = now + QuietAfter;
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

        if (_quietAt <= now)
        {
            Instant quiet = _lastActivityAt + QuietAfter;
            _quietAt = quiet > now ? quiet : Instant.Never;
            if (_quietAt == Instant.Never && _unanswered == 0)
                _nextCheckAt = now;
        }

        if (_nextCheckAt <= now)
        {
            _nextCheckAt = now + SearchInterval; // HandleCheckSent says better
            return IceConsentAction.SendCheck;
        }

        return IceConsentAction.None;
    }

    private IceConsentAction WakeUp(TimeSpan slept, Instant now)
    {
        Slept = slept;
        HasLapsed = now >= _expireAt;
        _awaitedCount = _unanswered = 0;
        UnansweredSince = null;
        _silentAt = _quietAt = Instant.Never;
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
        if (_unanswered > 0)
            _nextCheckAt = _nextRoundAt > now ? _nextRoundAt : now + NextInterval();
        _unanswered = 0;
        UnansweredSince = null;
        _silentAt = Instant.Never;
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
