using Orleans.Runtime;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>
/// Writes a grain's state one time after the other, since a second write beside the first would have an old version. What is asked for while one is under way is written by the next, all at once. On the grain's turns only.
/// </summary>
internal sealed class RecordWriter(IPersistentState<CallRecord> state)
{
    private Task _writing = Task.CompletedTask;
    private Task? _next;

    /// <summary>Completes when the state as it is now has been written.</summary>
    public Task SaveAsync() => _next ??= WriteAfterAsync(_writing);

    private async Task WriteAfterAsync(Task before)
    {
        // Not ConfigureAwait(false) here and elsewhere in grains: what follows an await has to run on the grain's turn.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.ForceYielding);
        (_writing, _next) = (_next!, null);
        await state.WriteStateAsync();
    }
}
