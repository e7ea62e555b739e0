using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>A client against a real HTTP server and a scripted engine.</summary>
public abstract class Harness : IAsyncLifetime
{
    private readonly List<IDisposable> _clients = [];

    private protected HttpEndpoint Endpoint { get; private set; } = null!;

    private protected ScriptedPeer Peer { get; } = new();

    private protected SilentAudio Audio { get; } = new();

    private protected FakeLogCollector Log { get; } = new();

    private protected OpenAIRealtimeWebRtcOptions Options { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Endpoint = await HttpEndpoint.StartAsync();
        Endpoint.MintsKeys();
        Endpoint.AnswersCalls();
        Options = new OpenAIRealtimeWebRtcOptions { Endpoint = Endpoint.Base, ApiKey = "sk-test-api-key" };
    }

    public virtual async Task DisposeAsync()
    {
        foreach (IDisposable client in _clients)
            client.Dispose();
        await Endpoint.DisposeAsync();
    }

    private protected RealtimeWebRtcClient Client(IEphemeralKeyProvider? keys = null, TimeProvider? timeProvider = null, HttpClient? httpClient = null)
    {
        var client = new RealtimeWebRtcClient(Options, httpClient, keyProvider: keys, peerFactory: Peer, loggerFactory: Log.Factory(), timeProvider: timeProvider) { AudioFactory = Audio.Create };
        _clients.Add(client);
        return client;
    }

    private protected async Task<RealtimeWebRtcSession> ConnectAsync(RealtimeConnectOptions? options = null) =>
        await Client().ConnectAsync(options).Within();

    private protected static async Task<List<ServerEvent>> ReadAsync(RealtimeWebRtcSession session, int count)
    {
        var events = new List<ServerEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (ServerEvent serverEvent in session.ReadEventsAsync(limit.Token))
        {
            events.Add(serverEvent);
            if (events.Count == count)
                break;
        }
        return events;
    }

    private protected int HangUps => Endpoint.Requests.Count(r => r.Path.EndsWith("/hangup", StringComparison.Ordinal));
}
