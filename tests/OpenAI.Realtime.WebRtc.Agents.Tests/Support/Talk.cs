using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>A conversation in virtual time over a scripted session: the test is the service, and reads every update.</summary>
internal sealed class Talk : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<ConversationUpdate> _updates = [];
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sentSeen;

    private Talk(ScriptedRealtimeSession session, VoiceConversation conversation, FakeTimeProvider time)
    {
        (Session, Conversation, Time) = (session, conversation, time);
        _reading = ReadAsync();
    }

    public ScriptedRealtimeSession Session { get; }

    public VoiceConversation Conversation { get; }

    public FakeTimeProvider Time { get; }

    public IReadOnlyList<ConversationUpdate> Updates
    {
        get
        {
            lock (_lock)
                return [.. _updates];
        }
    }

    public static Task<Talk> StartAsync(VoiceAgent agent, Action<VoiceConversationOptions>? configure = null) => StartAsync(agent, new ServerVad(), configure);

    public static async Task<Talk> StartAsync(VoiceAgent agent, TurnDetection? detection, Action<VoiceConversationOptions>? configure = null, ScriptedRealtimeSession? session = null)
    {
        session ??= new ScriptedRealtimeSession();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var options = new VoiceConversationOptions { TimeProvider = time, IncludeEvents = true, UpdateCapacity = 100_000 };
        configure?.Invoke(options);
        Task<VoiceConversation> starting = VoiceConversation.StartAsync(session, agent, options);
        Task<SessionUpdate> asked = session.WaitForSentAsync<SessionUpdate>();
        if (await Task.WhenAny(asked, starting) == asked)
            session.Receive(Service.Configured(detection));
        var talk = new Talk(session, await starting.WaitAsync(Patience), time);
        await talk.SentAsync<SessionUpdate>();
        return talk;
    }

    /// <summary>The service sends events; completes when the conversation has handled the last of them.</summary>
    public async Task ReceiveAsync(params ServerEvent[] events)
    {
        foreach (ServerEvent e in events)
            Session.Receive(e);
        await UpdateAsync<ServerEventUpdate>(u => ReferenceEquals(u.Event, events[^1]));
        _ = Conversation.Agent;     // under the lock: the event's handling is over
    }

    /// <summary>The next event that was sent, which has to be of this type.</summary>
    public async Task<T> SentAsync<T>()
        where T : ClientEvent
    {
        int index = _sentSeen++;
        await Session.WaitForSentAsync<ClientEvent>(sent => Session.Sent.Count > index, Patience);
        return Assert.IsType<T>(Session.Sent[index]);
    }

    /// <summary>Nothing was sent that has not been looked at. To be asked after something that is known to come later.</summary>
    public void NothingMoreSent() => Assert.Empty(Session.Sent.Skip(_sentSeen));

    /// <summary>What goes out in answer to a response: the outputs first, each acknowledged as the service does.</summary>
    public async Task<FunctionCallOutputItem> OutputAsync()
    {
        ConversationItemCreate create = await SentAsync<ConversationItemCreate>();
        var output = Assert.IsType<FunctionCallOutputItem>(create.Item);
        await ReceiveAsync(Service.Adds(output), Service.Completes(output));
        return output;
    }

    /// <summary>The first update, past or to come, of this type that matches.</summary>
    public async Task<T> UpdateAsync<T>(Func<T, bool>? matches = null)
        where T : ConversationUpdate
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_updates.OfType<T>().FirstOrDefault(u => matches?.Invoke(u) != false) is { } found)
                    return found;
                more = _more.Task;
            }

            await more.WaitAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Conversation.DisposeAsync();
        await _reading.WaitAsync(Patience);
        Assert.IsType<EndUpdate>(Updates[^1]);
    }

    private async Task ReadAsync()
    {
        await foreach (ConversationUpdate update in Conversation.ReadUpdatesAsync())
        {
            lock (_lock)
            {
                _updates.Add(update);
                TaskCompletionSource waiting = _more;
                _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting.TrySetResult();
            }
        }
    }
}
