using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>
/// Part 9: TCP (RFC 6544). A pair with an active candidate of ours needs a stream before it can be checked; the driver is asked to open it. Streams that the peer opens show themselves by their
/// first request, as any peer-reflexive candidate does. UDP has a head start: TCP makes what is late wait for what was lost, so it is for those who have nothing else.
/// </summary>
internal sealed partial class IceAgent
{
    /// <summary>For this long UDP is tried alone: the round trip of most paths, twice.</summary>
    public static readonly TimeSpan UdpHeadStart = TimeSpan.FromMilliseconds(300);

    private readonly Queue<TransportPath> _connects = new();
    private readonly Queue<TransportPath> _disconnects = new();
    private Instant _tcpBeginsAt = Instant.Never;
    private bool _hasTriedTcp;

    /// <summary>All pairs, for who describes what was tried.</summary>
    public IReadOnlyList<CandidatePair> Pairs => _checkList.Pairs;

    /// <summary>Takes the next stream that is to be opened, from its path's local address to its remote one.</summary>
    public bool TryTakeConnect(out TransportPath path) => _connects.TryDequeue(out path);

    /// <summary>Takes the next stream that is to be closed; the agent has forgotten it.</summary>
    public bool TryTakeDisconnect(out TransportPath path) => _disconnects.TryDequeue(out path);

    /// <summary>A stream is open: one that was asked for is checked. One of the peer's becomes a pair with its first request.</summary>
    public void HandleStreamOpened(in TransportPath path, Instant now)
    {
        if (_checkList.Find(path) is not { Stream: PairStream.Opening } pair)
            return;
        pair.Stream = PairStream.Open;
        pair.State = CandidatePairState.Waiting;
        RunChecks(now);
    }

    /// <summary>Another session of the same peer has a stream of this path open, or has asked for it; the pair is checked when its turn has come.</summary>
    public void AdoptStream(in TransportPath path, PairStream stream)
    {
        if (_checkList.Find(path) is not { IsTcp: true } pair)
            return;
        pair.Stream = stream;
        if (stream == PairStream.Open && pair.State == CandidatePairState.Frozen && _hasTriedTcp)
            pair.State = CandidatePairState.Waiting;
        UpdateCheckTimer();
    }

    /// <summary>How the stream of this path stands; null where there is none.</summary>
    public PairStream? StreamOf(in TransportPath path) => _checkList.Find(path)?.Stream;

    /// <summary>One way to open a stream has failed, and another is being tried.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="soFar">What was tried and what is being tried, for who asks why no path was found.</param>
    public void HandleStreamDelayed(in TransportPath path, string soFar)
    {
        if (_checkList.Find(path) is { Stream: PairStream.Opening } pair)
            pair.WhyClosed = soFar;
    }

    /// <summary>A stream could not be opened, or has ended.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="why">What happened, for who asks why no path was found.</param>
    /// <param name="now">The driver's clock.</param>
    public void HandleStreamClosed(in TransportPath path, string why, Instant now)
    {
        if (_checkList.Find(path) is not { IsTcp: true } pair)
            return;
        bool wasOpen = pair.Stream == PairStream.Open;
        pair.Stream = PairStream.Closed;
        pair.WhyClosed = why;
        pair.IsValid = pair.RequestReceived = false;
        pair.TriggeredOrder = 0;
        if (!pair.IsActive)
        {
            // The peer may open another one, which will have another port.
            pair.State = CandidatePairState.Retired;
            if (pair != _selected)
                Forget(pair);
        }
        else if (pair == _selected || _selected is null)
        {
            Fail(pair, now);
            if (wasOpen && pair == _selected)
                pair.NextSendAt = now; // a call goes on by a new stream at once; one that cannot be opened is tried every second
        }
        else
        {
            pair.State = CandidatePairState.Retired;
        }

        RunChecks(now);
    }

    /// <summary>The system refused to send there. When it does so for every UDP pair, there is nothing to wait for.</summary>
    public void HandleUnsent(in TransportPath path, Instant now)
    {
        if (_hasTriedTcp || _checkList.Find(path) is not { IsTcp: false } pair)
            return;
        pair.IsUnsendable = true;
        RunChecks(now);
    }

    private void ConsiderTcp(Instant now)
    {
        if (_hasTriedTcp)
            return;
        if (_isUsable || _selected is not null)
        {
            _tcpBeginsAt = Instant.Never; // UDP works
            return;
        }

        (bool tcpWaits, bool udpMayWork) = (false, false);
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            tcpWaits |= pair.State == CandidatePairState.Frozen;
            udpMayWork |= !pair.IsTcp && !pair.IsUnsendable;
        }

        if (!tcpWaits)
            return;
        if (_tcpBeginsAt == Instant.Never)
            _tcpBeginsAt = now + UdpHeadStart;
        if (udpMayWork && now < _tcpBeginsAt)
            return;
        _tcpBeginsAt = Instant.Never;
        _hasTriedTcp = true;
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            if (pair.State == CandidatePairState.Frozen)
                pair.State = CandidatePairState.Waiting;
        }
    }

    // UDP has its head start. A call that goes by UDP opens no stream as long as its path lives.
    private CandidatePairState StateOfNewStream()
    {
        if (_selected is null)
            return _hasTriedTcp ? CandidatePairState.Waiting : CandidatePairState.Frozen;
        return _selected.IsTcp || _selected.IsGone ? CandidatePairState.Waiting : CandidatePairState.Retired;
    }

    private void OpenStream(CandidatePair pair)
    {
        pair.TriggeredOrder = 0;
        pair.State = pair.IsActive ? CandidatePairState.Frozen : CandidatePairState.Retired;
        if (!pair.IsActive || pair.Stream == PairStream.Opening || _connects.Count >= IceLimits.StreamRequests)
            return;
        pair.Stream = PairStream.Opening;
        _connects.Enqueue(pair.Path);
    }

    // A pair has been selected: the other streams are of no use any more, but for a spare one of a call that goes by TCP itself. One can be opened again when that pair dies.
    private void CloseOtherStreams()
    {
        int spare = 0;
        for (int i = _checkList.Pairs.Count - 1; i >= 0; i--)
        {
            CandidatePair pair = _checkList.Pairs[i];
            if (pair == _selected || !pair.IsTcp)
                continue;
            if (_selected!.IsTcp && pair is { IsValid: true, Stream: PairStream.Open } && spare++ < IceLimits.SpareStreams)
                continue;
            if (pair.IsActive)
            {
                pair.IsValid = pair.RequestReceived = false;
                if (pair.Stream is PairStream.Opening or PairStream.Open && _disconnects.Count < IceLimits.StreamRequests)
                    _disconnects.Enqueue(pair.Path);
                pair.Stream = PairStream.Closed;
                pair.State = CandidatePairState.Retired;
            }
            else if (pair.Stream == PairStream.Closed)
            {
                Forget(pair);
            }
        }
    }

    // What is kept of addresses that the peer has left, of the ports of its old streams say, would fill the lists.
    private void Forget(CandidatePair pair)
    {
        _checkList.Remove(pair);
        TransportPath path = pair.Path;
        _remoteCandidates.RemoveAll(c => c.Type == CandidateType.PeerReflexive && c.Protocol == path.Protocol && c.Address == path.Remote);
    }
}
