using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;

namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

/// <summary>
/// One reliable, ordered data channel and the association below it (RFC 8831, RFC 8832): the whole of what travels in DTLS.
/// </summary>
/// <remarks>
/// <para>Same contract as every machine: handle one thing → drain <see cref="TryTakePacket"/> and <see cref="TryTakeEvent"/> → wait.</para>
/// <code>
/// 1. Start                        the association starts; as opener DATA_CHANNEL_OPEN is queued and goes along with COOKIE ECHO
/// 2. the association is up        (opener, negotiated) open: what is sent now stays behind DATA_CHANNEL_OPEN, whose ACK need not be waited for (RFC 8832 §6)
///    DATA_CHANNEL_OPEN arrives    (not the opener) it is our channel, the first one; answered by DATA_CHANNEL_ACK: open
/// 3. messages                     our channel's are handed out; DCEP is handled here; other channels of the peer are acknowledged, and
///                                 what comes on them is counted and dropped
/// 4. the peer resets our stream, or the association ends: closed
/// </code>
/// </remarks>
internal sealed class DataChannel
{
    /// <summary>How many channels beyond the first one of the peer are acknowledged.</summary>
    public const int MaxForeignChannels = 32;

    /// <summary>The longest DCEP message read: what 65,535 bytes of label and protocol each would need is never asked for.</summary>
    public const int MaxDcepLength = 4096;

    private readonly DataChannelOptions _options;
    private readonly SctpAssociation _association;
    private readonly List<ushort> _foreignStreams = [];
    private bool _openedIsDue;
    private bool _sendBufferLowIsDue;
    private DataChannelEvent _closed;

    /// <exception cref="ArgumentException">Label and protocol do not fit a DCEP message, or the id is not one.</exception>
    public DataChannel(SctpAssociation association, DataChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(association);
        ArgumentNullException.ThrowIfNull(options);
        if (DcepMessage.OpenHeaderLength + Encoding.UTF8.GetByteCount(options.Label) + Encoding.UTF8.GetByteCount(options.Protocol) > MaxDcepLength)
            throw new ArgumentException($"Label and protocol have more than {MaxDcepLength - DcepMessage.OpenHeaderLength} bytes together.", nameof(options));
        if (options.NegotiatedId == SctpEvent.AllStreams)
            throw new ArgumentException("65535 is not the id of a channel (RFC 8832 §6).", nameof(options));
        _association = association;
        _options = options;
        Label = options.Label;
        Protocol = options.Protocol;
    }

    public DataChannelState State { get; private set; }

    /// <summary>The stream of the channel; null as long as the peer has not opened it.</summary>
    public ushort? StreamId { get; private set; }

    /// <summary>The label; the peer's, when the peer has opened the channel.</summary>
    public string Label { get; private set; }

    /// <summary>The subprotocol; the peer's, when the peer has opened the channel.</summary>
    public string Protocol { get; private set; }

    /// <summary>The association below, for its counters, round trip and limits.</summary>
    public SctpAssociation Association => _association;

    /// <summary>Bytes of messages not yet acknowledged.</summary>
    public int BufferedBytes => _association.BufferedBytes;

    /// <summary>Channels of the peer beyond ours.</summary>
    public int ForeignChannels => _foreignStreams.Count;

    /// <summary>Messages dropped: of other channels, or with a PPID that WebRTC does not have.</summary>
    public long DroppedMessages { get; private set; }

    public Wake NextTimeout => _association.NextTimeout;

    /// <summary>DTLS is up: starts the association, and as opener opens the channel.</summary>
    /// <param name="role">Our DTLS role: the client opens channels with even ids, the server with odd ones (RFC 8832 §6).</param>
    /// <param name="now">The time.</param>
    /// <param name="roundTrip">As ICE has measured it, where it has.</param>
    public void Start(DtlsRole role, Instant now, TimeSpan? roundTrip = null)
    {
        if (State != DataChannelState.New)
            return;
        State = DataChannelState.Opening;
        StreamId = _options.NegotiatedId ?? (_options.IsOpener ? (ushort)(role == DtlsRole.Client ? 0 : 1) : null);
        _association.Start(now, roundTrip);
        if (_options.NegotiatedId is null && _options.IsOpener)
            SendOpen(now);
        Advance(now);
    }

