using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>A thousand random interleavings of tasks, results, repetitions and replacements in client mode: no result is spoken twice, none is lost, and every task is answered.</summary>
public sealed class ClientPropertyTests
{
    private const int Steps = 8;

    [Property(MaxTest = 1_000, EndSize = 200)]
    public Property No_result_is_spoken_twice_none_is_lost_and_every_task_is_answered() => Prop.ForAll(Arb.From(Gen.Choose(0, Steps - 1).ArrayOf()), script =>
    {
        var ledger = new ClientLedger();
        List<string> open = [];
        HashSet<string> over = [], finished = [], replaced = [];
        List<DelegationText> spoken = [];
        int tasks = 0;
        for (int at = 0; at < script.Length; at++)
        {
            string? one = open.Count > 0 ? open[at % open.Count] : null;
            switch (script[at])
            {
                case 0:
                    string id = $"del_{++tasks}";
                    Assert.True(ledger.TryAccept(id));
                    open.Add(id);
                    break;
                case 1 when tasks > 0:
                    Assert.False(ledger.TryAccept($"del_{1 + (at % tasks)}"));      // the same once more
                    break;
                case 2 when one is not null:
                    Assert.True(ledger.TryTell(one, DelegationTextKind.Thinking, $"Step {at}."));
                    break;
                case 3 when one is not null:
                    ledger.TryTell(one, DelegationTextKind.Commentary, $"{one} says.");
                    Assert.False(ledger.TryTell(one, DelegationTextKind.Commentary, $" {one} says. "));
                    break;
                case 4 when one is not null:
                    Assert.True(ledger.TryFinish(one, DelegationTextKind.Commentary, $"Result of {one}."));
                    Assert.False(ledger.TryFinish(one, DelegationTextKind.Commentary, $"Result of {one}, again."));
                    (_, _, _) = (open.Remove(one), over.Add(one), finished.Add(one));
                    break;
                case 5 when one is not null:
                    Assert.True(ledger.TryFinish(one, DelegationTextKind.Commentary, null));
                    (_, _) = (open.Remove(one), over.Add(one));
                    break;
                case 6 when one is not null:
                    Assert.True(ledger.TryFinish(one, DelegationTextKind.Thinking, ClientLedger.Replaced));
                    (_, _, _) = (open.Remove(one), over.Add(one), replaced.Add(one));
                    break;
                case 7:
                    if (ledger.TryTakeText(out DelegationText? text))
                        spoken.Add(text);
                    foreach (string ended in over)
                        Assert.False(ledger.TryTell(ended, DelegationTextKind.Commentary, $"{ended} is stale."));
                    break;
            }
        }
        while (ledger.TryTakeText(out DelegationText? text))
            spoken.Add(text);

        Assert.Equal(spoken.Count, spoken.Distinct().Count());
        Assert.All(finished, id => Assert.Single(spoken, text => text.DelegationId == id && text.Text == $"Result of {id}."));
        Assert.All(replaced, id => Assert.DoesNotContain(spoken, text => text.Text == $"Result of {id}."));
        Assert.All(over, id => Assert.Contains(spoken, text => text.DelegationId == id));
        Assert.DoesNotContain(spoken, text => text.Text.Contains("stale", StringComparison.Ordinal));
        foreach (string id in finished)
            Assert.Equal($"Result of {id}.", spoken.Last(text => text.DelegationId == id).Text);
    });
}
