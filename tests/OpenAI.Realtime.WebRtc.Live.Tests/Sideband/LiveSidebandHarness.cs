using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>A host that attaches to a session of a service whose WebSockets the test holds.</summary>
public abstract class LiveSidebandHarness : IAsyncLifetime
{
    private protected const string Key = "sk-live-sideband-secret";
    private protected const string Closed = """{"type":"session.closed","event_id":"event_9","reason":"close_requested","usage":{"seconds":42.5},"session":{"id":"live_1"}}""";

    private readonly List<LiveWebRtcClient> _clients = [];

    private protected SidebandServer Server { get; private set; } = null!;

    private protected FakeLogCollector Log { get; } = new();

    private protected OpenAILiveWebRtcOptions Options { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await SidebandServer.StartAsync();

        // Short, because most tests end with a goodbye that their service does not answer.
        Options = new OpenAILiveWebRtcOptions { Endpoint = Server.Base, ApiKey = Key, HangUpTimeout = TimeSpan.FromMilliseconds(100) };
    }

    public async Task DisposeAsync()
    {
        foreach (LiveWebRtcClient client in _clients)
            client.Dispose();
        await Server.DisposeAsync();
    }

    private protected LiveWebRtcClient Client(TimeProvider? time = null)
    {
        var client = new LiveWebRtcClient(Options, loggerFactory: Log.Factory(), timeProvider: time);
        _clients.Add(client);
        return client;
    }

    private protected async Task<(LiveSideband Sideband, ServedSocket Socket)> AttachAsync(LiveSidebandOptions? options = null, TimeProvider? time = null)
    {
        options ??= new LiveSidebandOptions();
        if (options.KeepAliveInterval == new LiveSidebandOptions().KeepAliveInterval)
            options.KeepAliveInterval = TimeSpan.FromMinutes(10);       // this service answers no ping while the test has it read nothing
        LiveSideband sideband = await Client(time).AttachAsync("live_1", options).Within();
        return (sideband, await Server.NextAsync());
    }

    private protected static string Event(string name, string id, string fields = "") => $$"""{"type":"{{name}}","event_id":"{{id}}"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""";

    private protected static async Task<List<LiveServerEvent>> ReadAsync(LiveSideband sideband, int count = int.MaxValue)
    {
        var events = new List<LiveServerEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (LiveServerEvent read in sideband.ReadEventsAsync(limit.Token))
        {
            events.Add(read);
            if (events.Count == count)
                break;
        }
        return events;
    }

    private protected static Task<SessionStateChange> ChangeAsync(LiveSideband sideband) => sideband.StateChanges.ReadAsync().AsTask().Within();

    /// <summary>The next command that came.</summary>
    private protected static async Task<T> SentAsync<T>(ServedSocket socket)
        where T : LiveClientEvent
    {
        string json = Assert.IsType<string>(await socket.ReceiveAsync());
        Assert.True(LiveClientEvent.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out LiveClientEvent? command, out string? reason), reason);
        return Assert.IsAssignableFrom<T>(command);
    }

    /// <summary>The service takes a text up.</summary>
    private protected static Task AcknowledgeAsync(ServedSocket socket, LiveTextAppend command) =>
        socket.SendAsync(Event(command.Type + "ed", "ack_" + command.EventId, $"\"client_event_id\":\"{command.EventId}\",\"start_ms\":0,\"end_ms\":200"));

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
}
