using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>
/// A session with a small service in it, which keeps a conversation as the real one does: acknowledges configurations and items, knows every item by its id, makes one response at a time. What it says, and
/// when, is the test's.
/// </summary>
internal sealed class SimulatedCall(int number) : IRealtimeSession
{
    private readonly Lock _lock = new();
    private readonly Channel<ServerEvent> _events = Channel.CreateUnbounded<ServerEvent>();
    private readonly Channel<SessionStateChange> _states = Channel.CreateUnbounded<SessionStateChange>();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ClientEvent> _sent = [];
    private readonly List<ConversationItem> _items = [];
    private readonly List<string> _wrong = [];
    private readonly Dictionary<string, MessageItem> _spoken = [];
    private string? _running;
    private int _count;
    private int _read;
    private int _written;

    public int Number { get; } = number;

    public string? CallId => $"rtc_{Number}";

    public SessionState State { get; private set; } = SessionState.Connected;

    public ChannelReader<SessionStateChange> StateChanges => _states.Reader;

    public Task<SessionEnd> Completion => _completion.Task;

    public bool Muted { get; set; }

    /// <summary>Whether the microphone and the loudspeaker have been here.</summary>
    public bool TookAudio { get; private set; }

    public int Flushes { get; private set; }

    /// <summary>How long ago the last packet of sound came; null for a session without sound.</summary>
    public TimeSpan? SinceLastPacket { get; set; }

    public SessionStatistics GetStatistics() => new() { Audio = new(default, new() { SinceLastPacket = SinceLastPacket }) };

    /// <summary>Asked what to do about a request for a response, under the lock. Default: it is begun and left so.</summary>
    public Action<SimulatedCall, ResponseCreate>? OnRespond { get; set; }

    /// <summary>Whether items are acknowledged. Default: true.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>What was done that the service would refuse.</summary>
    public IReadOnlyList<string> Wrong => Locked(() => _wrong.ToArray());

    /// <summary>Whether a response is being made.</summary>
    public bool IsResponding => Locked(() => _running is not null);

    public void Complain(string what) => Locked(() => _wrong.Add(what));

    public IReadOnlyList<ClientEvent> Sent => Locked(() => _sent.ToArray());

    public IReadOnlyList<ConversationItem> Items => Locked(() => _items.ToArray());

    /// <summary>The conversation in words, an item each.</summary>
    public IReadOnlyList<string> Told => [.. Items.Select(item => item.ToString())];

    public IReadOnlyList<ResponseCreate> Requests => [.. Sent.OfType<ResponseCreate>()];

    /// <summary>Whether every event has been taken by the conversation.</summary>
    public bool IsRead => State == SessionState.Closed || Volatile.Read(ref _read) > Volatile.Read(ref _written);

    public void Emit(params ServerEvent[] events)
    {
        foreach (ServerEvent e in events)
        {
            Interlocked.Increment(ref _written);
            _events.Writer.TryWrite(e);
        }
    }

    /// <summary>What the user says is heard whole, and written down; null leaves that for later.</summary>
    public string Hear(string id, string? text)
    {
        Emit(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());
        Commit(id, text);
        return id;
    }

    /// <summary>What the user said is an item of the conversation; the service knows what it was.</summary>
    public void Commit(string id, string? text, bool isWrittenDown = true)
    {
        var item = new MessageItem(ItemRole.User) { Id = id, Content = [new ContentPart { Type = ContentPartType.InputAudio }] };
        string? previous = Locked(() =>
        {
            string? last = _items.LastOrDefault()?.Id;
            _items.Add(text is null ? item : Service.Message(id, ItemRole.User, text));
            return last;
        });
        Emit(new InputAudioBufferCommitted { ItemId = id, PreviousItemId = previous }, Service.Adds(item, previous), Service.Completes(item, previous));
        if (text is not null && isWrittenDown)
            Emit(Service.Hears(id, text));
    }

    /// <summary>A response begins: the service's own, or the answer to a request.</summary>
    public string Begin(ResponseCreate? request = null)
    {
        string id = Locked(() => _running = $"resp_{Number}_{++_count}");
        Emit(Service.Begins(id, request));
        return id;
    }

