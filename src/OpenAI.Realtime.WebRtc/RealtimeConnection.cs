using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>What a connection is made of.</summary>
internal sealed record RealtimeConnectionSetup(
    IPeerConnectionFactory PeerFactory, PeerConnectionOptions PeerOptions, OfferExchange Exchange, CallHangUp HangUp, ConnectClock Clock, ILogger Logger)
{
    /// <summary>Called with the peer before anything is opened, to attach audio; what it throws fails the connect.</summary>
    public Action<IPeerConnection>? OnPeerCreated { get; init; }

    /// <summary>What to do about an answer that cannot be used.</summary>
    public string AnswerRemedy { get; init; } = "Check that Endpoint is a Realtime service and Dialect the one it speaks; a proxy may be changing bodies.";
}

/// <summary>
/// A call over WebRTC that knows no event type and no endpoint: signalling is a delegate (offer in, answer and call id out). Another protocol of the same family
/// can stand on it.
/// </summary>
/// <remarks>
/// <code>
/// 1  create the peer, write the offer
/// 2  exchange it for an answer; from the moment its call id is known, a failure hangs the call up
/// 3  apply the answer
/// 4  ICE, DTLS, channel: the engine, each phase with its own limit
/// </code>
/// A failed or cancelled connect returns only when the call is hung up and the sockets are closed.
/// </remarks>
internal sealed class RealtimeConnection : IAsyncDisposable
{
    private static readonly TimeSpan EngineGrace = TimeSpan.FromSeconds(5);

    private readonly RealtimeConnectionSetup _setup;
    private readonly TimeSpan _peerCreated;
    private readonly Lock _statesLock = new();
    private string? _callId;
    private Action<PeerStateChange>? _stateChanged;
    private readonly InOrder<PeerStateChange> _changes;
    private PeerStateChange _last;

    private RealtimeConnection(RealtimeConnectionSetup setup)
    {
        _setup = setup;
        _changes = new InOrder<PeerStateChange>(change => _stateChanged?.Invoke(change));
        Peer = setup.PeerFactory.Create(setup.PeerOptions);
        _peerCreated = setup.Clock.Elapsed;
        _ = WatchStatesAsync();
    }

    /// <summary>The engine's side of it.</summary>
    public IPeerConnection Peer { get; }

    /// <summary>The call's id; null when the service named none.</summary>
    public string? CallId => _callId;

    /// <summary>From now on tells each change of the engine's state, in order, one at a time; must be quick. A state other than connected is told at once.</summary>
    public void Observe(Action<PeerStateChange> stateChanged)
    {
        lock (_statesLock)
        {
            TakeStatesLocked();
            _stateChanged = stateChanged;
            if (_last.State == PeerState.Disconnected)
                _changes.Add(_last);
        }

        Tell();
    }

    private void Tell()
    {
        _setup.Clock.Tell();
        _changes.Deliver();
    }

