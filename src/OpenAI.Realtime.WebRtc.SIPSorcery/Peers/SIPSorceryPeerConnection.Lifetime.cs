using System.Diagnostics.CodeAnalysis;
using global::SIPSorcery.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

// States, deadlines and the one end. Everything here is under _gate; nothing of SIPSorcery's is called under it.
internal sealed partial class SIPSorceryPeerConnection
{
    /// <summary>SIPSorcery reports a pair as disconnected after so long without an answer (<c>RtpIceChannel.DISCONNECTED_TIMEOUT_PERIOD</c>).</summary>
    private static readonly TimeSpan DisconnectedAfter = TimeSpan.FromSeconds(8);

    /// <summary>How long closing waits until what is queued has been sent.</summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long closing waits for the peer to answer SHUTDOWN.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(1);

    /// <summary>How long the reason of an abort may be in coming: it is given in the same call.</summary>
    private static readonly TimeSpan GiveUpDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>State changes that nobody reads: the oldest go first.</summary>
    private const int MaxStateChanges = 64;

    private readonly Lock _gate = new();
    private readonly long _created;
    private readonly ITimer _deadline;
    private readonly ITimer _liteConsent;
    private readonly Dictionary<PeerPhase, TimeSpan> _phases = [];
    private readonly Channel<PeerStateChange> _stateChanges = Channel.CreateBounded<PeerStateChange>(
        new BoundedChannelOptions(MaxStateChanges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _associationClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerState _state;
    private TimeSpan _due = Timeout.InfiniteTimeSpan;
    private PeerEnd? _end;
    private bool _isOpening;
    private bool _isClosing;
    private bool _gaveUp;

    public PeerState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    public ChannelReader<PeerStateChange> StateChanges => _stateChanges.Reader;

    public Task<PeerEnd> Completion => _completion.Task;

    /// <summary>From the end of the DTLS handshake on there are keys for SRTP.</summary>
    private bool MayCarryAudio
    {
        get
        {
            lock (_gate)
                return _end is null && _state is PeerState.OpeningChannel or PeerState.Connected or PeerState.Disconnected;
        }
    }

    private TimeSpan SinceCreated() => _clock.GetElapsedTime(_created);

    private RTCPeerConnection Opened()
    {
        lock (_gate)
        {
            ThrowIfEnded();
            return _peer ?? throw new InvalidOperationException("There is no offer yet that this could be the answer to.");
        }
    }

    private RTCDataChannel OpenChannel()
    {
        lock (_gate)
        {
            ThrowIfEnded();
            return _state is PeerState.Connected or PeerState.Disconnected
                ? _channel!
                : throw new PeerConnectionException(new PeerEnd(PeerEndReason.ChannelFailed, PhaseOf(_state), "The data channel is not open."));
        }
    }

    private void ThrowIfEnded()
    {
        if (_end is not null)
            throw new PeerConnectionException(_end);
    }

    /// <summary>Goes forward to a state on the way to being connected, through those between; never back.</summary>
    private void Advance(PeerState state)
    {
        lock (_gate)
        {
            if (_end is not null || _isClosing)
                return;
            while (_state < state)
                Enter(_state + 1, null);
            if (state == PeerState.Connected)
                _connected.TrySetResult();
        }
    }

    /// <summary>Nothing has been heard for 8 s. What is left of the consent timeout is waited for.</summary>
    private void Lose()
    {
        lock (_gate)
        {
            if (_end is null && !_isClosing && _state == PeerState.Connected)
                Enter(PeerState.Disconnected, $"The peer has not answered for {DisconnectedAfter.TotalSeconds:0} s.");
        }
    }

    private bool ComeBack()
    {
        lock (_gate)
        {
            if (_state != PeerState.Disconnected || _end is not null)
                return false;
            Enter(PeerState.Connected, "The peer answers again.");
            return true;
        }
    }

    private void Enter(PeerState state, string? reason)
    {
        _state = state;
        _stateChanges.Writer.TryWrite(new PeerStateChange(state, SinceCreated(), reason));
        SIPSorceryLog.Entered(_logger, state);
        TimeSpan limit = Timeout.InfiniteTimeSpan;
        switch (state)
        {
            case PeerState.CheckingConnectivity:
                Pass(PeerPhase.Negotiation);
                limit = _options.IceTimeout;
                break;
            case PeerState.Securing:
                Pass(PeerPhase.Ice);
                limit = _options.DtlsTimeout;
                break;
            case PeerState.OpeningChannel:
                Pass(PeerPhase.Dtls);
                limit = _options.ChannelTimeout;
                break;
            case PeerState.Connected:
                Pass(PeerPhase.Channel);
                if (_peerIsLite)
                    _liteConsent.Change(LiteConsent.Period, LiteConsent.Period);
                break;
            case PeerState.Disconnected when _options.ConsentTimeout != Timeout.InfiniteTimeSpan:
                limit = _options.ConsentTimeout > DisconnectedAfter ? _options.ConsentTimeout - DisconnectedAfter : TimeSpan.Zero;
                break;
        }

        _due = limit == Timeout.InfiniteTimeSpan ? limit : SinceCreated() + limit;
        _deadline.Change(limit, Timeout.InfiniteTimeSpan);
    }

    private void Pass(PeerPhase phase) => _phases.TryAdd(phase, SinceCreated());

    private void Passed(PeerPhase phase)
    {
        lock (_gate)
            Pass(phase);
    }

    private Dictionary<PeerPhase, TimeSpan> GetPhaseTimes()
    {
        lock (_gate)
            return new(_phases);
    }

    /// <summary>The association was aborted while the channel was being opened: unless a better reason comes at once, that was its end.</summary>
    private void GiveUpChannel()
    {
        lock (_gate)
        {
            if (_end is not null || _state != PeerState.OpeningChannel)
                return;
            _gaveUp = true;
            _due = SinceCreated() + GiveUpDelay;
            _deadline.Change(GiveUpDelay, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnDeadline()
    {
        lock (_gate)
        {
            if (_end is not null || _due == Timeout.InfiniteTimeSpan)
                return;
            TimeSpan left = _due - SinceCreated();
            if (left > TimeSpan.Zero)
            {
                _deadline.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);     // of the state before
                return;
            }
        }

        switch (State)
        {
            case PeerState.CheckingConnectivity:
                EndAsUnreachable();
                break;
            case PeerState.Securing:
                End(PeerEndReason.DtlsTimeout, $"The DTLS handshake did not finish within {_options.DtlsTimeout.TotalSeconds:0.###} s.");
                break;
            case PeerState.OpeningChannel:
                End(PeerEndReason.ChannelTimeout, _gaveUp
                    ? "SIPSorcery gave the SCTP association up; it waits no longer than 2 s (RTCPeerConnection.SCTP_ASSOCIATE_TIMEOUT_SECONDS)."
                    : $"The data channel did not open within {_options.ChannelTimeout.TotalSeconds:0.###} s.");
                break;
            case PeerState.Disconnected:
                EndAsUnreachable();
                break;
        }
    }

    /// <summary>ICE or DTLS gave up, or nothing has come for too long: which of them the state tells.</summary>
    private void EndAsUnreachable()
    {
        (PeerEndReason reason, string detail) = State switch
        {
            PeerState.New or PeerState.CheckingConnectivity =>
                (PeerEndReason.IceFailed, $"No pair of addresses worked within {_options.IceTimeout.TotalSeconds:0.###} s."),
            PeerState.Securing => (PeerEndReason.DtlsFailed, "SIPSorcery's DTLS handshake failed."),
            _ => (PeerEndReason.ConsentExpired, "The peer has stopped answering."),
        };
        End(reason, detail);
    }

    /// <summary>Begins to close, in good order where there is a channel. Does nothing the second time.</summary>
    private void BeginClose()
    {
        lock (_gate)
        {
            if (_end is not null || _isClosing)
                return;
            if (_state is PeerState.Connected or PeerState.Disconnected)
            {
                _isClosing = true;
                Enter(PeerState.Closing, null);
            }
        }

        if (_isClosing)
            _ = CloseInGoodOrderAsync(_peer!, _channel!);
        else
            End(PeerEndReason.ClosedLocally, "Closed before it was connected.");
    }

    /// <summary>Sends what is queued, then SHUTDOWN, and waits for its answer: <c>RTCPeerConnection.close</c> alone would send the DTLS alert first and nothing after.</summary>
    private async Task CloseInGoodOrderAsync(RTCPeerConnection peer, RTCDataChannel channel)
    {
        long start = _clock.GetTimestamp();
        while (channel.bufferedAmount > 0 && _clock.GetElapsedTime(start) < FlushLimit && _end is null)
            await Task.Delay(BufferPoll, _clock).ConfigureAwait(false);
        if (Try("shutting SCTP down", peer.sctp.RTCSctpAssociation.Shutdown))
        {
            Task answered = _associationClosed.Task.WaitAsync(ShutdownLimit, _clock);
            await answered.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        End(PeerEndReason.ClosedLocally, "Closed by us.");
    }

    /// <summary>Ends it, once; the first reason stays. SIPSorcery is closed on the thread pool, since this may be one of its own callbacks.</summary>
    private PeerEnd End(PeerEndReason reason, string detail, Exception? error = null)
    {
        RTCPeerConnection? peer;
        PeerEnd end;
        lock (_gate)
        {
            if (_end is not null)
                return _end;
            if (_isClosing)
                reason = PeerEndReason.ClosedLocally;      // what comes of our own closing
            end = _end = new PeerEnd(reason, PhaseOf(_state), detail, error);
            peer = _peer;
        }

        SIPSorceryLog.Ended(_logger, end);
        _ = Task.Run(() => Release(peer, end));
        return end;
    }

    private void Release(RTCPeerConnection? peer, PeerEnd end)
    {
        _deadline.Dispose();
        _liteConsent.Dispose();
        if (peer is not null)
            Try("closing", peer.close);
        lock (_gate)
        {
            _state = PeerState.Closed;
            _stateChanges.Writer.TryWrite(new PeerStateChange(PeerState.Closed, SinceCreated(), end.Detail));
        }

        SIPSorceryLog.Entered(_logger, PeerState.Closed);
        _stateChanges.Writer.TryComplete();
        _audio.Complete();
        _messages.Complete();
        _connected.TrySetException(new PeerConnectionException(end));
        _ = _connected.Task.Exception;      // seen: nobody has to connect
        _completion.TrySetResult(end);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever SIPSorcery throws while it is being closed, the rest has to be released.")]
    private bool Try(string doing, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e)
        {
            SIPSorceryLog.Threw(_logger, e, doing);
            return false;
        }
    }

    private static PeerPhase PhaseOf(PeerState state) => state switch
    {
        PeerState.New => PeerPhase.Negotiation,
        PeerState.CheckingConnectivity => PeerPhase.Ice,
        PeerState.Securing => PeerPhase.Dtls,
        PeerState.OpeningChannel => PeerPhase.Channel,
        _ => PeerPhase.Connected,
    };
}
