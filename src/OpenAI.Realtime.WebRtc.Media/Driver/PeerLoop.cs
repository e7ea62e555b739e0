using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Gives one engine peer its sockets, its clock and its caller. It is no thread but an actor: whoever brings work runs it (<see cref="RunGate"/>),
/// otherwise the shared <see cref="WaitThread"/> does. One pass:
/// <code>
///   1. commands            offer, answer, close, statistics; rare
///   2. ready sockets       one datagram at a time; or what a shared one has brought
///   3. audio to send       from the ring
///   4. messages to send    until the engine's buffer is full
///   5. deadlines           when NextTimeout has come
///   6. received messages   into the reader's queue, while it has room
///   7. next deadline       told to whoever waits
/// </code>
/// After each single thing every output of the engine is drained (<see cref="DrainOutputs"/>).
/// </summary>
internal sealed partial class PeerLoop : IWaitClient, IStreamAdopter
{
    /// <summary>How often a thread goes round before it hands over, so that a caller is never kept and other connections get their turn.</summary>
    private const int MaxPasses = 4;

    /// <summary>Datagrams read from one socket in one pass.</summary>
    private const int MaxDatagramsPerPass = 64;

    /// <summary>Deadlines handled in one pass; an engine that still has one due then is called again a millisecond later.</summary>
    private const int MaxTimeoutsPerPass = 32;

    /// <summary>The largest datagram read: a DTLS record of 2¹⁴ bytes of plaintext with its overhead, sent in one datagram.</summary>
    private const int ReceiveBufferSize = 17 * 1024;

    /// <summary>What passes through the loop in one piece besides datagrams that are read: the largest datagram sent, and the largest audio packet, sent or received.</summary>
    private const int ScratchSize = 4 * 1024;

    private readonly PeerConnectionOptions _options;
    private readonly PeerOptions _peerOptions;
    private readonly ILogger _logger;
    private readonly DriverClock _clock;
    private readonly WaitThreads _waitThreads;
    private readonly AddressWatch _addresses;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly OutgoingAudio _outgoingAudio = new();
    private readonly IncomingAudio _incomingAudio;
    private readonly OutgoingMessages _outgoingMessages = new();
    private readonly IncomingMessages _incomingMessages = new();
    private readonly long[] _sendFailures = new long[Enum.GetValues<SendOutcome>().Length];
    private RunGate _gate;
    private int _requested;

    // Touched only by the thread that runs.
    private WebRtcPeer? _peer;
    private WaitThread? _wait;
    private UdpPort[] _ports = [];
    private PortShares? _shares; // in place of ports, where one is shared by many connections
    private byte[] _receiveBuffer = [];
    private byte[] _scratch = []; // datagrams to send, and audio in both directions, one at a time
    private bool _sctpIsFull; // the engine takes no message until SendBufferLow
    private bool _started;
    private ITimer? _timer;
    private volatile bool _timerFired;
    private Instant _due = Instant.Never;

    private long _dueTimestamp = long.MaxValue;
    private volatile bool _messagesHeldBack;
    private volatile OpusPreferences? _opusPreferences;
    private double _remoteFractionLost = double.NaN; // NaN: no report yet

    public PeerLoop(PeerConnectionOptions options, PeerOptions peerOptions, DriverClock clock, WaitThreads waitThreads, AddressWatch addresses, ILogger logger)
    {
        _options = options;
        _peerOptions = peerOptions;
        _clock = clock;
        _incomingAudio = new IncomingAudio(clock.Zero);
        _waitThreads = waitThreads;
        _addresses = addresses;
        _logger = logger;
    }

    public long DueTimestamp => Volatile.Read(ref _dueTimestamp);

    public IncomingAudio IncomingAudio => _incomingAudio;

    public IncomingMessages IncomingMessages => _incomingMessages;

    public long AudioDroppedOnSend => _outgoingAudio.Dropped;

    /// <summary>How the peer wishes to be sent Opus; null before negotiation.</summary>
    public OpusPreferences? OpusPreferences => _opusPreferences;

