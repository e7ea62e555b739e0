using Microsoft.Extensions.Hosting;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// Ends the bridged calls when the host stops, and lets go of those of pages in which it takes part: before any service is stopped, the web server included, so that requests that are opening calls can still be told.
/// </summary>
internal sealed class BridgeDrain(RealtimeBridge bridge, AttendedCalls attended) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.WhenAll(bridge.DrainAsync(cancellationToken), attended.DrainAsync(cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
