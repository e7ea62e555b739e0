using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>
/// The ICE sessions of a peer. Mostly there is one. An ICE restart (RFC 8445 §9) is a second one with credentials of its own and the same sockets:
/// <code>
///   Prepare        Next is made: the addresses and the role of Current, a new fragment and password; requests for it are answered and remembered
///   Start          the peer's new credentials are known: Next checks. Current carries the data (§12.1), its consent and its moves go on
///   TryTakeOver    Next has selected a pair and becomes Current. The one before answers the peer and validates its data for a moment more
///   Abandon        Next found nothing, or is not wanted any more: Current goes on as if nothing had been
/// </code>
/// A request says by its USERNAME whose it is, an answer by its transaction.
/// </summary>
internal sealed class IceSessions
{
    /// <summary>How long the session that was left answers: until the peer has selected the new pair, too, even if the nominating check has to be repeated (RFC 8445 §8.3.1 names the time).</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(3);

    private readonly PeerOptions _options;
    private readonly IceCounters _counters = new();
    private readonly Queue<TransportPath> _disconnects = new();
    private IceAgent? _previous;
    private Instant _previousUntil = Instant.Never;

    public IceSessions(PeerOptions options)
    {
        _options = options;
        Current = New(isControlling: false);
    }

    /// <summary>The session whose selected pair carries the data.</summary>
    public IceAgent Current { get; private set; }

    /// <summary>The session of a restart; null when there is none.</summary>
    public IceAgent? Next { get; private set; }

    /// <summary>When <see cref="Next"/> has had its time; never as long as it waits for the peer's description.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Whether the session in use has lost consent: nothing but a restart can save the call.</summary>
    public bool IsCurrentLost { get; private set; }

    /// <summary>The fragments by which a peer may name one of the sessions, the one in use first.</summary>
    public IReadOnlyList<string> UsernameFragments =>
        [.. ((IceAgent?[])[Current, Next, _previous]).OfType<IceAgent>().Select(session => session.LocalCredentials.UsernameFragment)];

    public Wake NextTimeout
    {
        get
        {
            Wake wake = Current.NextTimeout;
            if (Next is not null)
                wake = Wake.Earlier(wake, Wake.Earlier(Next.NextTimeout, new Wake(Deadline, WakeReason.PhaseTimeout)));
            return _previous is null ? wake : Wake.Earlier(wake, Wake.Earlier(_previous.NextTimeout, new Wake(_previousUntil, WakeReason.PhaseTimeout)));
        }
    }

    /// <summary>Makes the session of a restart. Another one that has not come to its end is given up for it.</summary>
    public IceAgent Prepare()
    {
        Abandon();
        Next = New(Current.IsControlling); // RFC 8445 §6.1.1, §9: a restart keeps the roles
        foreach (IceCandidate candidate in Current.LocalCandidates)
        {
            if (candidate.Type == CandidateType.Host)
                Next.AddLocalAddress(candidate.Address, candidate.Protocol);
        }

        return Next;
    }

    /// <summary>The peer's description is known and has been told to <see cref="Next"/>: it begins, and has so long.</summary>
    public void Start(TimeSpan timeout, Instant now)
    {
        if (Next is not { } next)
            return;
        Deadline = now + timeout;
        next.Start(now);
        foreach (CandidatePair pair in Current.Pairs)
        {
            if (pair.Stream is PairStream.Opening or PairStream.Open)
                next.AdoptStream(pair.Path, pair.Stream);
        }
    }

    /// <summary>Gives the restart up.</summary>
    public void Abandon()
    {
        IceAgent? abandoned = Next;
        (Next, Deadline) = (null, Instant.Never);
        LeaveStreams(abandoned);
    }

    /// <summary>The session in use has lost consent. True when a restart is under way that may still save the call, within so long.</summary>
    public bool TryOutlive(TimeSpan timeout, Instant now)
    {
        IsCurrentLost = true;
        if (Next is null)
            return false;
        Deadline = Instant.Min(Deadline, now + timeout);
        return true;
    }

    /// <summary>Whether the restart has selected a pair; it then takes the place of the session before.</summary>
    public bool TryTakeOver(Instant now)
    {
        if (Next is not { } next || !next.TryGetSelectedPath(out _))
            return false;
        Forget();
        _previous = Current;
        _previous.Retire();
        _previousUntil = now + Overlap;
        (Current, Next, Deadline, IsCurrentLost) = (next, null, Instant.Never, false);
        return true;
    }

    /// <summary>Hands one STUN datagram to the session that it is for.</summary>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, in TransportPath path, Instant now) => Of(datagram).HandleDatagram(datagram, path, now);

    public void HandleTimeout(Instant now)
    {
        Current.HandleTimeout(now);
        Next?.HandleTimeout(now);
        if (_previousUntil <= now)
            Forget();
    }

