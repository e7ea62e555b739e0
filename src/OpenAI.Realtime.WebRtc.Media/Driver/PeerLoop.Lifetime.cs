using System.Buffers;
using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How a connection begins and ends: sockets, states, the reason.</summary>
internal sealed partial class PeerLoop
{
    /// <summary>State changes kept for a reader; a peer that comes and goes cannot fill the memory.</summary>
    private const int MaxStateChanges = 256;

    private readonly Channel<PeerStateChange> _stateChanges = Channel.CreateBounded<PeerStateChange>(new BoundedChannelOptions(MaxStateChanges)
    {
        FullMode = BoundedChannelFullMode.Wait, // with TryWrite: a change that nobody has room for is left out
        SingleReader = true,
        SingleWriter = true,
    });

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _phaseTimesGate = new();
    private readonly Dictionary<PeerPhase, TimeSpan> _phaseTimes = [];
    private volatile PeerState _state = PeerState.New;
    private PeerState _beforeDisconnect = PeerState.Connected;
    private PeerPhase _phase = PeerPhase.Gathering;
    private volatile bool _mediaIsUp;
    private volatile PeerEnd? _end;
    private (PeerCounters Counters, StreamWay Way) _lastCounts = (new PeerCounters(), default);
    private bool _peerFailed;

    public PeerState State => _state;

    public ChannelReader<PeerStateChange> StateChanges => _stateChanges.Reader;

    /// <summary>Completes when the channel is open; faults when the connection ends before.</summary>
    public Task Opened => _opened.Task;

    public Task<PeerEnd> Completion => _completion.Task;

    public Dictionary<PeerPhase, TimeSpan> GetPhaseTimes()
    {
        lock (_phaseTimesGate)
            return new(_phaseTimes);
    }

    /// <summary>Opens a socket on each local address and makes the peer; once.</summary>
    private void Open(bool isOfferer)
    {
        if (_peer is not null)
            return;
        IReadOnlyList<IPAddress> addresses = _addresses.Gather(_options);
        WaitThread wait = _waitThreads.Join();
        List<UdpPort> ports = [];
        WebRtcPeer? peer = null;
        PortShares? shares = _options.UdpPorts is { Count: 1 } ? new PortShares(_waitThreads, this) : null;
        int opened = 0;
        SocketException? lastError = null;
        try
        {
            peer = new WebRtcPeer(_peerOptions, _clock.Now);
            if (_options.AnnouncedAddresses is { } announced)
                peer.Announce(announced, _options.AnnounceLocalAddresses);
            foreach (IPAddress address in addresses.Take(LocalAddresses.Max))
            {
                if (_options.Network == NetworkChoice.Tcp)
                    break;
                try
                {
                    peer.AddLocalAddress(shares?.Join(address, _options.UdpPorts!.Value.First, peer.UsernameFragment) ?? OpenPort(wait, address, ports));
                    _bound.Add(address);
                    opened++;
                }
                catch (SocketException e)
                {
                    lastError = e;
                    DriverLog.CannotBind(_logger, address, e.SocketErrorCode);
                }
            }

            opened += _options.Network == NetworkChoice.Udp ? 0 : AddStreams(peer, _options.Network == NetworkChoice.Tcp ? addresses : _bound, isOfferer, ref lastError);
            if (opened == 0)
                throw new PeerConnectionException(new PeerEnd(PeerEndReason.NoLocalAddress, PeerPhase.Gathering, NoSocket.Describe(addresses, _options, lastError)));

            foreach (UdpPort port in ports)
            {
                port.Owner = this;
                wait.Poller.Add(port);
            }
        }
        catch
        {
            ClosePorts(wait, ports);
            LeaveListeners();
            shares?.Leave();
            _bound.Clear();
            peer?.Dispose();
            wait.Leave(this);
            throw;
        }

        _receiveBuffer = ArrayPool<byte>.Shared.Rent(ReceiveBufferSize);
        _scratch = ArrayPool<byte>.Shared.Rent(ScratchSize);
        (_peer, _wait, _ports, _shares, _isOfferer) = (peer, wait, [.. ports], shares, isOfferer);
        if (_options.Network == NetworkChoice.Tcp)
            _bound.AddRange(addresses.Take(LocalAddresses.Max));
        if (_options.Network != NetworkChoice.Udp)
            _streams = new CallStreams(this, wait, peer, _clock, _options.Proxy, _logger, Post, _receiveBuffer, DrainOutputs);
        wait.Add(this);
        PassPhase(PeerPhase.Gathering, PeerPhase.Negotiation);
        DriverLog.Opened(_logger, opened);
    }

