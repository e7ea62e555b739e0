using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>A conversation in virtual time that opens its calls itself: the test says how each attempt goes, and is the service of each call.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ConversationUpdate> _updates = [];
    private readonly List<SimulatedCall> _calls = [];
    private Task _reading = Task.CompletedTask;
    private int _attempts;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public VoiceConversation Conversation { get; private set; } = null!;

    /// <summary>How an attempt to open a call goes, by its number from 1: null connects it. What it returns is awaited.</summary>
    public Func<int, CancellationToken, Task>? OnOpen { get; set; }

    /// <summary>Told each call before it is anybody's.</summary>
    public Action<SimulatedCall>? OnCall { get; set; }

    public int Attempts => Volatile.Read(ref _attempts);

    public IReadOnlyList<SimulatedCall> Calls => Locked(() => _calls.ToArray());

    public IReadOnlyList<ConversationUpdate> Updates => Locked(() => _updates.ToArray());

    /// <summary>The call that has the microphone.</summary>
    public SimulatedCall Current => (SimulatedCall)Conversation.Session;

    /// <summary>What stands in the history, an item each.</summary>
    public IReadOnlyList<string> History => [.. Conversation.History.Items.Select(item => item.ToString())];

    public static async Task<Line> StartAsync(VoiceAgent? agent = null, Action<VoiceConversationOptions>? configure = null, Action<Line>? prepare = null)
    {
        var line = new Line();
        prepare?.Invoke(line);
        var options = new VoiceConversationOptions { TimeProvider = line.Time, UpdateCapacity = 1_000_000, MaxHistoryItems = 100_000 };
        configure?.Invoke(options);
        line.Conversation = await VoiceConversation.StartAsync(line.OpenAsync, agent ?? new VoiceAgent { Instructions = "Be brief." }, options).WaitAsync(Talk.Patience);
        line._reading = line.ReadAsync();
        await line.SettleAsync();
        return line;
    }

    /// <summary>Everything that can happen without time has happened, as far as anybody can tell: every event is handled, and what was queued on the pool has had its turn.</summary>
    public async Task SettleAsync()
    {
        using var patience = new CancellationTokenSource(Talk.Patience);
        do
        {
            // Three turns, and more while something is queued: behind a busy thread it is taken last. What other tests queue without end is not waited for.
            for (int i = 0; i < 3 || (ThreadPool.PendingWorkItemCount > 0 && i < 100); i++)
                await Task.Run(static () => { }, patience.Token);
        }
        while (Conversation?.IsWaiting == false || Calls.Any(call => !call.IsRead) || Conversation?.IsWaiting == false);
        _ = Conversation?.Agent;        // under the lock: the last event's handling is over
    }

    /// <summary>Lets time pass.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        TimeSpan each = step ?? TimeSpan.FromMilliseconds(500);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += each)
        {
            Time.Advance(each);
            await SettleAsync();
        }
    }

    /// <summary>Lets time pass, little by little, until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo, TimeSpan? atMost = null, TimeSpan? step = null)
    {
        TimeSpan each = step ?? TimeSpan.FromMilliseconds(500);
        DateTimeOffset end = Time.GetUtcNow() + (atMost ?? TimeSpan.FromHours(2));
        await SettleAsync();
        while (!isSo())
        {
            Assert.True(Time.GetUtcNow() < end, $"It was not so in time. Last updates: {string.Join(" | ", Updates.TakeLast(8))}");
            Time.Advance(each);
            await SettleAsync();
        }
    }

    /// <summary>Waits, without any time passing, until something is so.</summary>
    public static async Task AtOnceAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Talk.Patience);
        while (!isSo())
            await Task.Run(static () => { }, patience.Token);
    }

    /// <summary>Lets time pass until the next update of a kind; those that came before do not count.</summary>
    public async Task<T> NextAsync<T>(TimeSpan? step = null)
        where T : ConversationUpdate
    {
        int before = Updates.Count;
        await UntilAsync(() => Updates.Skip(before).Any(u => u is T), step: step);
        return Updates.Skip(before).OfType<T>().First();
    }

    /// <summary>The first update of a kind, past or to come.</summary>
    public async Task<T> UpdateAsync<T>()
        where T : ConversationUpdate
    {
        await UntilAsync(() => Updates.Any(u => u is T));
        return Updates.OfType<T>().First();
    }

    public async ValueTask DisposeAsync()
    {
        await Conversation.DisposeAsync().AsTask().WaitAsync(Talk.Patience);
        await _reading.WaitAsync(Talk.Patience);
        Assert.IsType<EndUpdate>(Updates[^1]);
        Assert.All(Calls, call => Assert.Equal(SessionState.Closed, call.State));      // none costs any more
        Assert.All(Calls, call => Assert.Empty(call.Wrong));
    }

    private async Task<IRealtimeSession> OpenAsync(CancellationToken cancellationToken)
    {
        int attempt = Interlocked.Increment(ref _attempts);
        if (OnOpen is { } open)
            await open(attempt, cancellationToken);
        var call = new SimulatedCall(attempt);
        OnCall?.Invoke(call);
        Locked(() => _calls.Add(call));
        return call;
    }

    private async Task ReadAsync()
    {
        await foreach (ConversationUpdate update in Conversation.ReadUpdatesAsync())
            Locked(() => _updates.Add(update));
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