    /// <summary>A time on the peer's clock as a time since the connect began; never later than now, since creating the peer took a moment that both clocks count.</summary>
    public TimeSpan SinceStart(TimeSpan sincePeerCreated)
    {
        TimeSpan now = _setup.Clock.Elapsed;
        TimeSpan at = _peerCreated + sincePeerCreated;
        return at < now ? at : now;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="RealtimeConnectException">A phase failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<RealtimeConnection> ConnectAsync(RealtimeConnectionSetup setup, CancellationToken cancellationToken)
    {
        var connection = new RealtimeConnection(setup);
        try
        {
            await connection.RunAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            await connection.AbandonAsync().ConfigureAwait(false);
            if (Translate(e, setup.AnswerRemedy, cancellationToken) is { } translated)
                throw translated;
            throw;
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _setup.OnPeerCreated?.Invoke(Peer);
        string offer = await Peer.CreateOfferAsync(cancellationToken).ConfigureAwait(false);
        RealtimeCallAnswer answer = await _setup.Exchange(offer, id => Interlocked.CompareExchange(ref _callId, id, null), cancellationToken).ConfigureAwait(false);
        if (answer.CallId is not null)
            Interlocked.CompareExchange(ref _callId, answer.CallId, null);
        cancellationToken.ThrowIfCancellationRequested();

        // Before it is applied: from then on the engine runs, and may have a path before this thread goes on.
        _setup.Clock.Reach(ConnectStep.Answer);
        Peer.SetAnswer(answer.Sdp);
        await ConnectPeerAsync(cancellationToken).ConfigureAwait(false);
        TakeStates();
        _setup.Clock.Reach(ConnectStep.Channel);
    }

    /// <summary>The engine keeps the limits of its phases; should an engine fail to, the sum of them and a grace is ours.</summary>
    private async Task ConnectPeerAsync(CancellationToken cancellationToken)
    {
        PeerConnectionOptions limits = _setup.PeerOptions;
        TimeSpan whole = limits.IceTimeout + limits.DtlsTimeout + limits.ChannelTimeout + EngineGrace;
        using var overdue = new CancellationTokenSource(whole, limits.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, overdue.Token);
        try
        {
            await Peer.ConnectAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested && overdue.IsCancellationRequested)
        {
            (ConnectPhase phase, RealtimeFailure failure) = Peer.State switch
            {
                PeerState.New or PeerState.CheckingConnectivity => (ConnectPhase.Ice, RealtimeFailure.IceFailed),
                PeerState.Securing => (ConnectPhase.Dtls, RealtimeFailure.DtlsFailed),
                _ => (ConnectPhase.Channel, RealtimeFailure.ChannelNeverOpened),
            };
            throw new RealtimeConnectException(phase, failure, $"The connection was not up after {whole.TotalSeconds:0} s. {Remedy(failure)}", e);
        }
    }

    /// <summary>Follows the engine's states; ends when the engine has told its last.</summary>
    private async Task WatchStatesAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (await Peer.StateChanges.WaitToReadAsync().ConfigureAwait(false))
            TakeStates();
    }

    private void TakeStates()
    {
        lock (_statesLock)
            TakeStatesLocked();
        Tell();
    }

    private void TakeStatesLocked()
    {
        while (Peer.StateChanges.TryRead(out PeerStateChange change))
        {
            TimeSpan at = SinceStart(change.At);
            switch (change.State)
            {
                case PeerState.Securing:
                    _setup.Clock.Note(ConnectStep.Ice, at);
                    break;
                case PeerState.OpeningChannel:
                    _setup.Clock.Note(ConnectStep.Dtls, at);
                    break;
                case PeerState.Connected:
                    _setup.Clock.Note(ConnectStep.Channel, at);
                    break;
            }
            _last = change;
            if (_stateChanged is not null)
                _changes.Add(change);
        }
    }

    /// <summary>Hangs the call up, if there is one.</summary>
    public async Task HangUpAsync()
    {
        if (CallId is { } id)
            await _setup.HangUp(id).ConfigureAwait(false);
    }

    private async Task AbandonAsync()
    {
        // Both at once: neither is to wait for a network that may be gone.
        Task hangUp = HangUpAsync();
        await DisposeAsync().ConfigureAwait(false);
        await hangUp.ConfigureAwait(false);
    }

    /// <summary>Closes the sockets and waits until they are closed.</summary>
    public async ValueTask DisposeAsync() => await Peer.DisposeAsync().ConfigureAwait(false);

    /// <summary>What the caller is to see: cancellation as it is, everything else with its phase. Null for what is right already.</summary>
    private static Exception? Translate(Exception e, string answerRemedy, CancellationToken cancellationToken) => e switch
    {
        _ when cancellationToken.IsCancellationRequested && e is not OperationCanceledException => new OperationCanceledException("Connecting was cancelled.", e, cancellationToken),
        OperationCanceledException oce when cancellationToken.IsCancellationRequested =>
            oce.CancellationToken == cancellationToken ? null : new OperationCanceledException("Connecting was cancelled.", e, cancellationToken),
        RealtimeConnectException => null,
        SdpException sdp => new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.AnswerUnusable,
            $"The service's answer cannot be used: {Redaction.Sentence(sdp.Message)} {answerRemedy}", sdp),
        PeerConnectionException peer => FromEnd(peer),
        _ => null,
    };

    private static RealtimeConnectException FromEnd(PeerConnectionException e)
    {
        ConnectPhase phase = e.End.Phase switch
        {
            PeerPhase.Gathering => ConnectPhase.Offer,
            PeerPhase.Negotiation => ConnectPhase.Answer,
            PeerPhase.Ice => ConnectPhase.Ice,
            PeerPhase.Dtls => ConnectPhase.Dtls,
            _ => ConnectPhase.Channel,
        };
        (RealtimeFailure failure, string what) = e.End.Reason switch
        {
            PeerEndReason.NoLocalAddress => (RealtimeFailure.NoLocalAddress, "No local address can be used."),
            PeerEndReason.IceFailed or PeerEndReason.ConsentExpired => (RealtimeFailure.IceFailed, "No path to the service was found (ICE)."),
            PeerEndReason.FingerprintMismatch => (RealtimeFailure.FingerprintMismatch,
                "The peer's certificate does not match the fingerprint in its answer (DTLS): somebody else is on the path, or the answer was changed."),
            PeerEndReason.DtlsFailed or PeerEndReason.DtlsTimeout => (RealtimeFailure.DtlsFailed, "The connection could not be secured (DTLS)."),
            PeerEndReason.ChannelTimeout or PeerEndReason.ChannelFailed => (RealtimeFailure.ChannelNeverOpened, "The data channel did not open (SCTP)."),
            PeerEndReason.ClosedByPeer => (RealtimeFailure.ClosedByPeer, "The service hung up while the connection was being made."),
            _ => (RealtimeFailure.Internal, "Something failed that should not."),
        };
        return new RealtimeConnectException(phase, failure, $"{what} {Redaction.Sentence(e.End.Detail)} {Remedy(failure)}", e);
    }

    /// <summary>What to do about a connection that did not come up, in the words of docs/errors.md. No port is named: the end's own detail lists the peer's addresses.</summary>
    internal static string Remedy(RealtimeFailure failure) => failure switch
    {
        RealtimeFailure.NoLocalAddress => "Look at UdpPorts, LocalAddresses and Interfaces where they are set; else bring a network interface up, or for an endpoint on this machine set IncludeLoopback.",
        RealtimeFailure.IceFailed => "Let UDP or TCP out to the peer's addresses, or name an HTTP proxy that connects to them (Proxy, or HTTPS_PROXY).",
        RealtimeFailure.DtlsFailed => "Try again, since loss or a middlebox may be the cause; if it stays so, report it with this message.",
        RealtimeFailure.FingerprintMismatch => "Do not retry blindly: look at what stands between.",
        RealtimeFailure.ChannelNeverOpened => "Try again; then ask the service, with the request id of the call.",
        RealtimeFailure.ClosedByPeer => "Try again; a bad session configuration can be the cause.",
        _ => "Please report it, with the log at Debug.",
    };
}