    private TransportAddress OpenPort(WaitThread wait, IPAddress address, List<UdpPort> ports)
    {
        UdpPort port = wait.Poller.Open(address, _options.UdpPorts);
        ports.Add(port);
        return port.Local;
    }

    /// <summary>Offer and answer are known: the peer begins to connect.</summary>
    private void Start()
    {
        if (_started)
            return;
        _started = true;
        PassPhase(PeerPhase.Negotiation, PeerPhase.Ice);
        EnterState(PeerState.CheckingConnectivity, null);
    }

    /// <summary>Takes everything that the engine has to give, except messages, which wait for room.</summary>
    private void DrainOutputs()
    {
        if (_end is not null)
            return;
        WebRtcPeer peer = _peer!;
        DrainStreams(peer);
        while (peer.TryTakeDatagram(_scratch, out int length, out TransportPath path))
            Send(_scratch.AsSpan(0, length), path);
        while (peer.TryTakeAudio(_scratch, out ReceivedAudio audio))
            _incomingAudio.Enqueue(_scratch.AsSpan(0, audio.Length), audio);
        while (_end is null && peer.TryTakeEvent(out PeerEvent e))
            HandleEvent(e);
    }

    private void Send(ReadOnlySpan<byte> datagram, in TransportPath path)
    {
        if (path.Protocol == TransportProtocol.Tcp)
        {
            HandleSent(_streams?.Send(datagram, path) ?? SendOutcome.Failed, datagram.Length, path);
            return;
        }

        foreach (UdpPort port in _ports)
        {
            if (port.Local != path.Local)
                continue;
            HandleSent(port.Send(datagram, path.Remote), datagram.Length, path);
            return;
        }

        HandleSent(_shares?.Find(path.Local)?.Send(datagram, path.Remote) ?? SendOutcome.Failed, datagram.Length, path);
    }

    private void HandleSent(SendOutcome outcome, int length, in TransportPath path)
    {
        if (outcome == SendOutcome.Sent)
            return;
        if (Interlocked.Increment(ref _sendFailures[(int)outcome]) == 1)
            DriverLog.SendFailed(_logger, outcome, path.Local, path.Remote, length);
        if (outcome is SendOutcome.Unreachable or SendOutcome.Failed)
            _peer!.HandleUnsent(path, _clock.Now);
    }

    private void HandleEvent(in PeerEvent e)
    {
        switch (e.Kind)
        {
            case PeerEventKind.PathSelected:
                if (_phase == PeerPhase.Ice) // a better pair can be selected later
                {
                    PassPhase(PeerPhase.Ice, PeerPhase.Dtls);
                    EnterState(PeerState.Securing, e.Detail);
                }

                break;
            case PeerEventKind.Secured:
                PassPhase(PeerPhase.Dtls, PeerPhase.Channel);
                _mediaIsUp = true;
                EnterState(PeerState.OpeningChannel, e.Detail);
                break;
            case PeerEventKind.ChannelOpen:
                PassPhase(PeerPhase.Channel, PeerPhase.Connected);
                EnterState(PeerState.Connected, e.Detail);
                WatchAddresses();
                _opened.TrySetResult();
                break;
            case PeerEventKind.Disconnected:
                if (_state is not (PeerState.Disconnected or PeerState.Closing))
                {
                    _beforeDisconnect = _state;
                    EnterState(PeerState.Disconnected, e.Detail);
                }

                break;
            case PeerEventKind.Recovered:
                if (_state == PeerState.Disconnected)
                    EnterState(_beforeDisconnect, e.Detail);
                break;
            case PeerEventKind.IceRestarted:
                DriverLog.IceRestarted(_logger, _peer!.GetCounters().SelectedPath.GetValueOrDefault().ToString());
                FollowFragments();
                break;
            case PeerEventKind.IceRestartFailed:
                DriverLog.IceRestartFailed(_logger, e.Detail);
                FollowFragments();
                break;
            case PeerEventKind.SendBufferLow:
                _sctpIsFull = false;
                break;
            case PeerEventKind.Closing:
                EnterState(PeerState.Closing, e.Detail);
                break;
            case PeerEventKind.Ended:
                while (_peer!.TryPeekMessage(out int length, out MessageKind kind)) // at most the receive window
                    TakeMessage(length, kind);
                Finish(_shares?.Explain(e.End!) ?? e.End!);
                break;
        }
    }

