using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Appends texts one after the other, in the order in which they were added: the next when the one before is acknowledged. What the service counts as too long is halved; what it does not acknowledge is never repeated, because
/// it may be said all the same. Thread-safe.
/// </summary>
internal sealed class AppendPump(IDelegationLink link)
{
    private readonly Lock _lock = new();
    private readonly Queue<DelegationText> _texts = new();
    private bool _running;
    private Exception? _ended;

    public void Add(DelegationText text)
    {
        Exception? ended;
        lock (_lock)
        {
            ended = _ended;
            if (ended is null)
            {
                _texts.Enqueue(text);
                if (_running)
                    return;
                _running = true;
            }
        }
        if (ended is null)
            _ = RunAsync();
        else
            text.Told?.TrySetException(ended);
    }

    /// <summary>Nothing is sent any more; who waits learns why.</summary>
    public void End(Exception why)
    {
        DelegationText[] left;
        lock (_lock)
        {
            _ended ??= why;
            left = [.. _texts];
            _texts.Clear();
        }
        foreach (DelegationText text in left)
            text.Told?.TrySetException(why);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (TryTake(out DelegationText? text))
        {
            try
            {
                await AppendAsync(text.DelegationId, text.Kind, text.Text).ConfigureAwait(false);
                text.Told?.TrySetResult(true);
            }
#pragma warning disable CA1031 // What goes wrong with one text is told to who waits for it, and logged; the others go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (e is not RealtimeSessionEndedException)
                    link.Logger.NotAppended(e.Message);
                if (text.Told is { } told)
                {
                    told.TrySetException(e);
                    _ = told.Task.Exception;        // nobody may be waiting for it
                }
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DelegationText? text)
    {
        lock (_lock)
        {
            if (_texts.TryDequeue(out text))
                return true;
            _running = false;
            return false;
        }
    }

    private async Task AppendAsync(string? delegationId, DelegationTextKind kind, string text)
    {
        try
        {
            await link.RunCommandAsync(kind == DelegationTextKind.Thinking ? new LiveThinkingAppend(text, delegationId) : new LiveCommentaryAppend(text, delegationId), CancellationToken.None).ConfigureAwait(false);
        }
        catch (LiveCommandException e) when (e.Error?.Code == LiveErrorCode.InvalidValue && SpokenText.Halve(text) is { } halves)
        {
            await AppendAsync(delegationId, kind, halves.First).ConfigureAwait(false);
            await AppendAsync(delegationId, kind, halves.Second).ConfigureAwait(false);
        }
        catch (LiveCommandException e) when (delegationId is not null && e.Error?.Message?.Contains("delegation", StringComparison.OrdinalIgnoreCase) == true)
        {
            // The service knows the delegation no more, and the answer is wanted all the same.
            await AppendAsync(null, kind, text).ConfigureAwait(false);
        }
    }
}
