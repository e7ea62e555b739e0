using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace AspNetVoiceChat;

/// <summary>
/// The service's side of a bridged call, as an agent wants it: the events that the bridge reads, and what is sent to the service. The bridge relays the sound by itself; the agent is only told how loud the assistant is.
/// </summary>
internal sealed class BridgedSession : IRealtimeSession
{
    private const int EventsThatWait = 1_024;

    private readonly Channel<ServerEvent> _events = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(EventsThatWait) { SingleReader = true });
    private readonly Channel<SessionStateChange> _states = Channel.CreateUnbounded<SessionStateChange>();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MeteredAudioSink _ear = new(new NullAudioSink());
    private RealtimeBridgeCall? _call;

    public string? CallId => _call?.ServiceCallId;

    public SessionState State => _completion.Task.IsCompleted ? SessionState.Closed : SessionState.Connected;

    public ChannelReader<SessionStateChange> StateChanges => _states.Reader;

    public Task<SessionEnd> Completion => _completion.Task;

    /// <summary>The page mutes its own microphone.</summary>
    public bool Muted { get; set; }

    /// <summary>How loud the assistant is, when its sound leaves this host for the page.</summary>
    public AudioLevel OutputLevel => _ear.Level;

    /// <summary>The call is connected on both sides.</summary>
    public void Begin(RealtimeBridgeCall call)
    {
        _call = call;
        call.ListenToService(_ear);
    }

    /// <summary>The service has sent an event. Completes when the agent has room for it, or has let go of the session.</summary>
    public async ValueTask ReceiveAsync(ServerEvent serverEvent, CancellationToken cancellationToken)
    {
        while (await _events.Writer.WaitToWriteAsync(cancellationToken) && !_events.Writer.TryWrite(serverEvent))
        {
        }
    }

    /// <summary>The call has ended.</summary>
    public void End(string detail)
    {
        _completion.TrySetResult(new SessionEnd(SessionEndReason.ClosedByPeer, detail));
        _events.Writer.TryComplete();
        _states.Writer.TryComplete();
    }

    public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ServerEvent next in _events.Reader.ReadAllAsync(cancellationToken))
            yield return next;
    }

    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) =>
        _call is { } call ? call.SendToServiceAsync(utf8Json, cancellationToken) : throw new InvalidOperationException("The call is not connected yet.");

    /// <summary>Nothing waits here: what is on its way to the page stops when the service clears it.</summary>
    public void FlushOutput()
    {
    }

    /// <summary>Hangs up. The call's end waits for its handler, in which the agent runs, so that this must not wait for it.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _ = _call?.HangUpAsync("The agent ended the call.");
        End("The agent ended the call.");
        return Task.CompletedTask;
    }

    /// <summary>The agent lets go; the bridge ends the call by itself.</summary>
    public ValueTask DisposeAsync()
    {
        End("The agent has left.");
        return default;
    }
}