    public bool TryTakeDatagram(Span<byte> buffer, out int length, out TransportPath path) =>
        Current.TryTakeDatagram(buffer, out length, out path)
        || (Next?.TryTakeDatagram(buffer, out length, out path) ?? false)
        || (_previous?.TryTakeDatagram(buffer, out length, out path) ?? false);

    public void AddLocalAddress(TransportAddress address, TransportProtocol protocol)
    {
        Current.AddLocalAddress(address, protocol);
        Next?.AddLocalAddress(address, protocol);
    }

    public void RemoveLocalAddress(TransportAddress address, TransportProtocol protocol, Instant now)
    {
        Current.RemoveLocalAddress(address, protocol, now);
        Next?.RemoveLocalAddress(address, protocol, now);
    }

    /// <summary>Whether data from this path may be looked at: a check has passed on it, in any session. The peer may have selected the new pair before us, or after.</summary>
    public bool IsValidatedSource(in TransportPath path) => Current.IsValidatedSource(path) || IsOfAnotherSession(path);

    /// <summary>Authenticated data of the peer's came by this path. While there are two sessions, what comes by a path of the other one does not show that the peer has moved.</summary>
    public void HandleActivity(in TransportPath path, Instant now)
    {
        if ((Current.TryGetSelectedPath(out TransportPath selected) && selected == path) || !IsOfAnotherSession(path))
            Current.HandleActivity(path, now);
    }

    /// <summary>Takes the next stream that is to be opened; one that another session has is shared.</summary>
    public bool TryTakeConnect(out TransportPath path) => TryTakeConnect(Current, out path) || TryTakeConnect(Next, out path);

    /// <summary>Takes the next stream that is to be closed: one that no session uses any more.</summary>
    public bool TryTakeDisconnect(out TransportPath path)
    {
        while (_disconnects.TryDequeue(out path) || Current.TryTakeDisconnect(out path) || (Next?.TryTakeDisconnect(out path) ?? false))
        {
            if (!IsStreamUsed(path))
                return true;
        }

        return false;
    }

    public void HandleStreamOpened(in TransportPath path, Instant now)
    {
        Current.HandleStreamOpened(path, now);
        Next?.HandleStreamOpened(path, now);
    }

    public void HandleStreamDelayed(in TransportPath path, string soFar)
    {
        Current.HandleStreamDelayed(path, soFar);
        Next?.HandleStreamDelayed(path, soFar);
    }

    public void HandleStreamClosed(in TransportPath path, string why, Instant now)
    {
        Current.HandleStreamClosed(path, why, now);
        Next?.HandleStreamClosed(path, why, now);
        _previous?.HandleStreamClosed(path, why, now);
    }

    public void HandleUnsent(in TransportPath path, Instant now)
    {
        Current.HandleUnsent(path, now);
        Next?.HandleUnsent(path, now);
    }

    private IceAgent New(bool isControlling) =>
        new(new IceOptions { Lite = _options.IceLite, IsControlling = isControlling, ConsentTimeout = _options.ConsentTimeout }, _options.Random, _counters);

    private IceAgent Of(ReadOnlySpan<byte> datagram)
    {
        if (Next is null && _previous is null)
            return Current;
        bool isRequest = StunRecipient.TryRead(datagram, out ReadOnlySpan<byte> fragment);
        if (Next is not null && (isRequest ? Next.IsNamed(fragment) : Next.Awaits(datagram)))
            return Next;
        if (_previous is not null && (isRequest ? _previous.IsNamed(fragment) : _previous.Awaits(datagram)))
            return _previous;
        return Current;
    }

    private bool IsOfAnotherSession(in TransportPath path) => (Next?.IsValidatedSource(path) ?? false) || (_previous?.IsValidatedSource(path) ?? false);

    private bool IsStreamUsed(in TransportPath path) => StreamOf(path, null) != PairStream.Closed;

    private bool TryTakeConnect(IceAgent? session, out TransportPath path)
    {
        path = default;
        while (session is not null && session.TryTakeConnect(out path))
        {
            PairStream elsewhere = StreamOf(path, session);
            if (elsewhere == PairStream.Closed)
                return true;
            session.AdoptStream(path, elsewhere);
        }

        return false;
    }

    /// <summary>How a stream of this path stands in the sessions but one.</summary>
    private PairStream StreamOf(in TransportPath path, IceAgent? but)
    {
        PairStream found = PairStream.Closed;
        foreach (IceAgent? session in (ReadOnlySpan<IceAgent?>)[Current, Next, _previous])
        {
            if (session is not null && session != but && session.StreamOf(path) is { } stream && stream > found)
                found = stream;
        }

        return found;
    }

    private void Forget()
    {
        IceAgent? forgotten = _previous;
        (_previous, _previousUntil) = (null, Instant.Never);
        LeaveStreams(forgotten);
    }

    private void LeaveStreams(IceAgent? session)
    {
        if (session is null)
            return;
        foreach (CandidatePair pair in session.Pairs)
        {
            if (pair.Stream is PairStream.Opening or PairStream.Open)
                _disconnects.Enqueue(pair.Path);
        }
    }
}
