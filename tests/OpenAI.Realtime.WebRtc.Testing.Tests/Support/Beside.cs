using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>A sideband to a call of the endpoint, with everything that it received at hand.</summary>
internal sealed class Beside : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly EventLog _received;

    private Beside(HttpClient http, EventLog received, RealtimeSideband sideband)
    {
        _http = http;
        _received = received;
        Sideband = sideband;
    }

    public RealtimeSideband Sideband { get; }

    public IEnumerable<string> ReceivedTypes => _received.Snapshot().Select(e => e.Type);

    public static async Task<Beside> AttachAsync(RealtimeTestEndpoint endpoint, string callId, string? key = null, Action<RealtimeSidebandOptions>? configure = null)
    {
        var received = new EventLog();
        var options = new RealtimeSidebandOptions
        {
            EphemeralKey = key,
            EventTrace = (sent, utf8) =>
            {
                if (!sent)
                    received.Add(new RealtimeTestEvent((string?)JsonNode.Parse(utf8)!["type"] ?? "", utf8.ToArray(), TimeSpan.Zero));
            },
        };
        configure?.Invoke(options);
        var http = new HttpClient();
        try
        {
            return new Beside(http, received, await new RealtimeCalls(Caller.Options(endpoint), http).AttachAsync(callId, options).WaitAsync(Caller.Patience));
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    public ValueTask SendAsync(ClientEvent e) => Sideband.SendAsync(e);

    /// <summary>The first event, past or to come, with this name that matches.</summary>
    public async Task<JsonNode> WaitAsync(string type, Func<JsonNode, bool>? matches = null)
    {
        try
        {
            return (await _received.WaitAsync(e => e.Type == type && (matches is null || matches(e.Parse()!))).WaitAsync(Caller.Patience)).Parse()!;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No '{type}' came beside the call. These did: {string.Join(", ", ReceivedTypes)}.");
        }
    }

    public Task<SessionStateChange> ChangeAsync() => Sideband.StateChanges.ReadAsync().AsTask().WaitAsync(Caller.Patience);

    public async ValueTask DisposeAsync()
    {
        await Sideband.DisposeAsync();
        _http.Dispose();
    }
}
