using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>A host that attaches to a session of the Live API.</summary>
public abstract class LiveSidebandHarness : SidebandHarness<LiveServerEvent>
{
    private protected const string Key = "sk-live-sideband-secret";
    private protected const string Closed = """{"type":"session.closed","event_id":"event_9","reason":"close_requested","usage":{"seconds":42.5},"session":{"id":"live_1"}}""";

    private readonly List<LiveWebRtcClient> _clients = [];

    private protected OpenAILiveWebRtcOptions Options { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Options = new OpenAILiveWebRtcOptions { Endpoint = Server.Base, ApiKey = Key, HangUpTimeout = Brief };
    }

    public override async Task DisposeAsync()
    {
        foreach (LiveWebRtcClient client in _clients)
            client.Dispose();
        await base.DisposeAsync();
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
            options.KeepAliveInterval = Never;
        LiveSideband sideband = await Client(time).AttachAsync("live_1", options).Within();
        return (sideband, await Server.NextAsync());
    }

    private protected static string Event(string name, string id, string fields = "") => $$"""{"type":"{{name}}","event_id":"{{id}}"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""";

    private protected static Task<List<LiveServerEvent>> ReadAsync(LiveSideband sideband, int count = int.MaxValue) => ReadAsync(sideband.ReadEventsAsync, count);

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
}
