namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The seam to a WebRTC engine: one peer, one Opus track, one data channel. It carries Opus packets and UTF-8 JSON, never PCM and
/// never events, so that codec, jitter buffer and event types exist once and engine and codec vary independently.
/// </summary>
/// <remarks>
/// <para>Call order: <see cref="CreateOfferAsync"/> then <see cref="SetAnswer"/>, or <see cref="CreateAnswerAsync"/> alone; then
/// <see cref="ConnectAsync"/>. Dispose ends everything and waits until sockets are closed.</para>
/// <para>Threads: every member may be called from any thread. One reader at a time for messages, and one for audio;
/// sends may come from several threads at once. No callback of the caller's ever runs on the engine's loop.</para>
/// </remarks>
public interface IPeerConnection : IAsyncDisposable
{
    /// <summary>Opens the sockets, gathers host candidates and writes the offer.</summary>
    /// <returns>The offer as SDP, with CRLF line ends.</returns>
    /// <exception cref="PeerConnectionException">No local address could be used.</exception>
    ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens the sockets, gathers host candidates, applies the offer and writes the answer.</summary>
    /// <param name="offer">The peer's offer, unchanged.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer as SDP, with CRLF line ends.</returns>
    /// <exception cref="SdpException">The offer cannot be used; the message names the line and the reason.</exception>
    /// <exception cref="PeerConnectionException">No local address could be used.</exception>
    ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default);

    /// <summary>Applies the peer's answer to the offer made before.</summary>
    /// <param name="sdp">The answer, byte for byte as the peer gave it.</param>
    /// <exception cref="SdpException">The answer cannot be used; the message names the line and the reason.</exception>
    void SetAnswer(string sdp);

    /// <summary>Connects: ICE, DTLS, and the data channel. Completes when the channel is open.</summary>
    /// <exception cref="PeerConnectionException">A phase failed or took too long; says which, and why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the connection is then closed.</exception>
    Task ConnectAsync(CancellationToken cancellationToken = default);

    /// <summary>Where the connection stands now.</summary>
    PeerState State { get; }

    /// <summary>Every change of <see cref="State"/> in order, with its time and reason; completes after the last one. One reader.</summary>
    ChannelReader<PeerStateChange> StateChanges { get; }

    /// <summary>What has been counted until now.</summary>
    PeerStatistics GetStatistics();

    /// <summary>The next message of the data channel, or null when no more will come.</summary>
    /// <returns>A pooled message that the reader disposes. One not yet read counts against what the peer may send.</returns>
    ValueTask<IncomingMessage?> ReceiveMessageAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends one message. Completes when the engine has taken it, which waits while its send buffer is full.</summary>
    /// <param name="message">The whole message; the caller owns it and may use it again once the task has completed.</param>
    /// <param name="kind">Text or binary.</param>
    /// <param name="cancellationToken">Ends the wait for room; a message is sent whole or not at all.</param>
    /// <exception cref="ArgumentException">The message is larger than the peer accepts, or the peer advertised no such size.</exception>
    /// <exception cref="PeerConnectionException">The channel is not open, or has closed.</exception>
    ValueTask SendMessageAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default);

    /// <summary>Waits until an audio packet can be read.</summary>
    /// <returns>False when no more will come.</returns>
    ValueTask<bool> WaitForAudioAsync(CancellationToken cancellationToken = default);

    /// <summary>Copies the next received Opus packet out, in order of arrival (not of sequence).</summary>
    /// <param name="destination">At least <see cref="EncodedAudio.MaxLength"/> bytes.</param>
    /// <param name="packet">What the packet's header said.</param>
    /// <returns>False when none is waiting.</returns>
    bool TryReadAudio(Span<byte> destination, out EncodedAudio packet);

    /// <summary>Sends one Opus packet. Never blocks: before the connection is up, or when the queue is full, the packet is dropped and counted.</summary>
    /// <param name="opus">One Opus packet of at most <see cref="EncodedAudio.MaxLength"/> bytes; copied before the call returns.</param>
    /// <param name="timestamp">In 48 kHz units from any start; the engine adds its own random offset. A jump shows the peer a gap.</param>
    /// <param name="marker">Whether this is the first packet after a gap (RFC 3551 §4.1).</param>
    void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker);

    /// <summary>
    /// Sends one Opus packet that a relay received after others that never came: the peer is shown the loss (RFC 3550 §7.1) and can conceal it. An engine that cannot leave
    /// sequence numbers out sends it as any other; the peer then sees a pause.
    /// </summary>
    /// <param name="opus">As with <see cref="SendAudio(ReadOnlySpan{byte}, uint, bool)"/>.</param>
    /// <param name="timestamp">In 48 kHz units; behind the last one by the lost packets, too.</param>
    /// <param name="marker">Whether this is the first packet after a gap.</param>
    /// <param name="lost">How many packets before it are lost; at most 500 are shown.</param>
    void SendAudio(ReadOnlySpan<byte> opus, uint timestamp, bool marker, int lost) => SendAudio(opus, timestamp, marker);

    /// <summary>Sends what is queued, shuts the channel and the connection down, and closes the sockets. Later calls wait for the first.</summary>
    Task CloseAsync(CancellationToken cancellationToken = default);

    /// <summary>Completes when the connection has ended, however it ended. Never faults: the result says why.</summary>
    Task<PeerEnd> Completion { get; }
}

/// <summary>Makes connections. Thread-safe.</summary>
public interface IPeerConnectionFactory
{
    /// <summary>Makes a connection that has not opened anything yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    IPeerConnection Create(PeerConnectionOptions options);
}
