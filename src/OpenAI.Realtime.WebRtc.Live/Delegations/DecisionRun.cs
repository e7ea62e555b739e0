using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>A <see cref="LiveDecisionHandler"/> while it serves a session. Decisions that come faster than they are acted on wait, some of them; of more the oldest are dropped, because a decision about what was said is soon stale.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It ends with its session, and nothing of it has to be freed: its token has no timer.")]
internal sealed class DecisionRun : IDelegationRun
{
    private const int MaxWaiting = 256;

    private readonly LiveDecisionHandler _handler;
    private readonly IDelegationLink _link;
    private readonly AppendPump _pump;
    private readonly CancellationTokenSource _ended = new();
    private readonly Channel<LiveDecisionEvent> _waiting;

    public DecisionRun(LiveDecisionHandler handler, IDelegationLink link)
    {
        (_handler, _link, _pump) = (handler, link, new AppendPump(link));
        _waiting = Channel.CreateBounded<LiveDecisionEvent>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => link.Logger.DecisionDropped());
        _ = RunAsync();
    }

    public void Handle(LiveServerEvent read)
    {
        if (read is LiveDecisionEvent decision)
            _waiting.Writer.TryWrite(decision);
    }

    public bool TryTake(LiveClientEvent command) => false;

    public bool Answer(ApprovalRequest request, bool approve, bool always, string? reason) => false;

    public void Miss()
    {
        // What was missed is not known here, so there is nothing to mend.
    }

    public void Interrupt()
    {
    }

    public void End()
    {
        _waiting.Writer.TryComplete();
        _ = _ended.CancelAsync();
        _pump.End(new RealtimeSessionEndedException(null));
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await foreach (LiveDecisionEvent decision in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_ended.IsCancellationRequested)
                return;
            Say(await ActAsync(decision).ConfigureAwait(false));
        }
    }

    private async Task<string?> ActAsync(LiveDecisionEvent decision)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        CancellationToken token = stop.Token;
        Task<string?> running = Task.Run(() => _handler.RunAsync(decision, token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(_handler.Timeout, _link.Time, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever the program's code throws, the session goes on; and the voice model is answered where it waits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _link.Logger.TaskFailed(decision.DelegationId ?? decision.TriggerId ?? "", e);
            _ = stop.CancelAsync();
            return decision.DelegationId is null ? null : _handler.FailureText;
        }
        finally
        {
            if (running.IsCompleted)        // code that does not look at its token may still use it
                stop.Dispose();
        }
    }

    // Which delegation a text may name in this mode is not known; one that names none is taken in every mode.
    private void Say(string? text)
    {
        foreach (string piece in SpokenText.Pieces(text ?? ""))
            _pump.Add(new DelegationText(null, DelegationTextKind.Commentary, piece, null));
    }
}
