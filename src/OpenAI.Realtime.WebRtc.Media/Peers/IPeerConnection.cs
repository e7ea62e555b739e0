using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The seam to a WebRTC engine: one peer with one Opus track and one data channel. The peer itself is negotiation, state, statistics and end. It carries Opus packets and messages,
/// never PCM and never events, so that codec, jitter buffer and event types exist once and engine and codec vary independently.
/// </summary>
/// <remarks>
/// <para>Call order: <see cref="CreateOfferAsync"/> then <see cref="SetAnswer"/>, or <see cref="CreateAnswerAsync"/> alone; then
/// <see cref="ConnectAsync"/>. Dispose ends everything and waits until sockets are closed.</para>
/// <para>In a call that is under way ICE can be restarted (RFC 8445 §9), when a network has changed: <see cref="CreateRestartOfferAsync"/> then <see cref="SetAnswer"/>, or <see cref="CreateAnswerAsync"/> with the
/// peer's new offer. Audio and messages go on by the path that there is until another one has been found; where none is, they stay there. <see cref="State"/> tells of it only when the peer had been silent:
/// <see cref="PeerState.Connected"/> again. <see cref="PeerStatistics.IceRestarts"/> counts. A description that cannot be used leaves the call as it is.</para>
/// <para>Threads: every member may be called from any thread. One reader at a time for messages, and one for audio;
/// sends may come from several threads at once. No callback of the caller's ever runs on the engine's loop.</para>
/// </remarks>
public interface IPeerConnection : IAsyncDisposable
{
    /// <summary>Opens the sockets, gathers host candidates and writes the offer.</summary>
    /// <returns>The offer as SDP, with CRLF line ends.</returns>
    /// <exception cref="PeerConnectionException">No local address could be used.</exception>
    ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes an offer that restarts ICE in the call that is under way. One that has not been answered is withdrawn by the next one.</summary>
    /// <returns>The offer as SDP, with CRLF line ends.</returns>
    /// <exception cref="NotSupportedException">This engine cannot restart ICE; the default of engines that do not implement this.</exception>
    /// <exception cref="InvalidOperationException">No path has been found yet; or the peer made the first offer, and with more than an audio track and a data channel, so that only the peer can offer again.</exception>
    /// <exception cref="PeerConnectionException">The connection has ended.</exception>
    ValueTask<string> CreateRestartOfferAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{GetType().Name} cannot restart ICE: when the network changes, make a new connection.");

    /// <summary>
    /// Opens the sockets, gathers host candidates, applies the offer and writes the answer. In a call that is under way, with the peer's new offer: restarts ICE where the offer has new ICE credentials, and
    /// answers with the same as before where it has not.
    /// </summary>
    /// <param name="offer">The peer's offer, unchanged.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer as SDP, with CRLF line ends.</returns>
    /// <exception cref="SdpException">The offer cannot be used; the message names the line and the reason.</exception>
    /// <exception cref="PeerConnectionException">No local address could be used.</exception>
    ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default);

    /// <summary>Applies the peer's answer to the offer made last.</summary>
    /// <param name="sdp">The answer, byte for byte as the peer gave it.</param>
    /// <exception cref="SdpException">The answer cannot be used; the message names the line and the reason. In a call that is under way: also when no offer waits for one.</exception>
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

    /// <summary>The data channel.</summary>
    IMessageChannel Messages { get; }

    /// <summary>The audio track.</summary>
    IOpusTrack Audio { get; }

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
