using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The seam on our own engine. All that happens happens in <see cref="PeerLoop"/>; this checks arguments and translates.</summary>
internal sealed class NativePeerConnection : IPeerConnection, IMessageChannel, IOpusTrack
{
    private readonly PeerLoop _loop;
    private readonly ILogger _logger;

    public NativePeerConnection(PeerConnectionOptions options, TimeProvider clock, WaitThreads waitThreads, AddressWatch addresses, ILogger logger)
    {
        _logger = logger;
        var driverClock = new DriverClock(clock);
        var peerOptions = new PeerOptions
        {
            WallClockAtZero = driverClock.WallClockAtZero,
            Random = CryptoRandomSource.Instance,
            ChannelLabel = options.ChannelLabel,
            NegotiatedChannelId = (ushort?)options.NegotiatedChannelId,
            AudioDirection = options.AudioDirection,
            MaxIncomingMessageSize = options.MaxIncomingMessageSize,
            SendBufferSize = options.SendBufferSize,
            IceLite = options.IceLite,
            AnswerAsDtlsServer = options.AnswerAsDtlsServer,
            IceTimeout = options.IceTimeout,
            DtlsTimeout = options.DtlsTimeout,
            ChannelTimeout = options.ChannelTimeout,
            ConsentTimeout = options.ConsentTimeout,
        };
        _loop = new PeerLoop(options, peerOptions, driverClock, waitThreads, addresses, logger);
    }

    public PeerState State => _loop.State;

    public ChannelReader<PeerStateChange> StateChanges => _loop.StateChanges;

    public Task<PeerEnd> Completion => _loop.Completion;

    public ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_loop.Negotiate(starts: false, (peer, _) => peer.CreateOffer()));
    }

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(offer);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_loop.Negotiate(starts: true, (peer, now) =>
            peer.TryCreateAnswer(offer, now, out string answer, out SdpError error) ? answer : throw Refuse(error)));
    }

    public void SetAnswer(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        _loop.SetAnswer((peer, now) =>
        {
            if (!peer.TrySetAnswer(sdp, now, out SdpError error))
                throw Refuse(error);
        });
    }

    public ValueTask<string> CreateRestartOfferAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_loop.NegotiateAgain(static peer => peer.CreateRestartOffer()));
    }

    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _loop.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _loop.Abort("Connecting was cancelled.");
            throw;
        }
    }

    public IMessageChannel Messages => this;

    public IOpusTrack Audio => this;

    ValueTask<IncomingMessage?> IMessageChannel.ReceiveAsync(CancellationToken cancellationToken) => _loop.IncomingMessages.ReadAsync(_loop, cancellationToken);

    ValueTask IMessageChannel.SendAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken) =>
        _loop.SendMessageAsync(message, kind, cancellationToken);

    OpusPreferences? IOpusTrack.Preferences => _loop.OpusPreferences;

    double? IOpusTrack.FractionLost => _loop.RemoteFractionLost;

    ValueTask<bool> IOpusReader.WaitAsync(CancellationToken cancellationToken) => _loop.IncomingAudio.WaitAsync(cancellationToken);

    bool IOpusReader.TryRead(Span<byte> destination, out EncodedAudio packet) => _loop.IncomingAudio.TryRead(destination, out packet);

    void IOpusTrack.Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        if (opus.Length > EncodedAudio.MaxLength)
            throw new ArgumentException($"The packet has {opus.Length} bytes; at most {EncodedAudio.MaxLength} fit one datagram.", nameof(opus));
        _loop.SendAudio(opus, in header);
    }

    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _loop.BeginClose();
        try
        {
            await _loop.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _loop.Abort("Closing in good order was cancelled.");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _loop.IncomingMessages.Clear();
    }

    public PeerStatistics GetStatistics()
    {
        (PeerCounters counters, StreamWay way) = _loop.GetCounters();
        Dictionary<string, long> drops = new(counters.Drops);
        long received = counters.Drops.Values.Sum();
        _loop.AddSendFailures(drops);
        return new PeerStatistics
        {
            AudioPacketsSent = counters.AudioPacketsSent,
            AudioBytesSent = counters.AudioBytesSent,
            AudioPacketsDroppedOnSend = counters.AudioPacketsNotSent + _loop.AudioDroppedOnSend,
            AudioPacketsReceived = counters.AudioPacketsReceived,
            AudioBytesReceived = counters.AudioBytesReceived,
            AudioPacketsDroppedOnReceive = counters.AudioPacketsNotTaken + _loop.IncomingAudio.Dropped,
            AudioPacketsLost = counters.AudioPacketsLost,
            Jitter = counters.Jitter,
            RemoteFractionLost = counters.RemoteFractionLost,
            RoundTripTime = counters.RoundTripTime,
            MessagesSent = counters.MessagesSent,
            MessagesReceived = counters.MessagesReceived,
            ChunksRetransmitted = counters.ChunksRetransmitted,
            CandidatesIgnored = counters.CandidatesIgnored,
            DatagramsDropped = received,
            Drops = drops,
            DtlsCipherSuite = counters.DtlsCipherSuite,
            SrtpProfile = counters.SrtpProfile,
            Transport = counters.SelectedPath?.Protocol,
            Proxy = way.Proxy,
            IceRestarts = counters.IceRestarts,
            LocalAddress = way.Local?.ToString() ?? counters.SelectedPath?.Local.ToString(),
            RemoteAddress = counters.SelectedPath?.Remote.ToString(),
            PhaseTimes = _loop.GetPhaseTimes(),
        };
    }

    private SdpException Refuse(SdpError error)
    {
        DriverLog.SdpRefused(_logger, error.Line, error.Message);
        return new SdpException(error.Message, error.Line, error.LineText);
    }
}
