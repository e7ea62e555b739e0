using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>
/// An ICE agent, full or lite, for one data stream with one component (RFC 8445), with consent (RFC 7675). Pure: told the time, asked for output.
/// <code>
/// 1  Candidates   AddLocalAddress, SetRemote, AddRemoteCandidate; requests that come meanwhile are answered and remembered
/// 2  Start        the candidates are paired; what was remembered is handled; the first check leaves (a lite agent waits)
/// 3  Checks       one each Ta: triggered first, then by priority, then repetitions at the pace of the round trip — until the caller gives up
/// 4  Requests     of the peer's are answered; each teaches a candidate, triggers a check, may nominate
/// 5  Responses    make pairs valid
/// 6  Nomination   the controlling agent nominates a valid pair; the controlled one follows: the selected path is known; it is checked on until the peer's data comes
/// 7  Consent      is renewed every 4 to 6 s, or expires
/// 8  Moves        other pairs are kept warm; the peer's data comes by another path, or the selected one is silent and another is not: that one is selected
/// 9  Streams      where no UDP pair has answered in time, those of TCP are opened and checked like others
/// </code>
/// The parts of this class are files of the same names.
/// </summary>
internal sealed partial class IceAgent
{
    /// <summary>What <see cref="TryTakeDatagram"/> needs room for, in bytes: a request with the longest credentials allowed.</summary>
    public const int MaxDatagramLength = 600;

    private readonly IceOptions _options;
    private readonly RandomSource _random;
    private readonly byte[] _localKey;
    private readonly byte[] _localUsernamePrefix;
    private readonly IceCheckList _checkList = new();
    private readonly IceOutgoingQueue _outgoing = new();
    private readonly Queue<IceEvent> _events = new();
    private readonly IceConsent _consent;
    private readonly IceWarmth _warmth;
    private ulong _tieBreaker;
    private bool _isStarted;
    private bool _isOver;
    private bool _isUsable;
    private bool _peerHasSpoken;

    private byte[]? _remoteKey;
    private byte[] _incomingUsername = [];
    private byte[] _outgoingUsername = [];
    private bool _remoteIsLite;

    /// <param name="options">How it behaves.</param>
    /// <param name="random">Where its credentials and transactions come from.</param>
    /// <param name="counters">Where it counts: those of the agent whose place it is to take, or its own.</param>
    public IceAgent(IceOptions options, RandomSource random, IceCounters? counters = null)
    {
        Counters = counters ?? new();
        _options = options;
        _random = random;
        _consent = new(options, random);
        _warmth = new(random);
        _tieBreaker = random.NextUInt64();
        IsControlling = options.IsControlling && !options.Lite;
        LocalCredentials = IceCredentials.New(random);
        _localKey = Encoding.UTF8.GetBytes(LocalCredentials.Password);
        _localUsernamePrefix = Encoding.UTF8.GetBytes(LocalCredentials.UsernameFragment + ":");
    }

    /// <summary>Ours, for the SDP.</summary>
    public IceCredentials LocalCredentials { get; }

    /// <summary>Whether this agent nominates; a role conflict can turn it.</summary>
    public bool IsControlling { get; private set; }

    public IceCounters Counters { get; }

    /// <summary>Round trip of the last check that was answered, of the selected pair as soon as there is one; null before.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    public Wake NextTimeout
    {
        get
        {
            if (_outgoing.Count > 0)
                return new(Instant.Zero, WakeReason.OutputPending);
            Instant checkAt = Instant.Min(_nextCheckAt, _nominateAt);
            Wake consent = _consent.NextTimeout;
            return checkAt < consent.At ? new(checkAt, WakeReason.IceCheck) : consent;
        }
    }

    /// <summary>The peer's credentials, and whether it is lite. Before <see cref="Start"/>.</summary>
    /// <returns>False when one of them is empty or longer than <see cref="IceCredentials.MaxLength"/>; nothing is set then.</returns>
    public bool SetRemote(IceCredentials credentials, bool isLite)
    {
        if (credentials.UsernameFragment.Length is 0 or > IceCredentials.MaxLength
            || credentials.Password.Length is 0 or > IceCredentials.MaxLength)
            return false;

        // RFC 8445 §7.2.2: USERNAME is the fragment of who receives, a colon, the fragment of who sends.
        _remoteKey = Encoding.UTF8.GetBytes(credentials.Password);
        _incomingUsername = Encoding.UTF8.GetBytes($"{LocalCredentials.UsernameFragment}:{credentials.UsernameFragment}");
        _outgoingUsername = Encoding.UTF8.GetBytes($"{credentials.UsernameFragment}:{LocalCredentials.UsernameFragment}");
        _remoteIsLite = isLite;

        // RFC 8445 §6.1.1: with a lite peer the full agent controls.
        if (isLite && !_options.Lite)
            IsControlling = true;
        return true;
    }

    /// <summary>
    /// This agent's side makes the offer, so it controls, unless it is lite (RFC 8445 §6.1.1). Before the first request comes: two agents that both believe
    /// to be controlled lose a round trip to a 487.
    /// </summary>
    public void TakeControl() => IsControlling = !_options.Lite;

    /// <summary>Starts checking (full), or following the peer (lite). After <see cref="SetRemote"/>; candidates may still be added later.</summary>
    public void Start(Instant now)
    {
        if (_isStarted || _remoteKey is null)
            return;
        _isStarted = true;
        PairCandidates();
        HandleEarlyChecks(now);
        RunChecks(now);
    }

