using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Sideband;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// A call that somebody else holds, seen from beside it: events are read and sent over a WebSocket of this host's, while the sound goes between the caller and the service. Made by
/// <see cref="RealtimeCalls.AttachAsync"/>. Dispose it to let go of the call, which goes on. Thread-safe; one reader of events and one of state changes at a time.
/// </summary>
/// <remarks>
/// <para>All that listen to a call get the same events, and all may send. The service tells a late one nothing of what was before: no <see cref="SessionCreated"/> comes; send a
/// <see cref="SessionUpdate"/>, and <see cref="SessionUpdated"/> says what is in effect.</para>
/// <para>When the WebSocket breaks while the call goes on, it attaches again by itself, at growing distances, for <see cref="RealtimeSidebandOptions.ReconnectTimeout"/>. What the service
/// sent meanwhile is lost, and <see cref="StateChanges"/> says so: <see cref="SessionState.Disconnected"/> is told after the last event before the gap, <see cref="SessionState.Connected"/> before the first
/// one after it, and both say why. It ends when the service knows the call no longer.</para>
/// </remarks>
public sealed class RealtimeSideband : IRealtimeSession
{
    private readonly RealtimeSidebandRun _run;
    private readonly RealtimeEvents _events;
    private readonly RealtimeDialect _dialect;

    internal RealtimeSideband(RealtimeSidebandRun run, RealtimeEvents events, RealtimeDialect dialect, SidebandConnection first)
    {
        (_run, _events, _dialect) = (run, events, dialect);
        Telemetry.ActiveSessions.Add(1);
        run.Begin(first);
    }

    /// <summary>The call's id, such as <c>rtc_…</c>.</summary>
    public string CallId => _run.CallId;

    /// <summary>Where it stands: <see cref="SessionState.Disconnected"/> while it attaches again.</summary>
    public SessionState State => _run.States.Current;

    /// <summary>
    /// Every change of <see cref="State"/> in order; completes after <see cref="SessionState.Closed"/>. Between <see cref="SessionState.Disconnected"/> and the next
    /// <see cref="SessionState.Connected"/> lie events that were missed. The newest 64 are kept for who reads late. One reader.
    /// </summary>
    public ChannelReader<SessionStateChange> StateChanges => _run.States.Changes;

    /// <summary>Completes when it has ended: with the call, by this side, or because it could not be attached again. Never faults: the result says why.</summary>
    public Task<SessionEnd> Completion => _run.Completion;

    /// <summary>Always false: the microphone is the caller's, and nothing here silences it.</summary>
    /// <exception cref="NotSupportedException">It was set to true. To have the service not answer, set <see cref="RealtimeSessionConfig.TurnDetection"/> to null by a <see cref="SessionUpdate"/>.</exception>
    public bool Muted
    {
        get => false;
        set
        {
            if (value)
                throw new NotSupportedException("The microphone is the caller's: a sideband cannot mute it. To have the service not answer, switch TurnDetection off by a SessionUpdate.");
        }
    }

    /// <summary>Does nothing: no sound waits here. To have the service fall silent, send <see cref="ResponseCancel"/> and <see cref="OutputAudioBufferClear"/>.</summary>
    public void FlushOutput()
    {
    }

    /// <summary>What has been counted until now; also after the end. Of the connection and of sound there is nothing.</summary>
    public SessionStatistics GetStatistics() => _run.Statistics;

    /// <summary>The call's events, from the first that nobody has read on. Ends when the sideband has ended and all has been read; <see cref="Completion"/> then says why.</summary>
    /// <remarks>
    /// While somebody reads, none that came is dropped: when <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> and 4 MiB of look-ahead are full, the service has to wait; a reader that lets it wait
    /// longer than both keep-alive times loses the WebSocket. While nobody reads, the oldest beyond <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/> are dropped. An event longer
    /// than <see cref="OpenAIRealtimeWebRtcOptions.MaxEventSize"/> comes as a <see cref="MalformedServerEvent"/> that says so. One reader at a time.
    /// </remarks>
    /// <param name="cancellationToken">Ends the reading, not the sideband.</param>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<ServerEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.ReadAllAsync(cancellationToken);

    /// <summary>
    /// Sends an event. Completes when the WebSocket has taken it whole; while there is none, it waits for the next. Several may send at once. One that was taken just before the WebSocket broke may
    /// not have arrived.
    /// </summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The sideband has ended or is being closed, and the event was not sent.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts: than 16 MiB, or it breaks the WebSocket while it is being sent, and the next one too.</exception>
    public ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientEvent);
        var message = new PooledBuffer();
        try
        {
            clientEvent.Write(message, _dialect);
        }
        catch
        {
            message.Dispose();
            throw;
        }
        return _run.SendAsync(message, cancellationToken);
    }

    /// <summary>Sends an event that you have written yourself, byte for byte, unchecked; otherwise as <see cref="SendAsync"/> does.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The sideband has ended or is being closed, and the event was not sent.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts: than 16 MiB, or it breaks the WebSocket while it is being sent, and the next one too.</exception>
    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => _run.SendAsync(utf8Json, cancellationToken);

    /// <summary>Lets go of the call, which goes on unless <see cref="RealtimeSidebandOptions.HangUpOnClose"/> is set, and waits until that is done. Later calls wait for the first. Never fails.</summary>
    /// <param name="cancellationToken">Ends the wait; the closing goes on.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _run.StartClosing("closed by this side").WaitAsync(cancellationToken);

    /// <summary>Closes as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await _run.StartClosing("disposed").ConfigureAwait(false);
}
