using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>A host with one bridged call that has begun: seen from the page, from the bridge and from the service.</summary>
internal sealed record Bridged(TestHost Host, Page Page, RealtimeBridgeCall Bridge, RealtimeTestCall Call) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<Bridged> StartAsync(
        Action<RealtimeBridgeOptions>? configure = null, Action<RealtimeTestEndpoint>? service = null, TimeProvider? clock = null)
    {
        TestHost host = await TestHost.StartAsync(
            app => app.MapRealtimeBridge("/bridge", configure).AllowAnonymous(), builder => builder.Services.AddSingleton(clock ?? TimeProvider.System));
        service?.Invoke(host.Service);
        Page page = await Page.ConnectAsync(host, "/bridge");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await page.WaitForAsync("session.created");
        return new Bridged(host, page, Assert.Single(host.Bridge.Calls), call);
    }

    /// <summary>Both sides end, with this reason, and the bridge forgets the call.</summary>
    public async Task ShouldEndAsync(RealtimeBridgeEndReason reason)
    {
        RealtimeBridgeEnd end = await Bridge.Completion.WaitAsync(Patience);
        Assert.True(reason == end.Reason, $"{end.Reason}: {end.Detail}");
        await Call.Completion.WaitAsync(Patience);
        await Page.Peer.Completion.WaitAsync(Patience);
        Assert.Empty(Host.Bridge.Calls);
        Assert.Equal(0, Host.Bridge.GetStatistics().ActiveCalls);
        Assert.Equal(1, Host.Bridge.GetStatistics().EndedCalls);
        Assert.DoesNotContain(Host.Log.GetSnapshot(), e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    public async ValueTask DisposeAsync()
    {
        await Page.DisposeAsync();
        await Host.DisposeAsync();
    }
}
