using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// A session behind the interface of Microsoft.Extensions.AI. Everything is one of two flows:
/// <code>
///   SendAsync ─► events ─┬──────────────────────► session        requests for a response wait at the gate, since middleware asks for one
///                        └► ResponseGate ─► events ─┘            after each tool while the service takes one at a time
///   session ─► pump ─► gate, options, sound ─► MessageQueue ─► GetStreamingResponseAsync
/// </code>
/// The pump runs whether or not somebody reads, and nobody else's code runs in it.
/// </summary>
internal sealed class WebRtcRealtimeClientSession : IRealtimeClientSession
{
    private readonly IRealtimeSession _session;
    private readonly string _prefix = $"meai_{Guid.NewGuid().ToString("N")[..8]}_";     // of ids: another for each client of a call
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly MessageAudio? _audio;
    private readonly MessageQueue _messages = new();
    private readonly SemaphoreSlim _sending = new(1);       // what the gate gives is sent in the order in which it gives it
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly Task _pump;

    // Under the gate's lock.
    private readonly Lock _lock = new();
    private readonly ResponseGate _gate;
    private readonly Dictionary<ResponseRequest, List<string>> _asked = [];
    private readonly FunctionAnswers _functions = new();
    private RealtimeSessionOptions? _options;
    private int _itemCount;
    private bool _disposed;

