using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>
/// A host beside a call of a service whose WebSockets the test holds, whichever API the call is of: compiled into the tests of both. How a sideband lives, breaks and ends is one source in both packages, and is tested with the
/// Realtime API's; the Live API's tests hold what is its own.
/// </summary>
public abstract class SidebandHarness<TEvent> : IAsyncLifetime
{
    /// <summary>A limit for goodbyes, which most tests' services do not answer.</summary>
    private protected static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(100);

    /// <summary>A limit that no test reaches: this service answers no ping while the test has it read nothing.</summary>
    private protected static readonly TimeSpan Never = TimeSpan.FromMinutes(10);

    private protected SidebandServer Server { get; private set; } = null!;

    private protected FakeLogCollector Log { get; } = new();

    public virtual async Task InitializeAsync() => Server = await SidebandServer.StartAsync();

    public virtual async Task DisposeAsync() => await Server.DisposeAsync();

    private protected static async Task<List<TEvent>> ReadAsync(Func<CancellationToken, IAsyncEnumerable<TEvent>> read, int count)
    {
        var events = new List<TEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (TEvent one in read(limit.Token))
        {
            events.Add(one);
            if (events.Count == count)
                break;
        }
        return events;
    }

    /// <summary>Lets each wait before a try pass in virtual time, and no time else, until the task is done: what is asked over the wire takes none.</summary>
    private protected async Task PassWaitsUntilAsync(ManualTimeProvider time, Task task)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        int passed = 0;
        while (!task.IsCompleted)
        {
            foreach (FakeLogRecord wait in Log.GetSnapshot().Where(record => record.Id.Id == 41).Skip(passed))
            {
                passed++;
                time.Advance(TimeSpan.FromMilliseconds(double.Parse(wait.GetStructuredStateValue("Milliseconds")!, System.Globalization.CultureInfo.InvariantCulture) + 1));
            }
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Lets virtual time pass, a quarter of a second at a time, until the task is done.</summary>
    private protected static async Task PassTimeUntilAsync(ManualTimeProvider time, Task task)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