    /// <summary>The loss in the peer's last receiver report, 0 to 1; null before the first.</summary>
    public double? RemoteFractionLost => Volatile.Read(ref _remoteFractionLost) is double lost and not double.NaN ? lost : null;

    public bool TryRequest() => Interlocked.Exchange(ref _requested, 1) == 0;

    public void BeginRequested() => Interlocked.Exchange(ref _requested, 0);

    public void RunOnWaitThread() => Run();

    public void SendAudio(ReadOnlySpan<byte> opus, in OpusPacketHeader header)
    {
        if (!_mediaIsUp)
        {
            _outgoingAudio.CountDropped();
            return;
        }

        if (_outgoingAudio.TryEnqueue(opus, in header))
            Run();
    }

    public ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        OutgoingMessage entry = _outgoingMessages.Enqueue(message, kind);
        Run();
        return entry.Arm(cancellationToken);
    }

    /// <summary>The reader has made room: take what the engine holds back.</summary>
    public void MessageWasRead()
    {
        if (_messagesHeldBack)
            Run();
    }

    /// <summary>Has a rare thing done by whoever runs the connection.</summary>
    private void Post(Action command)
    {
        _commands.Enqueue(command);
        Run();
    }

    /// <summary>Has a rare thing done by whoever runs the connection, and waits for it: microseconds, or a handshake's signature.</summary>
    private T Invoke<T>(Func<T> command)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(command());
            }
            catch (Exception e) // the caller's to handle: bad SDP, no local address
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private void Run()
    {
        if (!_gate.TryEnter())
            return;
        for (int pass = 1; ; pass++)
        {
            try
            {
                Pass();
            }
            catch (Exception e) // a defect of ours must end this connection only, never the process
            {
                Fail(e);
            }

            if (_gate.TryLeave())
                return;
            if (pass >= MaxPasses && _wait is WaitThread wait)
            {
                _gate.Leave();
                wait.RequestRun(this);
                return;
            }
        }
    }

    private void Pass()
    {
        while (_commands.TryDequeue(out Action? command))
            command();
        if (_peer is null || _end is not null)
        {
            RefuseMessages();
            return;
        }

        DrainOutputs();
        ReadPorts();
        ReadShares();
        _streams?.Run();
        SendAudio();
        SendMessages();
        HandleTimeouts();
        TakeMessages();
        if (_end is not null)
            return;
        _opusPreferences = _peer.OpusPreferences;
        Volatile.Write(ref _remoteFractionLost, _peer.RemoteFractionLost ?? double.NaN);
        PublishDue();
    }

    private void HandleTimeouts()
    {
        for (int i = 0; i < MaxTimeoutsPerPass && _end is null; i++)
        {
            Instant now = _clock.Now;
            if (NextTimeout > now)
                return;
            _peer!.HandleTimeout(now);
            DrainOutputs();
            _streams?.HandleTimeout(now);
        }
    }

    private void HandleTimer()
    {
        _timerFired = true;
        Run();
    }

    private Instant NextTimeout => _streams is null ? _peer!.NextTimeout.At : Instant.Min(_peer!.NextTimeout.At, _streams.NextTimeout);

    private void PublishDue()
    {
        Instant due = NextTimeout;
        Instant now = _clock.Now;
        if (due <= now)
            due = now + TimeSpan.FromMilliseconds(1); // it has had MaxTimeoutsPerPass, or something that it was told just now needs a moment
        if (due == _due && !_timerFired)
            return;
        _due = due;
        if (!_clock.IsSystem)
        {
            _timerFired = false;
            _timer ??= _clock.Provider.CreateTimer(static state => ((PeerLoop)state!).HandleTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            TimeSpan left = due - now;
            _timer.Change(due == Instant.Never ? Timeout.InfiniteTimeSpan : left.TotalMilliseconds > int.MaxValue ? TimeSpan.FromDays(1) : left, Timeout.InfiniteTimeSpan);
            return;
        }

        long timestamp = _clock.ToTimestamp(due);
        Volatile.Write(ref _dueTimestamp, timestamp);
        _wait!.DueEarlier(timestamp);
    }
}
