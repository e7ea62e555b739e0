using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Sends commands in order, so that nobody waits for the channel under a lock. Thread-safe.</summary>
internal sealed class BackendOutbox
{
    /// <summary>More than a service makes a program send; then something is wrong with it, and what is beyond is dropped.</summary>
    private const int MaxUnsent = 4_096;

    private readonly IDelegationLink _link;
    private readonly CancellationToken _ended;
    private readonly Channel<LiveClientEvent> _unsent = Channel.CreateBounded<LiveClientEvent>(new BoundedChannelOptions(MaxUnsent) { SingleReader = true });

    /// <param name="link">The session.</param>
    /// <param name="ended">Cancelled when it ends.</param>
    public BackendOutbox(IDelegationLink link, CancellationToken ended)
    {
        (_link, _ended) = (link, ended);
        _ = RunAsync();
    }

    public void Add(LiveClientEvent command)
    {
        if (!_unsent.Writer.TryWrite(command) && !_ended.IsCancellationRequested)
            _link.Logger.NotAppended("Too much waits to be sent.");
    }

    public void End() => _unsent.Writer.TryComplete();

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await foreach (LiveClientEvent command in _unsent.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await _link.SendAsync(command, _ended).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or RealtimeSessionEndedException)
            {
                return;     // over; the session says why
            }
            catch (ArgumentException e)     // larger than the service accepts
            {
                _link.Logger.NotAppended(e.Message);
            }
        }
    }
}
