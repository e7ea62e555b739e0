using OpenAI.Realtime.WebRtc.Fuzz;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Hostile;

/// <summary>
/// Replays what <c>tests/OpenAI.Realtime.WebRtc.Fuzz</c> keeps: the inputs that led furthest into each parser, and whatever has ever broken one. A target throws where a promise
/// is broken: an exception escapes, something is allocated without bound, what was written is read as something else.
/// </summary>
public sealed class FuzzCorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_the_fuzz_has_found_breaks_no_promise_any_more(string target)
    {
        FuzzTarget fuzzed = FuzzTargets.Find(target);
        Assert.NotEmpty(KeptInputs.Of(target));
        foreach (byte[] input in KeptInputs.Of(target))
            Assert.Null(Record.Exception(() => fuzzed.Check(input))?.ToString());
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_target_keeps_its_promises_for_honest_inputs(string target)
    {
        FuzzTarget fuzzed = FuzzTargets.Find(target);
        byte[][] seeds = [.. fuzzed.Seeds()];
        Assert.NotEmpty(seeds);
        Assert.All(seeds, fuzzed.Check);
    }

    [Fact]
    public void Every_file_of_the_corpus_belongs_to_a_target_and_says_what_it_is() => Assert.All(KeptInputs.Names, name =>
    {
        Assert.Contains(FuzzTargets.All, t => t.Name == name);
        Assert.StartsWith("# ", KeptInputs.TextOf(name), StringComparison.Ordinal);
    });

    [Fact]
    public void A_target_that_throws_or_allocates_without_bound_is_noticed()
    {
        FuzzTarget throwing = new("throws", _ => throw new InvalidOperationException(), () => []);
        FuzzTarget greedy = new("allocates", _ => GC.KeepAlive(new byte[64 * 1024 * 1024]), () => []);
        FuzzTarget catching = new("catches", _ => Catch(), () => []);
        Assert.Throws<InvalidOperationException>(() => throwing.Check([1]));
        Assert.ThrowsAny<Exception>(() => greedy.Check([1]));
        catching.Check([1]);
        Assert.ThrowsAny<Exception>(() => (catching with { MayNotCatch = true }).Check([1]));
    }

    private static void Catch()
    {
        try
        {
            throw new InvalidOperationException();
        }
        catch (InvalidOperationException)
        {
        }
    }
}
