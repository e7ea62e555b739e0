namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>
/// Takes xunit's synchronization context away for a while: under one, a task's continuation never runs inline, and virtual time would run
/// ahead of the code under test.
/// </summary>
internal readonly struct NoSynchronizationContext : IDisposable
{
    private readonly SynchronizationContext? _before;

    private NoSynchronizationContext(SynchronizationContext? before) => _before = before;

    public static NoSynchronizationContext Enter()
    {
        var scope = new NoSynchronizationContext(SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(null);
        return scope;
    }

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_before);
}
