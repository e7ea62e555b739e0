using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Orleans;
using OpenAI.Realtime.WebRtc.Orleans.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Farms;

/// <summary>Hosts as programs, the service, and telephone calls that agents lead.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly List<SiloProcess> _hosts = [];
    private readonly List<Caller> _callers = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private readonly RealtimeTestEndpoint _service;
    private readonly HttpClient _http = new();
    private readonly RealtimeCalls _calls;
    private IHost _client = null!;

    private Farm(RealtimeTestEndpoint service)
    {
        _service = service;
        _calls = new RealtimeCalls(new OpenAIRealtimeWebRtcOptions { Endpoint = service.BaseAddress, ApiKey = service.ApiKey }, _http);
        service.Script.OnResponse = Answer;
    }

    public int Calls => _callers.Count;

    /// <summary>What all hosts have used until now.</summary>
    public TimeSpan Cpu => new(_hosts.Sum(host => host.Cost.Cpu.Ticks));

    /// <summary>What all hosts hold, resident.</summary>
    public long Memory => _hosts.Sum(host => host.Cost.Memory);

    public static async Task<Farm> StartAsync(RedisServer redis, int hosts)
    {
        var farm = new Farm(await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { MaxCalls = 4_096, MaxRememberedCalls = 4_096 }));
        for (int i = 0; i < hosts; i++)
            farm._hosts.Add(await SiloProcess.StartAsync(redis.ConnectionString, farm._service));
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(cluster => cluster.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("calls", "calls")).UseRedisClustering(redis.ConnectionString));
        farm._client = builder.Build();
        await farm._client.StartAsync();
        return farm;
    }

    /// <summary>More people call; returns once agents lead their calls.</summary>
    public async Task AddAsync(int count)
    {
        IClusterClient cluster = _client.Services.GetRequiredService<IClusterClient>();
        for (int i = 0; i < count; i++)
        {
            // Nobody is at that address of the service's, so nothing else comes of the webhook.
            RealtimeTestIncomingCall incoming = await _service.RingAsync(new RealtimeTestWebhook(new Uri(_service.BaseAddress + "/nowhere"), "whsec_YmVuY2htYXJrYmVuY2htYXJrYmVuY2htYXJr"));
            await _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig());
            incoming.Call!.IsAudioPaused = true;       // nobody would hear the silence that the service sends in the meantime
            _callers.Add(new Caller(incoming.Id, cluster.GetGrain<ICallAgent>(incoming.Id)));
        }

        await Parallel.ForEachAsync(_callers.TakeLast(count), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (caller, _) =>
        {
            await caller.Agent.StartAsync();
            long since = Stopwatch.GetTimestamp();
            while ((await caller.Agent.GetStatusAsync()).Stage != CallAgentStage.Leading)
            {
                if (Stopwatch.GetElapsedTime(since) > s_patience)
                    throw new TimeoutException($"Nobody leads {caller.Id}.");
                await Task.Delay(50, CancellationToken.None);
            }
        });
    }

    /// <summary>Each call is asked once in ten seconds, evenly spread over them.</summary>
    /// <returns>The milliseconds from the text to the tool's output, of each turn, and how many got none.</returns>
    public async Task<(List<double> Delays, int Unanswered)> TalkAsync(TimeSpan duration)
    {
        long begin = Stopwatch.GetTimestamp();
        List<Task<double>> turns = [];
        for (int i = 0; ; i++)
        {
            TimeSpan due = s_interval * i / _callers.Count;
            if (due >= duration)
                break;
            TimeSpan wait = due - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            turns.Add(AskAsync(_callers[i % _callers.Count]));
        }

        double[] delays = await Task.WhenAll(turns);
        return ([.. delays.Where(double.IsFinite)], delays.Count(delay => !double.IsFinite(delay)));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
        foreach (SiloProcess host in _hosts)
            await host.DisposeAsync();
        await _service.DisposeAsync();
        _http.Dispose();
    }

    private async Task<double> AskAsync(Caller caller)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[caller.Id] = answered;
        long asked = Stopwatch.GetTimestamp();
        try
        {
            if (!await caller.Agent.SendTextAsync("order"))
                return double.NaN;
            await answered.Task.WaitAsync(s_interval);
            return Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
        }
        catch (TimeoutException)
        {
            return double.NaN;
        }
    }

    private ValueTask<RealtimeTestReply> Answer(RealtimeTestTurn turn, CancellationToken cancellationToken)
    {
        if (turn.FunctionOutputs.Count == 0)
            return ValueTask.FromResult(RealtimeTestReply.CallFunction("order", "{}"));
        if (_waiting.TryRemove(turn.Call.Id, out TaskCompletionSource? answered))
            answered.SetResult();
        return ValueTask.FromResult(RealtimeTestReply.Say("It is ordered.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20))));
    }

    private sealed record Caller(string Id, ICallAgent Agent);
}
