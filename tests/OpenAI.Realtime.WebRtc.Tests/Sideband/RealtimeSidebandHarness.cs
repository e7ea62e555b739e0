using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>A host that attaches to a call of the Realtime API.</summary>
public abstract class RealtimeSidebandHarness : SidebandHarness<ServerEvent>, IDisposable
{
    private protected const string Key = "sk-sideband-secret";

    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private protected OpenAIRealtimeWebRtcOptions Options { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Options = new OpenAIRealtimeWebRtcOptions { Endpoint = Server.Base, ApiKey = Key, HangUpTimeout = Brief };
    }

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
            options.KeepAliveInterval = Never;
        RealtimeSideband sideband = await Calls(time).AttachAsync("rtc_1", options).Within();
        return (sideband, await Server.NextAsync());
    }

    private protected static string Event(string name, int length = 0) => $$"""{"type":"{{name}}","event_id":"event_1","filler":"{{new string('x', length)}}"}""";

    private protected static Task<List<ServerEvent>> ReadAsync(IRealtimeSession session, int count = int.MaxValue) => ReadAsync(session.ReadEventsAsync, count);

    private protected static Task<SessionStateChange> ChangeAsync(RealtimeSideband sideband) => sideband.StateChanges.ReadAsync().AsTask().Within();
}
