using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenAI.Realtime.WebRtc.Testing;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests.Support;

/// <summary>Two silos in this process, the endpoint as the service, and callers over real WebRTC.</summary>
internal sealed class Farm : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly List<RealtimeWebRtcSession> _callers = [];
    private readonly InProcessTestCluster _cluster;
    private readonly RealtimeWebRtcClient _client;

    private Farm(InProcessTestCluster cluster, RealtimeTestEndpoint endpoint, SharedStorage storage)
    {
        (_cluster, Endpoint, Storage) = (cluster, endpoint, storage);
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
    }

    public RealtimeTestEndpoint Endpoint { get; }

    public SharedStorage Storage { get; }

    public static async Task<Farm> StartAsync(Action<CallAgentOptions> configure)
    {
        RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var storage = new SharedStorage();
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddKeyedSingleton<IGrainStorage>("Default", storage);
            silo.Services.TryAddSingleton<IGrainStorage>(storage);
            silo.Services.AddOpenAIRealtimeWebRtc(options => (options.Endpoint, options.ApiKey) = (endpoint.BaseAddress, endpoint.ApiKey));
            silo.UseInMemoryReminderService();
            silo.AddCallAgents(configure);
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new Farm(cluster, endpoint, storage);
    }

    /// <summary>Somebody calls.</summary>
    public async Task<(ICallAgent Agent, RealtimeTestCall Call, RealtimeWebRtcSession Caller)> CallAsync()
    {
        RealtimeWebRtcSession caller = await _client.ConnectAsync(new RealtimeConnectOptions()).WaitAsync(Patience);
        _callers.Add(caller);
        return (Agent(caller.CallId!), Endpoint.Calls.Single(call => call.Id == caller.CallId), caller);
    }

    public IGrainFactory Grains => _cluster.Client;

    public ICallAgent Agent(string callId) => _cluster.Client.GetGrain<ICallAgent>(callId);

    /// <summary>Stops the silo that a status names, in good order.</summary>
    public Task StopAsync(string silo) => _cluster.StopSiloAsync(_cluster.Silos.Single(s => s.SiloAddress.ToString() == silo));

    /// <summary>The agent's status once it is as it should be.</summary>
    public static async Task<CallAgentStatus> UntilAsync(ICallAgent agent, Func<CallAgentStatus, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            CallAgentStatus status = await agent.GetStatusAsync();
            if (isSo(status))
                return status;
            Assert.False(patience.IsCancellationRequested, $"It never came about; the last status: {status}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RealtimeWebRtcSession caller in _callers)
            await caller.DisposeAsync();
        _client.Dispose();
        await _cluster.DisposeAsync();
        await Endpoint.DisposeAsync();
    }
}
