using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using global::SIPSorcery.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>The seam on SIPSorcery's <c>RTCPeerConnection</c>: what callers call. What SIPSorcery reports is in the part named Events, states and ends in Lifetime.</summary>
internal sealed partial class SIPSorceryPeerConnection : IPeerConnection, IMessageChannel, IOpusTrack
{
    /// <summary>What SIPSorcery can put together of one message (<c>RTCSctpTransport.SCTP_DEFAULT_MAX_MESSAGE_SIZE</c>, which it also refuses to exceed when sending).</summary>
    public const int MaxMessageSize = 262_144;

    /// <summary>How often the send buffer is looked at while it is full or being emptied: SIPSorcery has no event for it.</summary>
    private static readonly TimeSpan BufferPoll = TimeSpan.FromMilliseconds(5);

    private readonly PeerConnectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly AudioInbox _audio = new();
    private readonly MessageInbox _messages = new();
    private readonly Lock _sendingAudio = new();
    private readonly uint _timestampOffset = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private int _maxOutgoingMessage;
    private int _payloadType;
    private long _audioSent;
    private long _audioBytesSent;
    private long _audioDropped;
    private long _messagesSent;

    public SIPSorceryPeerConnection(PeerConnectionOptions options, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _created = clock.GetTimestamp();
        _deadline = clock.CreateTimer(_ => OnDeadline(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _liteConsent = clock.CreateTimer(
            _ => Try("sending a consent check", () => LiteConsent.Send(_peer!.GetRtpChannel())), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private bool Sends => _options.AudioDirection is MediaDirection.SendReceive or MediaDirection.SendOnly;

    public async ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // SIPSorcery generates its key and waits for its candidates inside these calls: not on the caller's thread.
        return await Task.Run(OfferAsync, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(offer);
        cancellationToken.ThrowIfCancellationRequested();
        SdpText.Check(offer);
        return await Task.Run(() => AnswerAsync(offer), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void SetAnswer(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        SdpText.Check(sdp);
        Apply(Opened(), RTCSdpType.answer, sdp);
    }

    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _connected.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            End(PeerEndReason.ClosedLocally, "Connecting was cancelled.");
            throw;
        }
    }

    public IMessageChannel Messages => this;

    public IOpusTrack Audio => this;

    ValueTask<IncomingMessage?> IMessageChannel.ReceiveAsync(CancellationToken cancellationToken) => _messages.ReadAsync(cancellationToken);

    async ValueTask IMessageChannel.SendAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken)
    {
        RTCDataChannel channel = OpenChannel();
        if (message.Length > _maxOutgoingMessage)
            throw new ArgumentException($"The message has {message.Length} bytes; the peer or SIPSorcery takes at most {_maxOutgoingMessage}.", nameof(message));
        while (channel.bufferedAmount >= (ulong)_options.SendBufferSize)
        {
            await Task.Delay(BufferPoll, _clock, cancellationToken).ConfigureAwait(false);
            channel = OpenChannel();
        }

        cancellationToken.ThrowIfCancellationRequested();
        Send(channel, message, kind);
        Interlocked.Increment(ref _messagesSent);
    }

    ValueTask<bool> IOpusReader.WaitAsync(CancellationToken cancellationToken) => _audio.WaitAsync(cancellationToken);

    bool IOpusReader.TryRead(Span<byte> destination, out EncodedAudio packet) => _audio.TryRead(destination, out packet);

    // SIPSorcery numbers packets itself: what was lost before them shows as a pause.
    void IOpusTrack.Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        if (opus.Length > EncodedAudio.MaxLength)
            throw new ArgumentException($"The packet has {opus.Length} bytes; at most {EncodedAudio.MaxLength} fit one datagram.", nameof(opus));
        if (!Sends || !MayCarryAudio || opus.IsEmpty)
        {
            Interlocked.Increment(ref _audioDropped);
            return;
        }

        try
        {
            // SIPSorcery's sequence number and its caller's order are not kept by itself when several threads send.
            lock (_sendingAudio)
                _peer!.SendRtpRaw(SDPMediaTypesEnum.audio, opus.ToArray(), header.Timestamp + _timestampOffset, header.Marker ? 1 : 0, _payloadType);
            Interlocked.Increment(ref _audioSent);
            Interlocked.Add(ref _audioBytesSent, opus.Length);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ArgumentException or ApplicationException)
        {
            Interlocked.Increment(ref _audioDropped);   // closed meanwhile
        }
    }

    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        BeginClose();
        try
        {
            await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            End(PeerEndReason.ClosedLocally, "Closing in good order was cancelled.");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _messages.Clear();
    }

    public PeerStatistics GetStatistics()
    {
        RtpIceChannel? network = _peer?.GetRtpChannel();
        return new PeerStatistics
        {
            AudioPacketsSent = Interlocked.Read(ref _audioSent),
            AudioBytesSent = Interlocked.Read(ref _audioBytesSent),
            AudioPacketsDroppedOnSend = Interlocked.Read(ref _audioDropped),
            AudioPacketsReceived = _audio.Received,
            AudioBytesReceived = _audio.ReceivedBytes,
            AudioPacketsDroppedOnReceive = _audio.Dropped,
            AudioPacketsLost = _lost,
            Jitter = _jitter,
            RemoteFractionLost = _remoteFractionLost,
            MessagesSent = Interlocked.Read(ref _messagesSent),
            MessagesReceived = _messages.Received,
            LocalAddress = network?.NominatedEntry is null ? null : network.RTPLocalEndPoint.ToString(),
            RemoteAddress = network?.NominatedEntry?.RemoteCandidate.DestinationEndPoint?.ToString(),
            PhaseTimes = GetPhaseTimes(),
        };
    }

    private void Send(RTCDataChannel channel, ReadOnlyMemory<byte> message, MessageKind kind)
    {
        // RTCDataChannel.send would decode our UTF-8 and encode it again. An empty message is one byte of zero with its own identifier (RFC 8831 §6.6).
        DataChannelPayloadProtocols identifier = (kind, message.IsEmpty) switch
        {
            (MessageKind.Text, false) => DataChannelPayloadProtocols.WebRTC_String,
            (MessageKind.Text, true) => DataChannelPayloadProtocols.WebRTC_String_Empty,
            (_, false) => DataChannelPayloadProtocols.WebRTC_Binary,
            _ => DataChannelPayloadProtocols.WebRTC_Binary_Empty,
        };
        ReadOnlyMemory<byte> wire = message.IsEmpty ? new byte[1] : message;
        if (!MemoryMarshal.TryGetArray(wire, out ArraySegment<byte> bytes))
            bytes = wire.ToArray();
        _peer!.sctp.RTCSctpAssociation.SendData(channel.id.GetValueOrDefault(), (uint)identifier, bytes.Array!, bytes.Offset, bytes.Count);
    }
}
