using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>The states of an association (RFC 9260 §4); CLOSED is two here, before and after.</summary>
internal enum SctpState : byte
{
    /// <summary>CLOSED, before. INIT is answered; nothing is remembered of it.</summary>
    Closed,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownPending,
    ShutdownSent,
    ShutdownReceived,
    ShutdownAckSent,

    /// <summary>CLOSED, after. Nothing opens it again.</summary>
    Ended,
}

/// <summary>
/// One SCTP association over one DTLS connection (RFC 9260, RFC 8261): ordered, reliable messages on numbered streams.
/// </summary>
/// <remarks>
/// <para>Contract: handle one thing (packet, timeout, send, take, shutdown) → drain <see cref="TryTakePacket"/> and
/// <see cref="TryTakeEvent"/> → wait until <see cref="NextTimeout"/>.</para>
/// <para>The flow, and where it is written:</para>
/// <code>
/// 1. INIT ─► INIT ACK ─► COOKIE ECHO (+ DATA) ─► COOKIE ACK         SctpAssociation.Handshake.cs; WebRTC's two sides start at once
/// 2. packets in: rules of the verification tag, one chunk after the other  SctpAssociation.Input.cs
/// 3. DATA out, SACK in, retransmission, congestion                        Sending/DataSender.cs
/// 4. DATA in, SACK out, messages put together                             Receiving/DataReceiver.cs
/// 5. HEARTBEAT when it is quiet; RE-CONFIG when a channel closes          Heartbeat.cs, StreamResets.cs
///    HEARTBEAT as long as a packet may become                             PacketSizeProbe.cs, SctpAssociation.PacketSize.cs
/// 6. SHUTDOWN ─► SHUTDOWN ACK ─► SHUTDOWN COMPLETE, or ABORT              SctpAssociation.Shutdown.cs
/// </code>
/// </remarks>
internal sealed partial class SctpAssociation
{
    /// <summary>Streams either way: as many as there can be (RFC 8831 §6.2).</summary>
    private const ushort MaxStreams = 65535;

    private readonly SctpOptions _options;
    private readonly int _packetSize;
    private readonly RetransmissionTimeout _rto;
    private readonly DataSender _sender;
    private readonly DataReceiver _receiver;
    private readonly Heartbeat _heartbeat;
    private readonly StreamResets _resets;
    private readonly ReplyQueue _replies = new();
    private readonly RingQueue<SctpEvent> _events = new();
    private SctpCounters _counters;
    private Instant _now;
    private int _errors;
    private bool _sendWasRefused;

