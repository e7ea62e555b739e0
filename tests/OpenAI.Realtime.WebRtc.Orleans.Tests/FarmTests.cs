using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Orleans.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using StackExchange.Redis;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests;

/// <summary>A farm for real: Redis, two silos as programs, calls over WebRTC, and a host that is killed or told to stop.</summary>
public sealed class FarmTests(ITestOutputHelper output)
{
    /// <summary>So many as a test takes in passing; CALLS=200 is what docs/scale.md tells of.</summary>
    private static readonly int s_calls = int.TryParse(Environment.GetEnvironmentVariable("CALLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int calls) ? calls : 20;

    [RedisFact]
    public async Task When_a_host_is_killed_the_other_leads_its_calls_on_and_no_tool_is_run_twice()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            turn.FunctionOutputs.Count > 0 ? RealtimeTestReply.Say($"Output: {turn.FunctionOutputs.Values.Last()}", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20)))
            : turn.Text is { } tool ? RealtimeTestReply.CallFunction(tool, "{}")
            : RealtimeTestReply.Say("Nothing.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20))));
        await using SiloProcess first = await SiloProcess.StartAsync(redis.ConnectionString, endpoint);
        await using SiloProcess second = await SiloProcess.StartAsync(redis.ConnectionString, endpoint);
        using IHost clients = await ConnectAsync(redis.ConnectionString);
        IClusterClient cluster = clients.Services.GetRequiredService<IClusterClient>();
        await using ConnectionMultiplexer database = await redis.ConnectAsync();
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        List<RealtimeWebRtcSession> callers = [];
        try
        {
            List<ICallAgent> agents = await CallAsync(client, cluster, callers);
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(agents.Select(agent => agent.StartAsync()));
            List<CallAgentStatus> led = await AllAsync(agents, s => s.Stage == CallAgentStage.Leading);
            output.WriteLine($"{s_calls} calls are led after {watch.Elapsed.TotalSeconds:0.0} s, {led.Count(s => IsOn(s, first))} on the first host.");
            Assert.InRange(led.Count(s => IsOn(s, first)), 1, s_calls - 1);

            Report("idle, before the first turn", first, second);
            TimeSpan before = first.Cost.Cpu + second.Cost.Cpu;

            // A tool has been run in each call, and in a few another runs when its host is killed.
            await Task.WhenAll(agents.Select(agent => agent.SendTextAsync("order")));
            await AllAsync(agents, s => s is { ToolCalls: 1, TotalTokens: > 0 });
            await AllSaidAsync(endpoint, "Output: ordered", s_calls);
            output.WriteLine($"A turn with a tool: {(first.Cost.Cpu + second.Cost.Cpu - before).TotalMilliseconds / s_calls:0.0} ms of CPU a call.");
            Report("after a turn", first, second);
            List<ICallAgent> cutOff = [.. agents.Where((_, i) => IsOn(led[i], first)).Take(3)];
            await Task.WhenAll(cutOff.Select(agent => agent.SendTextAsync("order_slowly")));
            await AllAsync(cutOff, s => s.ToolCalls == 2);
            using (var patience = new CancellationTokenSource(Farm.Patience))
            {
                while ((await RunsAsync(database)).Count < s_calls + cutOff.Count)      // it is written down before it runs
                    await Task.Delay(50, patience.Token);
            }

            await CountedAsync(endpoint, agents);
            await Task.WhenAll(agents.Select(agent => agent.StartAsync()));     // completes when all that is known has been written down

            watch.Restart();
            first.Kill();
            List<RealtimeTestCall> lost = [.. callers.Where((_, i) => IsOn(led[i], first)).Select(caller => endpoint.Calls.Single(call => call.Id == caller.CallId))];
            await HaveSidebandsAsync(lost, 0);
            await HaveSidebandsAsync(lost, 1);
            output.WriteLine($"All of the {lost.Count} calls that were led by it are attached again {watch.Elapsed.TotalSeconds:0.0} s after kill -9.");
            List<CallAgentStatus> after = await AllAsync(agents, s => s.Stage == CallAgentStage.Leading && IsOn(s, second));
            Assert.All(led.Zip(after), pair => Assert.Equal(IsOn(pair.First, first) ? 2 : 1, pair.Second.Attachments));

            // What was cut off is answered, and was run once; everything else goes on.
            await AllSaidAsync(endpoint, "Output: The result is not known", cutOff.Count);
            await Task.WhenAll(agents.Select(agent => agent.SendTextAsync("order")));
            await AllSaidAsync(endpoint, "Output: ordered", 2 * s_calls);
            Dictionary<string, int> runs = await RunsAsync(database);
            Assert.Equal((2 * s_calls) + cutOff.Count, runs.Count);
            Assert.All(runs, run => Assert.Equal(1, run.Value));

            // The books are right: each call is known to the farm, and so is every token.
            await CountedAsync(endpoint, agents);
            await Task.WhenAll(agents.Select(agent => agent.HangUpAsync()));
            await AllAsync(agents, s => s.Stage == CallAgentStage.Ended);
            Assert.Equal(0, endpoint.OpenCalls);
        }
        finally
        {
            foreach (RealtimeWebRtcSession caller in callers)
                await caller.DisposeAsync();
        }
    }

