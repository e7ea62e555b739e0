using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>A host that attaches to a call of a service whose WebSockets the test holds.</summary>
public abstract class SidebandHarness : IAsyncLifetime, IDisposable
{
    private protected const string Key = "sk-sideband-secret";

    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private protected SidebandServer Server { get; private set; } = null!;

    private protected FakeLogCollector Log { get; } = new();

    private protected OpenAIRealtimeWebRtcOptions Options { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await SidebandServer.StartAsync();

        // Short, because most tests end with a goodbye that their service does not answer.
        Options = new OpenAIRealtimeWebRtcOptions { Endpoint = Server.Base, ApiKey = Key, HangUpTimeout = TimeSpan.FromMilliseconds(100) };
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected RealtimeCalls Calls(TimeProvider? time = null, HttpClient? http = null) => new(Options, http ?? _http, time, Log.Factory());

    private protected async Task<(RealtimeSideband Sideband, ServedSocket Socket)> AttachAsync(RealtimeSidebandOptions? options = null, TimeProvider? time = null)
    {
        options ??= new RealtimeSidebandOptions();
        if (options.KeepAliveInterval == new RealtimeSidebandOptions().KeepAliveInterval)
            options.KeepAliveInterval = TimeSpan.FromMinutes(10);       // this service answers no ping while the test has it read nothing
        RealtimeSideband sideband = await Calls(time).AttachAsync("rtc_1", options).Within();
        return (sideband, await Server.NextAsync());
    }

    private protected static string Event(string name, int length = 0) => $$"""{"type":"{{name}}","event_id":"event_1","filler":"{{new string('x', length)}}"}""";

    private protected static async Task<List<ServerEvent>> ReadAsync(IRealtimeSession session, int count = int.MaxValue)
    {
        var events = new List<ServerEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (ServerEvent serverEvent in session.ReadEventsAsync(limit.Token))
        {
            events.Add(serverEvent);
            if (events.Count == count)
                break;
        }
        return events;
    }

    private protected static Task<SessionStateChange> ChangeAsync(RealtimeSideband sideband) => sideband.StateChanges.ReadAsync().AsTask().Within();

    /// <summary>Lets each wait before a try pass in virtual time, and no time else, until the task is done: what is asked over the wire takes none.</summary>
    private protected async Task PassWaitsUntilAsync(ManualTimeProvider time, Task task)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        int passed = 0;
        while (!task.IsCompleted)
        {
            foreach (FakeLogRecord wait in Log.GetSnapshot().Where(record => record.Id.Id == 41).Skip(passed))
            {
                passed++;
                time.Advance(TimeSpan.FromMilliseconds(double.Parse(wait.GetStructuredStateValue("Milliseconds")!, System.Globalization.CultureInfo.InvariantCulture) + 1));
            }
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Lets virtual time pass, a quarter of a second at a time, until the task is done.</summary>
    private protected static async Task PassTimeUntilAsync(ManualTimeProvider time, Task task)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