    /// <summary>The response's words, all of them at once; their sound begins.</summary>
    public void Speak(string responseId, string text, bool isHeard = true)
    {
        string itemId = $"item_{responseId}";
        MessageItem item = Service.Message(itemId, ItemRole.Assistant);
        string? previous = Locked(() => _items.LastOrDefault()?.Id);
        Locked(() =>
        {
            _items.Add(_spoken[responseId] = Service.Message(itemId, ItemRole.Assistant, text));
        });
        Emit(new ResponseOutputItemAdded { ResponseId = responseId, Item = item }, Service.Adds(item, previous));
        if (isHeard)
            Emit(new OutputAudioBufferStarted { ResponseId = responseId });
        Emit(Service.SaysWords(responseId, itemId, text), Service.SaidAll(responseId, itemId, text));
    }

    /// <summary>The response calls a function.</summary>
    public void Call(string responseId, string callId, string name, string arguments = "{}")
    {
        FunctionCallItem call = Service.Call(callId, name, arguments);
        string? previous = Locked(() => _items.LastOrDefault()?.Id);
        Locked(() => _items.Add(call));
        Emit(Service.Adds(call, previous), Service.Says(responseId, call), Service.Completes(call, previous));
    }

    public void End(string responseId, ResponseCreate? request = null, string status = "completed")
    {
        MessageItem? said = Locked(() =>
        {
            _running = null;
            return _spoken.GetValueOrDefault(responseId);
        });
        if (said is not null)
            Emit(Service.Says(responseId, said), Service.Completes(said));
        Emit(Service.Ends(responseId, request, status));
    }

    /// <summary>The sound of a response has been played.</summary>
    public void Played(string responseId) => Emit(new OutputAudioBufferStopped { ResponseId = responseId });

    /// <summary>The whole of an answer, made and played.</summary>
    public void Answer(string text, ResponseCreate? request = null)
    {
        string id = Begin(request);
        Speak(id, text);
        End(id, request);
        Played(id);
    }

    /// <summary>The service does not answer for a while, or does again.</summary>
    public void Enter(SessionState state) => State = state;

    /// <summary>The call ends.</summary>
    public void End(SessionEndReason reason, string detail)
    {
        lock (_lock)
        {
            if (State == SessionState.Closed)
                return;
            State = SessionState.Closed;
            _events.Writer.TryComplete();
            _states.Writer.TryComplete();
        }

        _completion.TrySetResult(new SessionEnd(reason, detail));
    }

    public void Lose() => End(SessionEndReason.ConnectionLost, "The network is gone.");

    public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _read);
        await foreach (ServerEvent e in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return e;
            Interlocked.Increment(ref _read);
        }
    }

    public ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (State == SessionState.Closed)
                return ValueTask.FromException(new RealtimeSessionEndedException(Completion.IsCompletedSuccessfully ? Completion.Result : null));
            _sent.Add(clientEvent);
            Take(clientEvent);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void FlushOutput() => Flushes++;

    public void TakeAudio() => TookAudio = true;

    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        End(SessionEndReason.ClosedLocally, "Closed by this side.");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    private void Take(ClientEvent clientEvent)
    {
        switch (clientEvent)
        {
            case SessionUpdate:
                Emit(Service.Configured(new ServerVad()));
                break;
            case ConversationItemCreate create:
                Add(create.Item);
                break;
            case ResponseCreate request when _running is not null:
                Emit(Service.IsTaken(request));
                break;
            case ResponseCreate request:
                if (OnRespond is { } respond)
                    respond(this, request);
                else
                    Begin(request);
                break;
            case ResponseCancel when _running is { } running:
                _running = null;
                Emit(Service.Ends(running, status: "cancelled"));
                break;
        }
    }

    private void Add(ConversationItem item)
    {
        string id = item.Id ?? $"item_{Number}_{++_count}";
        if (_items.Any(known => known.Id == id))
            _wrong.Add($"{id} stands twice");
        if (item is FunctionCallOutputItem output)
        {
            if (!_items.OfType<FunctionCallItem>().Any(call => call.CallId == output.CallId))
                _wrong.Add($"an output of {output.CallId}, which nobody called");
            if (_items.OfType<FunctionCallOutputItem>().Any(other => other.CallId == output.CallId))
                _wrong.Add($"a second output of {output.CallId}");
        }

        string? previous = _items.LastOrDefault()?.Id;
        item = item with { Id = id };
        _items.Add(item);
        if (Acknowledges)
            Emit(Service.Adds(item, previous), Service.Completes(item, previous));
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
            return action();
    }

    private void Locked(Action action)
    {
        lock (_lock)
            action();
    }
}