    private void PassPhase(PeerPhase passed, PeerPhase next)
    {
        lock (_phaseTimesGate)
            _phaseTimes.TryAdd(passed, _clock.Elapsed);
        _phase = next;
    }

    private void EnterState(PeerState state, string? reason)
    {
        if (_state == state)
            return;
        _state = state;
        TimeSpan at = _clock.Elapsed;
        _stateChanges.Writer.TryWrite(new PeerStateChange(state, at, reason));
        DriverLog.StateChanged(_logger, state, at.TotalMilliseconds, reason);
    }

    private void Fail(Exception e)
    {
        DriverLog.EngineFailed(_logger, e);
        _peerFailed = true;
        if (_end is null)
            Finish(new PeerEnd(PeerEndReason.EngineFailure, _phase, $"The engine failed with {e.GetType().Name}: {e.Message}", e));
    }

    /// <summary>Over: closes the sockets, ends every wait, says why. The only place where a connection ends.</summary>
    private void Finish(PeerEnd end)
    {
        if (!_peerFailed) // what has failed once is not asked again
            _lastCounts = Count();
        _end = end;
        _mediaIsUp = false;
        _timer?.Dispose();
        _watch?.Dispose();
        LeaveListeners();
        _streams?.CloseAll();
        _streams = null;
        Volatile.Write(ref _dueTimestamp, long.MaxValue);
        if (_wait is WaitThread wait)
        {
            ClosePorts(wait, _ports);
            _shares?.Leave();
            wait.Leave(this);
            ArrayPool<byte>.Shared.Return(_receiveBuffer);
            ArrayPool<byte>.Shared.Return(_scratch);
            _receiveBuffer = _scratch = [];
            _ports = [];
            _wait = null;
        }

        if (!_peerFailed)
            _peer?.Dispose();
        EnterState(PeerState.Closed, end.Detail);
        _stateChanges.Writer.TryComplete();
        _outgoingAudio.Free();
        _incomingAudio.Complete();
        _incomingMessages.Complete();
        RefuseMessages();
        DriverLog.Ended(_logger, end);
        _opened.TrySetException(new PeerConnectionException(end));
        _ = _opened.Task.Exception; // observed: whoever awaits it still gets it
        _completion.TrySetResult(end);
    }

    private void RefuseMessages()
    {
        while (_end is not null && _outgoingMessages.TakeFirst() is OutgoingMessage entry)
            _outgoingMessages.Complete(entry, new PeerConnectionException(_end));
        while (_peer is null && _outgoingMessages.TakeFirst() is OutgoingMessage entry)
        {
            _outgoingMessages.Complete(entry, new PeerConnectionException(
                new PeerEnd(PeerEndReason.ChannelFailed, _phase, "The data channel is not open: await ConnectAsync before sending.")));
        }
    }

    private void ThrowIfEnded()
    {
        if (_end is PeerEnd end)
            throw new PeerConnectionException(end);
    }

    private static void ClosePorts(WaitThread wait, IEnumerable<UdpPort> ports)
    {
        foreach (UdpPort port in ports)
        {
            wait.Poller.Remove(port);
            port.Owner = null;
            port.Dispose();
        }
    }
}
