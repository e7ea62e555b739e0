using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>A client made of the SDK's own <see cref="RealtimeWebRtcClient"/>, with everything it received at hand.</summary>
internal sealed class Caller : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RealtimeWebRtcClient _client;
    private readonly EventLog _received;

    private Caller(RealtimeWebRtcClient client, EventLog received, RealtimeWebRtcSession session, RealtimeTestCall call, ChannelAudioSource microphone, RecordingSink loudspeaker)
    {
        _client = client;
        _received = received;
        Session = session;
        Call = call;
        Microphone = microphone;
        Loudspeaker = loudspeaker;
    }

    public RealtimeWebRtcSession Session { get; }

    /// <summary>The same call, seen from the endpoint.</summary>
    public RealtimeTestCall Call { get; }

    public ChannelAudioSource Microphone { get; }

    public RecordingSink Loudspeaker { get; }

    public IReadOnlyList<RealtimeTestEvent> Received => _received.Snapshot();

    public IEnumerable<string> ReceivedTypes => Received.Select(e => e.Type);

    public static OpenAIRealtimeWebRtcOptions Options(RealtimeTestEndpoint endpoint) => new()
    {
        Endpoint = endpoint.BaseAddress,
        ApiKey = endpoint.ApiKey,
    };

    public static async Task<Caller> ConnectAsync(
        RealtimeTestEndpoint endpoint, Action<OpenAIRealtimeWebRtcOptions>? configure = null, Action<RealtimeConnectOptions>? configureCall = null)
    {
        OpenAIRealtimeWebRtcOptions options = Options(endpoint);
        configure?.Invoke(options);
        var client = new RealtimeWebRtcClient(options);
        var received = new EventLog();
        var microphone = new ChannelAudioSource(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
        var loudspeaker = new RecordingSink();
        var callOptions = new RealtimeConnectOptions
        {
            Audio = new AudioOptions { Source = microphone, Sink = loudspeaker },
            EventTrace = (sent, utf8) =>
            {
                if (!sent)
                    received.Add(Read(utf8));
            },
        };
        configureCall?.Invoke(callOptions);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            RealtimeWebRtcSession session = await client.ConnectAsync(callOptions, patience.Token);
            RealtimeTestCall call = session.CallId is { } id ? endpoint.Calls.Single(c => c.Id == id) : endpoint.Calls[^1];
            await call.Connected.WaitAsync(patience.Token);      // the endpoint may see it a moment after the client, and until then knows no such call
            return new Caller(client, received, session, call, microphone, loudspeaker);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public ValueTask SendAsync(string json) => Session.SendRawAsync(Encoding.UTF8.GetBytes(json));

    public void Speak(RealtimeTestAudio audio)
    {
        int written = Microphone.TryWrite(audio.Samples.Span);
        Assert.Equal(audio.Samples.Length, written);
    }

    /// <summary>The first event, past or to come, with this name that matches.</summary>
    public async Task<JsonNode> WaitAsync(string type, Func<JsonNode, bool>? matches = null)
    {
        try
        {
            RealtimeTestEvent e = await _received.WaitAsync(e => e.Type == type && (matches is null || matches(e.Parse()!))).WaitAsync(Patience);
            return e.Parse()!;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No '{type}' came. These did: {string.Join(", ", ReceivedTypes)}.");
        }
    }

    /// <summary>The error that an event with this id causes.</summary>
    public async Task<JsonNode> ErrorAsync(string eventId) => (await WaitAsync("error", e => (string?)e["error"]!["event_id"] == eventId))["error"]!;

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _client.Dispose();
    }

    private static RealtimeTestEvent Read(ReadOnlySpan<byte> utf8)
    {
        string type = Json.TryParseObject(utf8, out JsonObject? e, out _) ? e.Text("type") ?? "" : "";
        return new RealtimeTestEvent(type, utf8.ToArray(), TimeSpan.Zero);
    }
}
