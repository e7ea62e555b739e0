using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// A session without a service, a network or sound, for tests of classes that are written against <see cref="IRealtimeSession"/>: the test says what is received
/// and looks at what was sent. Thread-safe. To test against real WebRTC, use <see cref="RealtimeTestEndpoint"/>.
/// </summary>
public sealed class ScriptedRealtimeSession : IRealtimeSession
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<ClientEvent> _sent = [];
    private readonly Channel<ServerEvent> _events = Channel.CreateUnbounded<ServerEvent>();
    private readonly Channel<SessionStateChange> _stateChanges = Channel.CreateUnbounded<SessionStateChange>();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _sentMore = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionState _state = SessionState.Connected;
    private bool _reading;
    private bool _muted;
    private int _flushes;

    /// <summary>The call's id. Default: <c>rtc_scripted</c>.</summary>
    public string? CallId { get; init; } = "rtc_scripted";

    /// <inheritdoc/>
    public SessionState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <inheritdoc/>
    public ChannelReader<SessionStateChange> StateChanges => _stateChanges.Reader;

    /// <inheritdoc/>
    public Task<SessionEnd> Completion => _completion.Task;

    /// <inheritdoc/>
    public bool Muted
    {
        get => Volatile.Read(ref _muted);
        set => Volatile.Write(ref _muted, value);
    }

    /// <summary>How loud the microphone is said to be. Default: silence.</summary>
    public AudioLevel InputLevel { get; init; } = AudioLevel.Silence;

    /// <summary>How loud the reply is said to be. Default: silence.</summary>
    public AudioLevel OutputLevel { get; init; } = AudioLevel.Silence;

    /// <summary>What has been sent until now, in order; a copy. Events sent as JSON are read, those of unknown names are <see cref="RawClientEvent"/>.</summary>
    public IReadOnlyList<ClientEvent> Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    /// <summary>How often <see cref="FlushOutput"/> was called.</summary>
    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Has the session receive an event.</summary>
    /// <exception cref="InvalidOperationException">The session has ended.</exception>
    public void Receive(ServerEvent serverEvent)
    {
        ArgumentNullException.ThrowIfNull(serverEvent);
        if (!_events.Writer.TryWrite(serverEvent))
            throw new InvalidOperationException("The session has ended: it receives nothing any more.");
    }

    /// <summary>Has the session receive a message as the service writes it, with all the fields that its event needs.</summary>
    /// <exception cref="ArgumentException">It cannot be read, so that your class would wait for its event in vain. To have a message arrive that the session cannot
    /// read either, pass <see cref="ServerEvent.Read"/> of it to the other overload.</exception>
    /// <exception cref="InvalidOperationException">The session has ended.</exception>
    public void Receive(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        ServerEvent serverEvent = ServerEvent.Read(Encoding.UTF8.GetBytes(json));
        if (serverEvent is MalformedServerEvent malformed)
            throw new ArgumentException($"The service sends no such event: {malformed.Reason}", nameof(json));
        Receive(serverEvent);
    }

    /// <summary>Loses the connection to the service (<see cref="SessionState.Disconnected"/>), or finds it again (<see cref="SessionState.Connected"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another state: a session is ended by <see cref="End"/> or <see cref="CloseAsync"/>.</exception>
    public void Enter(SessionState state)
    {
        if (state is not (SessionState.Connected or SessionState.Disconnected))
            throw new ArgumentOutOfRangeException(nameof(state), state, "Only Connected and Disconnected can be entered; End and CloseAsync end a session.");
        lock (_lock)
        {
            if (_state < SessionState.Closing)
                EnterLocked(state, null);
        }
    }

    /// <summary>Ends the session for a reason. What was received can still be read. A session that has ended stays as it is.</summary>
    public void End(SessionEndReason reason, string detail = "The test ended the session.")
    {
        lock (_lock)
        {
            if (_state == SessionState.Closed)
                return;
            if (reason == SessionEndReason.ClosedLocally)
                EnterLocked(SessionState.Closing, detail);
            EnterLocked(SessionState.Closed, detail);
            _stateChanges.Writer.TryComplete();
            _events.Writer.TryComplete();
            _sentMore.TrySetResult();
        }

        _completion.TrySetResult(new SessionEnd(reason, detail));
    }

    /// <summary>Waits for the first event of a type that is sent, or has been sent already.</summary>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such event was sent in time; the message names those that were.</exception>
    /// <exception cref="InvalidOperationException">The session ended without it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<T> WaitForSentAsync<T>(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where T : ClientEvent => WaitForSentAsync<T>(static _ => true, timeout, cancellationToken);

    /// <summary>Waits for the first event of a type that matches and is sent, or has been sent already.</summary>
    /// <param name="matches">Which one; called under a lock, so it is to be quick.</param>
    /// <param name="timeout">How long to wait. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such event was sent in time; the message names those that were.</exception>
    /// <exception cref="InvalidOperationException">The session ended without it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<T> WaitForSentAsync<T>(Func<T, bool> matches, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where T : ClientEvent
    {
        ArgumentNullException.ThrowIfNull(matches);
        TimeSpan limit = timeout ?? DefaultPatience;
        using var patience = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_sent.OfType<T>().FirstOrDefault(matches) is { } found)
                    return found;
                if (_state == SessionState.Closed)
                    throw new InvalidOperationException($"The session ended, and no {typeof(T).Name} had been sent. {SentLocked()}");
                more = _sentMore.Task;
            }

            try
            {
                await more.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                lock (_lock)
                    throw new TimeoutException($"No {typeof(T).Name} was sent within {limit}. {SentLocked()}");
            }
        }
    }

    private string SentLocked() =>
        $"Until then: {(_sent.Count == 0 ? "nothing" : string.Join(", ", _sent.Select(e => e.GetType().Name).Distinct()))}.";

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _reading, true))
            throw new InvalidOperationException("The events are being read already; one reader at a time.");
        try
        {
            await foreach (ServerEvent serverEvent in _events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return serverEvent;
        }
        finally
        {
            Volatile.Write(ref _reading, false);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientEvent);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_lock)
        {
            if (_state >= SessionState.Closing)
                return ValueTask.FromException(new RealtimeSessionEndedException(Completion.IsCompletedSuccessfully ? Completion.Result : null));
            _sent.Add(clientEvent);
            TaskCompletionSource waiting = _sentMore;
            _sentMore = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.TrySetResult();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">That is no event.</exception>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) =>
        ClientEvent.TryRead(utf8Json.Span, RealtimeDialect.Ga, out ClientEvent? clientEvent, out string? reason)
            ? SendAsync(clientEvent, cancellationToken)
            : throw new ArgumentException($"That is no event: {reason}", nameof(utf8Json));

    /// <inheritdoc/>
    public void FlushOutput() => Interlocked.Increment(ref _flushes);

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        End(SessionEndReason.ClosedLocally, "Closed by this side.");
        return Task.CompletedTask;
    }

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private void EnterLocked(SessionState state, string? reason)
    {
        if (_state == state)
            return;
        _state = state;
        _stateChanges.Writer.TryWrite(new SessionStateChange(state, TimeSpan.Zero, reason));
    }
}