    [RedisFact]
    public async Task A_host_that_is_told_to_stop_hands_its_calls_over()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using SiloProcess first = await SiloProcess.StartAsync(redis.ConnectionString, endpoint);
        await using SiloProcess second = await SiloProcess.StartAsync(redis.ConnectionString, endpoint);
        using IHost clients = await ConnectAsync(redis.ConnectionString);
        IClusterClient cluster = clients.Services.GetRequiredService<IClusterClient>();
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        List<RealtimeWebRtcSession> callers = [];
        try
        {
            List<ICallAgent> agents = await CallAsync(client, cluster, callers);
            await Task.WhenAll(agents.Select(agent => agent.StartAsync()));
            List<CallAgentStatus> led = await AllAsync(agents, s => s.Stage == CallAgentStage.Leading);
            int moving = led.Count(s => IsOn(s, first));
            Assert.InRange(moving, 1, s_calls - 1);

            var watch = Stopwatch.StartNew();
            Task stopped = first.StopAsync();
            List<CallAgentStatus> after = await AllAsync(agents, s => s.Stage == CallAgentStage.Leading && IsOn(s, second));
            output.WriteLine($"{moving} calls are led by the other host {watch.Elapsed.TotalSeconds:0.0} s after SIGTERM.");
            Assert.All(led.Zip(after), pair => Assert.Equal(IsOn(pair.First, first) ? 2 : 1, pair.Second.Attachments));
            Assert.All(endpoint.Calls, call => Assert.Equal(1, call.SidebandCount));
            await stopped.WaitAsync(Farm.Patience);
        }
        finally
        {
            foreach (RealtimeWebRtcSession caller in callers)
                await caller.DisposeAsync();
        }
    }

    private void Report(string when, params SiloProcess[] silos)
    {
        foreach (SiloProcess silo in silos)
            output.WriteLine($"{when}: host {silo.Port} has used {silo.Cost.Cpu.TotalSeconds:0.0} s of CPU and holds {silo.Cost.Memory / 1024.0 / 1024:0} MiB.");
    }

    // So many callers, each with the grain that is to lead its call.
    private static async Task<List<ICallAgent>> CallAsync(RealtimeWebRtcClient client, IClusterClient cluster, List<RealtimeWebRtcSession> callers)
    {
        for (int i = 0; i < s_calls; i++)
            callers.Add(await client.ConnectAsync(new RealtimeConnectOptions()).WaitAsync(Farm.Patience));
        return [.. callers.Select(caller => cluster.GetGrain<ICallAgent>(caller.CallId!))];
    }

    private static bool IsOn(CallAgentStatus status, SiloProcess silo) => status.Silo.Contains($":{silo.Port}", StringComparison.Ordinal);

    private static async Task<IHost> ConnectAsync(string redis)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(cluster => cluster
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("calls", "calls"))
            .Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5))
            .UseRedisClustering(redis));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task HaveSidebandsAsync(List<RealtimeTestCall> calls, int count)
    {
        using var patience = new CancellationTokenSource(Farm.Patience);
        while (calls.Any(call => call.SidebandCount != count))
        {
            Assert.False(patience.IsCancellationRequested, $"{calls.Count(call => call.SidebandCount == count)} of {calls.Count} calls have {count} sidebands.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>The statuses of all once all are as they should be. A host that has just been killed may still be asked.</summary>
    private static async Task<List<CallAgentStatus>> AllAsync(List<ICallAgent> agents, Func<CallAgentStatus, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Farm.Patience);
        string last = "";
        while (!patience.IsCancellationRequested)
        {
            try
            {
                List<CallAgentStatus> statuses = [.. await Task.WhenAll(agents.Select(agent => agent.GetStatusAsync()))];
                if (statuses.All(isSo))
                    return statuses;
                last = statuses.First(s => !isSo(s)).ToString();
            }
            catch (Exception e) when (e is TimeoutException || e.GetType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true)
            {
                last = e.Message;
            }

            await Task.Delay(200, CancellationToken.None);
        }

        throw new TimeoutException($"It never came about in all calls. The last that was not so: {last}");
    }

    /// <summary>Waits until the agents have counted as many tokens as the endpoint has spent.</summary>
    private static async Task CountedAsync(RealtimeTestEndpoint endpoint, List<ICallAgent> agents)
    {
        using var patience = new CancellationTokenSource(Farm.Patience);
        while (true)
        {
            long spent = endpoint.Calls.Sum(call => call.SentEvents.Where(e => e.Type == "response.done").Sum(e => (long)e.Parse()!["response"]!["usage"]!["total_tokens"]!));
            long counted = (await Task.WhenAll(agents.Select(agent => agent.GetStatusAsync()))).Sum(s => s.TotalTokens);
            if (counted == spent)
                return;
            Assert.False(patience.IsCancellationRequested, $"{counted} tokens were counted, and {spent} spent.");
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static async Task AllSaidAsync(RealtimeTestEndpoint endpoint, string begins, int times)
    {
        using var patience = new CancellationTokenSource(Farm.Patience);
        while (true)
        {
            int said = endpoint.Calls.Sum(call => call.SentEvents.Count(e => e.Type == "response.output_audio_transcript.done" && ((string?)e.Parse()!["transcript"])!.StartsWith(begins, StringComparison.Ordinal)));
            if (said >= times)
                return;
            Assert.False(patience.IsCancellationRequested, $"'{begins}' was said {said} times, and not {times}.");
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static async Task<Dictionary<string, int>> RunsAsync(ConnectionMultiplexer database) =>
        (await database.GetDatabase().HashGetAllAsync("runs")).ToDictionary(entry => entry.Name.ToString(), entry => (int)entry.Value);
}