    public void HandlePacket(ReadOnlySpan<byte> packet, Instant now)
    {
        _association.HandlePacket(packet, now);
        Advance(now);
    }

    public void HandleTimeout(Instant now)
    {
        _association.HandleTimeout(now);
        Advance(now);
    }

    public bool TryTakePacket(Span<byte> buffer, out int length) => _association.TryTakePacket(buffer, out length);

    public bool TryTakeEvent(out DataChannelEvent e)
    {
        if (_openedIsDue)
        {
            _openedIsDue = false;
            e = new(DataChannelEventKind.Opened);
        }
        else if (_sendBufferLowIsDue)
        {
            _sendBufferLowIsDue = false;
            e = new(DataChannelEventKind.SendBufferLow);
        }
        else
        {
            e = _closed;
            _closed = default;
        }

        return e.Kind != DataChannelEventKind.None;
    }

    /// <summary>
    /// Sends one message. The opener need not wait until the channel is open: order sees to it that DATA_CHANNEL_OPEN comes first
    /// (RFC 8832 §6).
    /// </summary>
    public SctpSendResult Send(MessageKind kind, ReadOnlySpan<byte> message, Instant now)
    {
        if (StreamId is not ushort streamId || State == DataChannelState.Closed)
            return SctpSendResult.NotConnected;
        bool isText = kind == MessageKind.Text;
        return message.IsEmpty
            ? _association.Send(streamId, isText ? PayloadProtocol.TextEmpty : PayloadProtocol.BinaryEmpty, [0], now)
            : _association.Send(streamId, isText ? PayloadProtocol.Text : PayloadProtocol.Binary, message, now);
    }

    /// <summary>The oldest message that waits to be taken. As long as it does, it counts against what the peer may send.</summary>
    public bool TryPeekMessage(out DataChannelMessage header)
    {
        header = default;
        if (!_association.TryPeekMessage(out SctpMessage message))
            return false;
        // Advance has left nothing but ours at the head.
        MessageKind kind = message.Ppid is PayloadProtocol.Text or PayloadProtocol.TextEmpty or PayloadProtocol.TextPartial
            ? MessageKind.Text
            : MessageKind.Binary;
        bool isEmpty = message.Ppid is PayloadProtocol.TextEmpty or PayloadProtocol.BinaryEmpty;
        header = new(kind, isEmpty ? 0 : message.Length);
        return true;
    }

    /// <summary>Takes the message that <see cref="TryPeekMessage"/> showed, or as much of it as fits; it is gone then.</summary>
    public void TakeMessage(Span<byte> destination, Instant now)
    {
        _association.TakeMessage(destination, now);
        Advance(now);
    }

    /// <summary>Closes in order: what has been accepted is delivered, then the association is shut down.</summary>
    public void Close(Instant now)
    {
        _association.Shutdown(now);
        Advance(now);
    }

    /// <summary>Closes at once.</summary>
    public void Abort(Instant now)
    {
        _association.Abort(now);
        Advance(now);
    }

    private void SendOpen(Instant now)
    {
        byte[] label = Encoding.UTF8.GetBytes(_options.Label);
        byte[] protocol = Encoding.UTF8.GetBytes(_options.Protocol);
        Span<byte> open = stackalloc byte[DcepMessage.OpenHeaderLength + label.Length + protocol.Length];
        SpanWriter writer = new(open);
        DcepMessage.WriteOpen(ref writer, label, protocol);
        _association.Send(StreamId!.Value, PayloadProtocol.Dcep, open, now);
    }