    public SctpAssociation(SctpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPacketSize, 512, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxPacketSize, 65535, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIncomingMessageSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SendBufferSize, 1, nameof(options));
        _options = options;
        _packetSize = options.MaxPacketSize & ~3;
        _localTag = NewTag();
        _localInitialTsn = new(options.Random.NextUInt32());
        options.Random.Fill(_cookieKey);
        _initTimer = new(options.RtoMax);
        _shutdownTimer = new(options.RtoMax);
        _rto = new(options);
        _size = new(options, _rto);
        _sender = new(options, _rto, _size, _localInitialTsn);
        _receiver = new(options);
        _heartbeat = new(options, _rto);
        _resets = new(_rto, _events);
    }

    public SctpState State { get; private set; }

    public bool IsEstablished => State == SctpState.Established;

    public bool HasEnded => State == SctpState.Ended;

    /// <summary>The largest message that the peer takes: its <c>a=max-message-size</c> (RFC 8841 §6; where absent, 64 KiB).</summary>
    public int MaxOutgoingMessageSize { get; set; } = 65536;

    /// <summary>Bytes of messages not yet acknowledged.</summary>
    public int BufferedBytes => _sender.Buffer.Count;

    /// <summary>SRTT; null until measured.</summary>
    public TimeSpan? RoundTripTime => _rto.Smoothed;

    /// <summary>The RTO and cwnd of this moment.</summary>
    public TimeSpan RetransmissionTimeout => _rto.Current;

    public int CongestionWindow => _sender.CongestionWindow;

    public ref readonly SctpCounters Counters => ref _counters;

    /// <summary>When <see cref="HandleTimeout"/> is due, and why.</summary>
    public Wake NextTimeout
    {
        get
        {
            Wake next = new(_initTimer.Due, WakeReason.SctpInit);
            if (State != SctpState.CookieEchoed) // DATA bundled with COOKIE ECHO is T1-cookie's.
                next = Wake.Earlier(next, new(_sender.Due, WakeReason.SctpRetransmit));
            next = Wake.Earlier(next, new(Instant.Min(_shutdownTimer.Due, _shutdownGuardDue), WakeReason.SctpShutdown));
            next = Wake.Earlier(next, new(_receiver.SackDue, WakeReason.SctpDelayedAck));
            next = Wake.Earlier(next, new(_resets.Due, WakeReason.SctpRetransmit));
            next = Wake.Earlier(next, new(Instant.Min(_heartbeat.Due, _size.Due), WakeReason.SctpHeartbeat));
            return next.At == Instant.Never ? Wake.Never : next;
        }
    }

    /// <summary>
    /// Takes a message to be sent, in order with the others of its stream; from <see cref="Start"/> on, before the association is up too: the
    /// first ones then go with COOKIE ECHO.
    /// </summary>
    /// <exception cref="ArgumentException">The message is empty: SCTP has none such (RFC 8831 §6.6 sends one byte with a PPID of its own).</exception>
    public SctpSendResult Send(ushort streamId, uint ppid, ReadOnlySpan<byte> message, Instant now)
    {
        if (message.IsEmpty)
            throw new ArgumentException("An SCTP message has at least one byte.", nameof(message));
        BeginInput(now);
        if (State is not (SctpState.CookieWait or SctpState.CookieEchoed or SctpState.Established) || _shutdownIsWanted || _resets.IsResetting(streamId))
            return SctpSendResult.NotConnected;
        if (message.Length > MaxOutgoingMessageSize)
            return SctpSendResult.TooLarge;
        if (streamId >= _peerInboundStreams)
            return SctpSendResult.NoSuchStream;
        if (!_sender.Buffer.HasRoomFor(message.Length))
        {
            _sendWasRefused = true;
            return SctpSendResult.BufferFull;
        }

        _sender.Buffer.Add(streamId, ppid, message);
        _counters.MessagesSent++;
        _counters.BytesSent += message.Length;
        return SctpSendResult.Accepted;
    }

    /// <summary>The oldest whole message that waits to be taken. As long as it does, it counts against the peer's window.</summary>
    public bool TryPeekMessage(out SctpMessage header) => _receiver.TryPeek(out header);

    /// <summary>Takes the message that <see cref="TryPeekMessage"/> showed, or as much of it as fits; it is gone then.</summary>
    public void TakeMessage(Span<byte> destination, Instant now)
    {
        BeginInput(now);
        if (!_receiver.TryPeek(out SctpMessage message))
            return;
        _receiver.Take(destination);
        _counters.MessagesReceived++;
        _counters.BytesReceived += message.Length;
    }

    /// <summary>Closes a stream of ours (RFC 8831 §6.7), after what has been sent on it. Without effect when the peer has no RE-CONFIG.</summary>
    public void ResetStream(ushort streamId, Instant now)
    {
        BeginInput(now);
        if (_peerSupportsReConfig && State == SctpState.Established)
            _resets.Request(streamId);
    }

    public bool TryTakeEvent(out SctpEvent e)
    {
        e = _events.Count > 0 ? _events.Dequeue() : default;
        return e.Kind != SctpEventKind.None;
    }

    /// <summary>Does what is due; an early or repeated call does nothing.</summary>
    public void HandleTimeout(Instant now)
    {
        BeginInput(now);
        HandleInitTimeout();
        HandleShutdownTimeout();
        _receiver.HandleTimeout(now);

        if (State != SctpState.CookieEchoed && _sender.HandleTimeout(now, ref _counters))
        {
            // A peer that waits for our COOKIE ACK takes no DATA (RFC 9260 §6); it may be that one which was lost.
            _cookieAckIsDue |= !_peerIsEstablished;
            CountError();
        }

        if (_resets.HandleTimeout(now))
            CountError();
        _heartbeat.HandleTimeout(now, out bool wasMissed);
        if (wasMissed)
            CountError();
        _size.HandleTimeout(now);
        EndIfPathIsTooNarrow();
    }

    /// <summary>
    /// Takes the next packet to be sent. Chunks are bundled: COOKIE ECHO or COOKIE ACK first, then control chunks, then DATA (RFC 9260 §6.10).
    /// </summary>
    /// <exception cref="ArgumentException">The buffer is smaller than <see cref="SctpOptions.MaxPacketSize"/>.</exception>
    public bool TryTakePacket(Span<byte> buffer, out int length)
    {
        if (buffer.Length < _packetSize)
            throw new ArgumentException("The buffer must hold a packet of MaxPacketSize bytes.", nameof(buffer));
        SpanWriter writer = new(buffer[..NextPacketLength()]);
        if (_replies.NextGoesAlone)
        {
            WriteHeader(ref writer, _replies.NextTag);
            if (!_replies.TryMoveTo(ref writer))
                _replies.Drop();
        }
        else if (State == SctpState.CookieWait)
        {
            WriteInit(ref writer);
        }
        else if (State is not (SctpState.Closed or SctpState.Ended))
        {
            WriteBundle(ref writer);
        }

        if (writer.Length <= SctpPacket.HeaderLength && IsDataExchanged && _size.IsToBeSent)
        {
            writer = new(buffer[.._size.ProbeSize]); // A packet of its own, when nothing else goes.
            WriteHeader(ref writer, _peerTag);
            _size.Write(ref writer, _now);
        }

        length = writer.Length;
        if (length <= SctpPacket.HeaderLength)
        {
            length = 0;
            return false;
        }

        SctpPacket.Seal(writer.Written);
        _counters.PacketsSent++;
        return true;
    }

    private void WriteBundle(ref SpanWriter writer)
    {
        bool withCookie = _cookieEchoIsDue || _cookieAckIsDue;
        if (State == SctpState.CookieEchoed && !withCookie)
            return; // §5.1 C: until COOKIE ACK comes, nothing goes without COOKIE ECHO.
        bool sendsData = State is SctpState.CookieEchoed or SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownReceived;
        bool hasData = sendsData && _sender.HasDataToSend;

        WriteHeader(ref writer, _peerTag);
        WriteCookie(ref writer);
        // A SACK that waits goes along with DATA (§6.2), so that the peer's window and ours move together.
        if (State != SctpState.CookieEchoed && (_receiver.IsSackDueNow || (hasData && _receiver.IsSackPending)))
            _receiver.TryWriteSack(ref writer);
        while (!_replies.IsEmpty && !_replies.NextGoesAlone && _replies.TryMoveTo(ref writer))
        {
        }

        WriteShutdown(ref writer);
        if (IsDataExchanged && _heartbeat.IsToBeSent && writer.Free >= HeartbeatChunk.Length)
            _heartbeat.Write(ref writer, _now);
        if (sendsData)
            _sender.WriteData(ref writer, _now, ref _counters);
        if (State == SctpState.Established)
        {
            _resets.Prepare(_sender.Buffer, _sender.NextTsn);
            if (_resets.IsToBeSent)
                _resets.TryWrite(ref writer, _now);
        }
    }

    /// <summary>The states in which either side may still send DATA.</summary>
    private bool IsDataExchanged => State is SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownReceived;

    private void WriteHeader(ref SpanWriter writer, uint tag) =>
        SctpPacket.WriteHeader(ref writer, _options.LocalPort, _options.RemotePort, tag);

    /// <summary>Every call that brings something in starts here.</summary>
    private void BeginInput(Instant now)
    {
        _now = now;
        _sender.BeginBurst();
    }

    private void Reply(uint tag, bool goesAlone, byte type, byte flags, ReadOnlySpan<byte> value)
    {
        // The peer's packets may be longer than ours. An answer that no packet of ours can hold (to a long HEARTBEAT) would stay first in the
        // queue for ever, and every later one behind it.
        bool fits = SctpPacket.HeaderLength + Chunk.Padded(Chunk.HeaderLength + value.Length) <= _packetSize;
        if (!fits || !_replies.TryAdd(tag, goesAlone, type, flags, value))
            _counters.RepliesDropped++;
    }

    /// <summary>§8.1: timeouts in a row without any sign of the peer.</summary>
    private void CountError()
    {
        if (++_errors > _options.MaxRetransmits && State != SctpState.Ended)
            EndWithAbort(SctpEndReason.RetransmitLimit, ErrorCause.UserInitiatedAbort, "The peer no longer acknowledges what is sent to it.");
    }

    /// <summary>§8.1: the peer is there.</summary>
    private void HandleSignOfLife()
    {
        _errors = 0;
        if (IsDataExchanged)
            _heartbeat.Restart(_now);
    }

    private uint NewTag()
    {
        uint tag;
        do
            tag = _options.Random.NextUInt32();
        while (tag == 0);
        return tag;
    }
}