    public WebRtcRealtimeClientSession(IRealtimeSession session, RealtimeSessionOptions? options, ResponseGateOptions? responses, TimeProvider time, MessageAudio? audio)
    {
        _session = session;
        _options = options;
        _time = time;
        _start = time.GetTimestamp();
        _audio = audio;
        _gate = new ResponseGate(_prefix, responses);
        _timer = time.CreateTimer(static state => _ = ((WebRtcRealtimeClientSession)state!).HandleTimeoutAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        audio?.Begin(_messages);
        _pump = Task.Run(PumpAsync);
    }

    public RealtimeSessionOptions? Options
    {
        get
        {
            lock (_lock)
                return _options;
        }
    }

    public async Task SendAsync(RealtimeClientMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ObjectDisposedException.ThrowIf(_disposed, this);
        switch (message)
        {
            case SessionUpdateRealtimeClientMessage update:
                await ConfigureAsync(update, cancellationToken).ConfigureAwait(false);
                break;
            case CreateConversationItemRealtimeClientMessage create:
                await CreateAsync(create, cancellationToken).ConfigureAwait(false);
                break;
            case CreateResponseRealtimeClientMessage create:
                await RequestAsync(ClientMessages.ParametersOf(create), create.ExcludeFromConversation == true, create.MessageId, cancellationToken).ConfigureAwait(false);
                break;
            case InputAudioBufferAppendRealtimeClientMessage append:
                await AudioOf("InputAudioBufferAppend").AppendAsync(append.Content, cancellationToken).ConfigureAwait(false);
                break;
            case InputAudioBufferCommitRealtimeClientMessage commit:
                if (_audio is not null)
                    await _audio.WaitUntilSentAsync(_time, cancellationToken).ConfigureAwait(false);
                await _session.SendAsync(new InputAudioBufferCommit { EventId = commit.MessageId }, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await SendOwnAsync(ClientMessages.EventOf(message), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    public IAsyncEnumerable<RealtimeServerMessage> GetStreamingResponseAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _messages.ReadAsync(cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_session) ? _session
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", providerUri: null, Options?.Model)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _session.DisposeAsync().ConfigureAwait(false);    // which ends the pump
        await _stop.CancelAsync().ConfigureAwait(false);        // also where it waits for a reader that has gone
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private Instant Now => Instant.Zero + _time.GetElapsedTime(_start);

    private MessageAudio AudioOf(string message) => _audio ?? throw new NotSupportedException(
        $"{message}: this session's sound goes by its audio source and sink. Set {nameof(WebRtcRealtimeClientOptions)}.{nameof(WebRtcRealtimeClientOptions.AudioInMessages)} to send it in messages.");

    private async Task ConfigureAsync(SessionUpdateRealtimeClientMessage update, CancellationToken cancellationToken)
    {
        string? model = Options?.Model;
        if (update.Options.Model is { } other && model is not null && other != model)
            throw new ArgumentException($"This session's model is {model}, and the service does not change it to {other} while a call goes on: create another session.", nameof(update));
        await _session.SendAsync(new SessionUpdate(SessionMapping.ToConfig(update.Options)) { EventId = update.MessageId }, cancellationToken).ConfigureAwait(false);
        lock (_lock)
            _options = update.Options;
    }

    private async Task CreateAsync(CreateConversationItemRealtimeClientMessage create, CancellationToken cancellationToken)
    {
        string? eventId = create.MessageId;
        foreach (ConversationItem given in MessageItems.ToItems(create.Item))
        {
            ConversationItem item = given;
            if (item is FunctionCallOutputItem output)
            {
                lock (_lock)
                {
                    output = output.Id is null ? output with { Id = $"{_prefix}item{++_itemCount}" } : output;
                    _functions.Add(output);
                    item = output;
                }
            }

            await _session.SendAsync(new ConversationItemCreate(item) { EventId = eventId }, cancellationToken).ConfigureAwait(false);
            eventId = null;
        }

        lock (_lock)
        {
            _functions.OnSent(Now);
            Arm();
        }
    }

    private async Task SendOwnAsync(ClientEvent own, CancellationToken cancellationToken)
    {
        if (own is ResponseCreate create)
        {
            await RequestAsync(create.Response, create.Response?.Conversation.Value == ResponseConversation.None, own.EventId, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (own is InputAudioBufferClear)
            _audio?.Source.Clear();
        await _session.SendAsync(own, cancellationToken).ConfigureAwait(false);
    }

    private async Task RequestAsync(ResponseParameters? parameters, bool isBeside, string? messageId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!isBeside && parameters is null && _functions.HasOutputs)
            {
                _functions.Hold(messageId);
                FollowFunctions(hasAsked: true);
            }
            else
            {
                ResponseRequest request = _gate.Request(isBeside ? ResponseRequestKind.OutOfBand : ResponseRequestKind.Manual, Now, parameters, isBeside ? null : _functions.TakeOutputs());
                Remember(request, messageId is null ? [] : [messageId]);
            }
        }

        await DrainGateAsync(cancellationToken).ConfigureAwait(false);
    }

    // A request that follows outputs of functions is answered as well by the response that the service begins when it has seen them.
    private void FollowFunctions(bool hasAsked)
    {
        if (_functions.TryTake(_gate.IsActive, hasAsked, Now, out List<string> messageIds))
            Remember(_gate.Request(ResponseRequestKind.Automatic, Now, about: _functions.TakeOutputs()), messageIds);
    }

    private void Remember(ResponseRequest request, List<string> messageIds)
    {
        if (!_asked.TryGetValue(request, out List<string>? ids))
            _asked.Add(request, messageIds);
        else
            ids.AddRange(messageIds);
    }

    private async Task PumpAsync()
    {
        Exception? failure = null;
        try
        {
            await foreach (ServerEvent serverEvent in _session.ReadEventsAsync(_stop.Token).ConfigureAwait(false))
                await HandleAsync(serverEvent).ConfigureAwait(false);
            SessionEnd end = await _session.Completion.ConfigureAwait(false);
            if (end.Reason is SessionEndReason.ConnectionLost or SessionEndReason.ChannelFailed or SessionEndReason.Failed)
                failure = new RealtimeSessionEndedException(end);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The session is being disposed of.
        }
        catch (Exception e) // a session of the user's own may throw anything: whoever reads is told
        {
            failure = e;
        }

        lock (_lock)
            _gate.End();
        _messages.Complete(failure);
    }

    private async Task HandleAsync(ServerEvent serverEvent)
    {
        bool isDealtWith;
        lock (_lock)
        {
            _functions.Handle(serverEvent);
            isDealtWith = _gate.Handle(serverEvent, Now);
            FollowFunctions(hasAsked: false);
            if (SessionOf(serverEvent) is { } session)
                _options = SessionMapping.ToOptions(session, _options);
        }

        await DrainGateAsync(_stop.Token).ConfigureAwait(false);
        if (_audio?.Handle(serverEvent) is { } heard)
        {
            (heard.MessageId, heard.RawRepresentation) = (serverEvent.EventId, serverEvent);
            await _messages.AddAsync(heard, _stop.Token).ConfigureAwait(false);
        }
        else if (!isDealtWith)
        {
            await _messages.AddAsync(ServerMessages.Of(serverEvent, hasSound: _audio is not null), _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task HandleTimeoutAsync()
    {
        try
        {
            lock (_lock)
            {
                _gate.HandleTimeout(Now);
                FollowFunctions(hasAsked: false);
            }

            await DrainGateAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session is being disposed of.
        }
        catch (Exception e) // nobody awaits a timer
        {
            _messages.Complete(e);
        }
    }

    // Sends what the gate lets through and tells what became of requests.
    private async Task DrainGateAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (TakeFromGate(out ClientEvent? next, out RealtimeServerMessage? told))
            {
                if (told is not null)
                    _messages.Add(told);    // without waiting for room: the reader may be the one that is sending
                else
                    await _session.SendAsync(next!, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (RealtimeSessionEndedException)
        {
            // The pump says so.
        }
        finally
        {
            _sending.Release();
        }
    }

    private bool TakeFromGate(out ClientEvent? next, out RealtimeServerMessage? told)
    {
        told = null;
        lock (_lock)
        {
            if (_gate.TryTakeEvent(out next))
                return true;
            while (_gate.TryTakeOutcome(out ResponseOutcome? outcome))
            {
                _asked.Remove(outcome.Request, out List<string>? ids);
                if (outcome.Kind is ResponseOutcomeKind.Finished or ResponseOutcomeKind.Ended)
                    continue;
                told = ServerMessages.Error(outcome.Error, ids?.FirstOrDefault());
                return true;
            }

            Arm();
            return false;
        }
    }

    // Under the lock. A timer of the system's counts whole milliseconds, and may fire a little early.
    private void Arm()
    {
        Instant due = _gate.IsActive ? _gate.NextTimeout : Instant.Min(_gate.NextTimeout, _functions.Due);
        _timer.Change(due == Instant.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private static SessionInfo? SessionOf(ServerEvent serverEvent) => serverEvent switch
    {
        SessionCreated created => created.Session,
        SessionUpdated updated => updated.Session,
        _ => null,
    };
}