    /// <summary>Handles what is not for the user, until the next message that is.</summary>
    private void Advance(Instant now)
    {
        while (_association.TryPeekMessage(out SctpMessage message) && !IsForUser(message))
        {
            if (message.Ppid == PayloadProtocol.Dcep && message.Length <= MaxDcepLength)
            {
                TakeDcep(message, now);
            }
            else
            {
                _association.TakeMessage([], now);
                DroppedMessages++;
            }
        }

        while (_association.TryTakeEvent(out SctpEvent e))
            HandleEvent(e, now);
    }

    private void TakeDcep(in SctpMessage message, Instant now)
    {
        Span<byte> bytes = stackalloc byte[MaxDcepLength];
        _association.TakeMessage(bytes, now);
        HandleDcep(message.StreamId, bytes[..message.Length], now);
    }

    private bool IsForUser(in SctpMessage message) =>
        message.StreamId == StreamId &&
        message.Ppid is PayloadProtocol.Text or PayloadProtocol.TextEmpty or PayloadProtocol.TextPartial
            or PayloadProtocol.Binary or PayloadProtocol.BinaryEmpty or PayloadProtocol.BinaryPartial;

    private void HandleDcep(ushort streamId, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (!DcepMessage.TryParse(bytes, out DcepMessage message))
        {
            DroppedMessages++;
            return;
        }

        if (message.Type == DcepMessage.Ack)
            return; // It tells nothing that the association has not told.

        if (StreamId is null && State == DataChannelState.Opening)
        {
            StreamId = streamId;
            Label = Encoding.UTF8.GetString(message.Label);
            Protocol = Encoding.UTF8.GetString(message.Protocol);
            SendAck(streamId, now);
            SetOpen();
        }
        else if (streamId == _options.NegotiatedId)
        {
            SendAck(streamId, now); // A peer that opens in-band what was agreed on beforehand would wait for it.
        }
        else if (streamId != StreamId && ForeignChannels < MaxForeignChannels && !_foreignStreams.Contains(streamId))
        {
            _foreignStreams.Add(streamId);
            SendAck(streamId, now);
        }
        else
        {
            DroppedMessages++;
        }
    }

    private void SendAck(ushort streamId, Instant now) => _association.Send(streamId, PayloadProtocol.Dcep, [DcepMessage.Ack], now);

    private void HandleEvent(in SctpEvent e, Instant now)
    {
        switch (e.Kind)
        {
            case SctpEventKind.Established when _options.IsOpener || _options.NegotiatedId is not null:
                SetOpen();
                break;

            case SctpEventKind.StreamReset:
                HandleStreamReset(e.StreamId, now);
                break;

            case SctpEventKind.SendBufferLow:
                _sendBufferLowIsDue = true;
                break;

            case SctpEventKind.Ended:
                SetClosed(e.Reason, e.Detail);
                break;
        }
    }

    /// <summary>
    /// RFC 8831 §6.7: the peer has closed a channel; we close our half of it too, once. Of a stream that carries no channel we have no half: to
    /// answer a reset of it by one of ours would go on for ever with a peer that does the same.
    /// </summary>
    private void HandleStreamReset(ushort streamId, Instant now)
    {
        if (State == DataChannelState.Closed)
            return;
        if (streamId == StreamId || streamId == SctpEvent.AllStreams)
        {
            if (StreamId is ushort ours)
                _association.ResetStream(ours, now);
            SetClosed(SctpEndReason.ClosedByPeer, "The peer closed the data channel.");
        }
        else if (_foreignStreams.Remove(streamId))
        {
            _association.ResetStream(streamId, now);
        }
    }

    private void SetOpen()
    {
        if (State != DataChannelState.Opening)
            return;
        State = DataChannelState.Open;
        _openedIsDue = true;
    }

    private void SetClosed(SctpEndReason reason, string? detail)
    {
        if (State == DataChannelState.Closed)
            return;
        State = DataChannelState.Closed;
        _closed = new(DataChannelEventKind.Closed, reason, detail);
    }
}
