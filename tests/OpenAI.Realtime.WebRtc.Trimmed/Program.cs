// Reads every event among the examples and writes it again, in a program that has been trimmed to what it uses: what reflection would have needed is gone.
// Usage: OpenAI.Realtime.WebRtc.Trimmed <examples.json>

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Live.Events;
using LiveExamples = OpenAI.Realtime.WebRtc.Live.Tests.Events.Examples;

using JsonDocument examples = JsonDocument.Parse(File.ReadAllBytes(args[0]));
int good = 0;
int bad = 0;
foreach (JsonElement example in examples.RootElement.EnumerateArray())
{
    string kind = example.GetProperty("kind").GetString()!;
    JsonElement json = example.GetProperty("json");
    byte[] utf8 = Utf8(json);
    string? fault = kind switch
    {
        "server-event" or "translation-server-event" => Server(json, utf8),
        "client-event" or "translation-client-event" => Client(json, utf8),
        _ => null,
    };
    Count(example.GetProperty("name").GetString()!, fault);
}

foreach ((string name, Type type, string text) in LiveExamples.Server)
    Count(name, OfLive(type, text, LiveServerEvent.Read(System.Text.Encoding.UTF8.GetBytes(text)) is { } read ? (read.GetType(), read.ToUtf8Json()) : default));
foreach ((string name, Type type, string text) in LiveExamples.Client)
    Count(name, LiveClientEvent.TryRead(System.Text.Encoding.UTF8.GetBytes(text), out LiveClientEvent? read, out string? reason) ? OfLive(type, text, (read.GetType(), read.ToUtf8Json())) : reason);
const string LiveTold = """{"id":"evt_1","type":"live.transport.incoming","data":{"session_id":"live_1","sip_headers":[{"name":"From","value":"x"}],"sip_media_security":"srtp"}}""";
Count("live.transport.incoming", LiveWebhook.TryRead(System.Text.Encoding.UTF8.GetBytes(LiveTold), out LiveWebhook? told) ? OfLive(typeof(LiveTransportIncoming), LiveTold, (told.GetType(), told.ToUtf8Json())) : "not read");

// The rest of the SDK is rooted by what every program does with it.
using ServiceProvider services = new ServiceCollection().AddOpenAIRealtimeWebRtc(options => options.ApiKey = "sk-none").Services.BuildServiceProvider();
using var client = services.GetRequiredService<RealtimeWebRtcClient>();
using ServiceProvider liveServices = new ServiceCollection().AddOpenAILiveWebRtc(options => options.ApiKey = "sk-none").Services.BuildServiceProvider();
using var live = liveServices.GetRequiredService<LiveWebRtcClient>();
_ = new LiveSidebandOptions { IncludeAudio = true };
_ = new LiveConnectOptions { Delegation = new LiveClientHandler((task, _) => Task.FromResult<string?>(task.Request)) };

Console.WriteLine($"{good} read and written, {bad} not");
return bad == 0 && good > 0 ? 0 : 1;

void Count(string name, string? fault)
{
    if (fault is null)
        good++;
    else
        bad++;
    if (fault is not null)
        Console.Error.WriteLine($"{name}: {fault}");
}

static string? OfLive(Type type, string text, (Type Type, byte[] Written) read) =>
    read.Type != type ? $"read as {read.Type}" : Same(JsonElement.Parse(text), read.Written);

static byte[] Utf8(JsonElement json) => System.Text.Encoding.UTF8.GetBytes(json.GetRawText());

static string? Server(JsonElement json, byte[] utf8)
{
    ServerEvent read = ServerEvent.Read(utf8);
    if (read is UnknownServerEvent or MalformedServerEvent)
        return read.ToString();
    return Same(json, read.ToUtf8Json());
}

static string? Client(JsonElement json, byte[] utf8) =>
    !ClientEvent.TryRead(utf8, RealtimeDialect.Ga, out ClientEvent? read, out string? reason) ? reason
    : read is RawClientEvent ? "no type of its own"
    : Same(json, read.ToUtf8Json());

static string? Same(JsonElement json, byte[] written) =>
    JsonElement.DeepEquals(json, JsonElement.Parse(written)) ? null : "written as " + System.Text.Encoding.UTF8.GetString(written);
