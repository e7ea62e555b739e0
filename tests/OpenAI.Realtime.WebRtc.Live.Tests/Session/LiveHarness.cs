using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

/// <summary>A client against a real HTTP server and a scripted engine.</summary>
public abstract class LiveHarness : IAsyncLifetime
{
    protected const string Path = "/v1/live/sessions";
    protected const string Started = """{"type":"session.started","event_id":"event_1","session":{"id":"live_1","expires_at":4102444800,"model":"gpt-live-1","status":"active"}}""";
    protected const string Closed = """{"type":"session.closed","event_id":"event_9","reason":"close_requested","usage":{"seconds":42.5},"session":{"id":"live_1"}}""";

    private readonly List<IDisposable> _clients = [];
    private readonly Channel<LiveClientEvent> _sent = Channel.CreateUnbounded<LiveClientEvent>();

    private protected HttpEndpoint Endpoint { get; private set; } = null!;

    private protected ScriptedPeer Peer { get; } = new();

    private protected FakeLogCollector Log { get; } = new();

    private protected OpenAILiveWebRtcOptions Options { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Endpoint = await HttpEndpoint.StartAsync();
        Answers();
        Options = new OpenAILiveWebRtcOptions { Endpoint = Endpoint.Base, ApiKey = "sk-test-api-key" };
    }

    public virtual async Task DisposeAsync()
    {
        foreach (IDisposable client in _clients)
            client.Dispose();
        await Endpoint.DisposeAsync();
    }

    private protected void Answers(int status = 201, string path = Path, string id = "live_1")
    {
        Endpoint.Routes[path] = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(System.Text.Encoding.UTF8.GetString(
                new LiveSessionReply { Session = new LiveSessionReference { Id = id }, Transport = new LiveTransport { Type = "webrtc", Sdp = HttpEndpoint.Answer } }.ToUtf8Json()));
        };
        Endpoint.Routes[$"{Path}/{id}/hangup"] = _ => Task.CompletedTask;
    }

    /// <summary>The service says at once that the session has started, and closes it when it is asked to; what else it is sent is the test's to answer.</summary>
    private protected void Starts(bool closes = true)
    {
        Peer.OnConnect = _ =>
        {
            Peer.Receive(Started);
            return Task.CompletedTask;
        };
        Peer.OnSend = message =>
        {
            Assert.True(LiveClientEvent.TryRead(message.Span, out LiveClientEvent? command, out string? reason), reason);
            if (command is LiveSessionClose && closes)
                Peer.Receive(Closed);
            else
                _sent.Writer.TryWrite(command);
            return Task.CompletedTask;
        };
    }

    private protected LiveWebRtcClient Client(TimeProvider? timeProvider = null)
    {
        var client = new LiveWebRtcClient(Options, peerFactory: Peer, loggerFactory: Log.Factory(), timeProvider: timeProvider);
        _clients.Add(client);
        return client;
    }

    private protected async Task<LiveWebRtcSession> ConnectAsync(LiveConnectOptions? options = null, TimeProvider? timeProvider = null) =>
        await Client(timeProvider).ConnectAsync(options).Within();

    private protected int HangUps => Endpoint.Requests.Count(r => r.Path.EndsWith("/hangup", StringComparison.Ordinal));

    private protected static async Task<List<LiveServerEvent>> ReadAllAsync(LiveWebRtcSession session)
    {
        var events = new List<LiveServerEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (LiveServerEvent read in session.ReadEventsAsync(limit.Token))
            events.Add(read);
        return events;
    }

    /// <summary>The next command that the session sends, which the test answers.</summary>
    private protected async Task<T> SentAsync<T>()
        where T : LiveClientEvent => Assert.IsAssignableFrom<T>(await _sent.Reader.ReadAsync().AsTask().Within());

    /// <summary>The service takes a text up.</summary>
    private protected void Acknowledge(LiveTextAppend command) =>
        Peer.Receive($$"""{"type":"{{command.Type}}ed","event_id":"ack_{{command.EventId}}","client_event_id":"{{command.EventId}}","start_ms":0,"end_ms":200}""");

    /// <summary>The service refuses a command.</summary>
    private protected void Refuse(LiveClientEvent command, string? code, string message) => Peer.Receive(
        $$$"""{"type":"error","event_id":"err_{{{command.EventId}}}","error":{"type":"invalid_request_error","code":{{{(code is null ? "null" : $"\"{code}\"")}}},"message":"{{{message}}}","client_event_id":"{{{command.EventId}}}"}}""");
}