    /// <summary>Takes one STUN datagram (RFC 7983: its first byte is 0 to 3).</summary>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, in TransportPath path, Instant now)
    {
        if (!StunMessage.TryParse(datagram, out StunMessage message, out StunParseError error))
        {
            if (error == StunParseError.Fingerprint)
                Counters.DroppedFingerprint++;
            else
                Counters.DroppedMalformed++;
            return;
        }

        if (message.Type.Method != StunMethod.Binding)
        {
            Counters.DroppedMalformed++;
            return;
        }

        switch (message.Type.Class)
        {
            case StunClass.Request:
                HandleRequest(message, path, now);
                break;
            case StunClass.SuccessResponse:
                HandleResponse(message, path, now);
                break;
            case StunClass.ErrorResponse:
                HandleErrorResponse(message, path, now);
                break;
            default:
                // RFC 8445 §11: an indication keeps a NAT binding open and needs no answer.
                Counters.IndicationsReceived++;
                break;
        }

        if (_selected is null)
            ConsiderNomination(now);
        RunChecks(now);
    }

    /// <summary>
    /// Says that data of the peer's, authenticated by DTLS or SRTP, came by this path: it puts Disconnected off, and keeps the peer of a
    /// lite agent alive. For a full agent it is no consent (RFC 7675 §5.1).
    /// </summary>
    public void HandleActivity(in TransportPath path, Instant now)
    {
        if (_selected is null)
            return;
        if (_selected.Path != path)
        {
            FollowData(path, now);
            return;
        }

        _selected.LastHeardAt = now;
        if (_consent.HandleActivity(now))
            AddEvent(IceEventKind.Recovered);
    }

    /// <summary>Data of the peer's came by this path, authenticated or not yet: when it is the selected one, the peer has selected it, too.</summary>
    public void HandleData(in TransportPath path)
    {
        if (_peerHasSpoken || _selected is null || _selected.Path != path)
            return;
        _peerHasSpoken = true;
        if (_selected.State == CandidatePairState.Confirming)
            _selected.State = CandidatePairState.Succeeded;
        UpdateCheckTimer();
    }

    public void HandleTimeout(Instant now)
    {
        if (!_isStarted || _isOver)
            return;
        RunConsent(now);
        if (_nominateAt <= now)
            ConsiderNomination(now);
        RunChecks(now);
    }

    /// <summary>Another agent has taken its place (RFC 8445 §9): it checks no more, and still answers the peer.</summary>
    public void Retire()
    {
        _isOver = true;
        _nextCheckAt = _nominateAt = Instant.Never;
        _consent.Stop();
        _warmth.Stop();
    }

    /// <summary>Whether a request that names this fragment is for this agent (RFC 8445 §7.2.2).</summary>
    public bool IsNamed(ReadOnlySpan<byte> usernameFragment) => _localUsernamePrefix.AsSpan(0, _localUsernamePrefix.Length - 1).SequenceEqual(usernameFragment);

    /// <summary>Whether this datagram has the transaction of a request of this agent's.</summary>
    public bool Awaits(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < StunMessage.HeaderLength)
            return false;
        StunTransactionId id = StunTransactionId.Read(datagram[(StunMessage.HeaderLength - StunTransactionId.Length)..]);
        return _consent.IsAwaited(id) || _checkList.Knows(id);
    }

    /// <summary>Takes the next datagram to send.</summary>
    /// <param name="buffer">At least <see cref="MaxDatagramLength"/> bytes; what does not fit is dropped and counted.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <param name="path">From where, and where to.</param>
    public bool TryTakeDatagram(Span<byte> buffer, out int length, out TransportPath path)
    {
        while (_outgoing.TryTake(out IceOutgoingMessage message))
        {
            path = message.Path;
            if (TryWrite(message, buffer, out length))
                return true;
            Counters.DroppedOverLimit++;
        }

        (length, path) = (0, default);
        return false;
    }

    public bool TryTakeEvent(out IceEvent e) => _events.TryDequeue(out e);

    /// <summary>How long this side slept, when the peer has not been heard since; null else.</summary>
    public TimeSpan? Slept => _consent.Slept;

    /// <summary>The last path that was selected, for who asks afterwards; null before there was one.</summary>
    public TransportPath? LastPath { get; private set; }

    /// <summary>Where data goes; false before a pair is selected and after consent has expired.</summary>
    public bool TryGetSelectedPath(out TransportPath path)
    {
        path = _selected?.Path ?? default;
        return _selected is not null;
    }

    /// <summary>Where data may go: the selected path; before there is one, of a full agent, the best valid pair's (RFC 8445 §12.1).</summary>
    public bool TryGetDataPath(out TransportPath path)
    {
        CandidatePair? pair = _consent.HasLapsed ? null : _selected ?? (_isUsable && !_isOver ? _checkList.BestValid() : null);
        path = pair?.Path ?? default;
        return pair is not null;
    }

    /// <summary>
    /// Whether data from this path may be looked at: it is the selected one, or a check passed on it, ours or the peer's.
    /// Also true of a path whose request came before <see cref="Start"/>.
    /// </summary>
    public bool IsValidatedSource(in TransportPath path)
    {
        if (_selected is not null && _selected.Path == path)
            return true;
        CandidatePair? pair = _checkList.Find(path);
        return pair is not null ? pair.IsValid || pair.RequestReceived : FindEarlyCheck(path) >= 0;
    }

    private void AddEvent(IceEventKind kind) => AddEvent(kind, _selected?.Path ?? default);

    private void AddEvent(IceEventKind kind, in TransportPath path)
    {
        if (_events.Count == IceLimits.Events)
            _events.Dequeue();
        _events.Enqueue(new(kind, path));
    }

    private void Send(in IceOutgoingMessage message)
    {
        if (!_outgoing.TryAdd(message))
            Counters.DroppedOverLimit++;
    }
}
