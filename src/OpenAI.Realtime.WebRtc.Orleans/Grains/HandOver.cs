using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>
/// Has the calls that this silo leads led by others when it stops in good order: each of its grains moves, and where it is activated next it attaches by itself (<see cref="CallAgentGrain.OnActivateAsync"/>). Deactivated with the
/// silo, as any grain is, they would wait for a request or for the reminder.
/// </summary>
internal sealed class HandOver(ISiloStatusOracle silos) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<CallAgentGrain, bool> _leading = new();

    public void Add(CallAgentGrain grain) => _leading.TryAdd(grain, true);

    public void Remove(CallAgentGrain grain) => _leading.TryRemove(grain, out _);

    // Stages stop from the last to the first: while storage, the directory and messages are still there, and before grains are deactivated.
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(HandOver), ServiceLifecycleStage.GrainDeactivation + 1, _ => Task.CompletedTask, StopAsync);

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        SiloAddress[] others = [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress))];
        if (others.Length == 0)
            return;
        Task moves = Task.WhenAll(_leading.Keys.Select((grain, i) => grain.MoveAsync(others[i % others.Length])).ToList());
        await moves.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);        // what has not moved by then is deactivated with the silo
    }
}
