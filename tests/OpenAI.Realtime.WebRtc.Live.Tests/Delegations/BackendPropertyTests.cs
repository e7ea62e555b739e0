using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>
/// A thousand random interleavings of what the user, the model, the functions and the network do, each: no result is given twice, none is lost, and the model is asked to go on exactly when it may. FsCheck prints the script that
/// fails, shrunk, and the seed.
/// </summary>
public sealed class BackendPropertyTests
{
    [Property(MaxTest = 1_000, EndSize = 300)]
    public Property No_result_is_given_twice_none_is_lost_and_no_request_is_refused() => Holds(() => new BackendService(int.MaxValue, int.MaxValue, keepsFailedCalls: false), service =>
    {
        Assert.Equal(0, service.Full);
        Assert.True(service.Refusals == 0 || service.OwnRequests > 0, $"{service.Refusals} refused");     // what the program asks for by itself can cross calls that it has not seen yet, and is tried again
    });

    [Property(MaxTest = 1_000, EndSize = 300)]
    public Property Whatever_does_not_fit_is_answered_all_the_same() => Holds(() => new BackendService(500, int.MaxValue, keepsFailedCalls: false), service => Assert.False(service.IsExhausted));

    [Property(MaxTest = 1_000, EndSize = 300)]
    public Property Calls_of_a_response_that_failed_hold_nothing_up() => Holds(() => new BackendService(int.MaxValue, int.MaxValue, keepsFailedCalls: true), service => Assert.False(service.IsExhausted));

    [Property(MaxTest = 1_000, EndSize = 300)]
    public Property Beginnings_and_ends_that_are_missed_hold_nothing_up() => Holds(() => new BackendService(int.MaxValue, int.MaxValue, keepsFailedCalls: false, hasGaps: true), service => Assert.False(service.IsExhausted));

    /// <summary>What the property above has found: the program asks four times while a response runs whose beginning was missed.</summary>
    [Theory]
    [InlineData("1 19 20 8 11 19 10 12 19 9 12 19")]
    public void Requests_of_the_program_s_own_are_not_added_up(string script) =>
        Play(new BackendService(int.MaxValue, int.MaxValue, keepsFailedCalls: false, hasGaps: true), script.Split(' ').Select(int.Parse));

    [Fact]
    public void The_model_of_the_service_makes_what_the_properties_are_about()
    {
        int answered = 0, full = 0, failures = 0, spoken = 0, continued = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new System.Random(seed);
            var service = new BackendService(500, int.MaxValue, keepsFailedCalls: false);
            for (int i = 0; i < 200; i++)
                service.Do(random.Next(BackendService.Steps));
            service.ComeToRest();
            (answered, full, failures, spoken, continued) = (answered + service.Answered, full + service.Full, failures + service.Failures, spoken + service.Spoken, continued + service.Continued);
        }
        Assert.All([answered, full, failures, spoken, continued], count => Assert.True(count > 300, $"{answered} {full} {failures} {spoken} {continued}"));
    }

    private static Property Holds(Func<BackendService> create, Action<BackendService> atRest) => Prop.ForAll(Arb.From(Gen.Choose(0, BackendService.Steps - 1).ArrayOf(), Shorter), script =>
    {
        try
        {
            BackendService service = create();
            Play(service, script);
            atRest(service);
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"The script {string.Join(' ', script)}: {e.Message}", e);
        }
    });

    private static void Play(BackendService service, IEnumerable<int> script)
    {
        foreach (int step in script)
            service.Do(step);
        service.ComeToRest();
    }

    // Whole stretches are left out first, then single steps.
    private static IEnumerable<int[]> Shorter(int[] script)
    {
        for (int length = script.Length / 2; length > 0; length /= 2)
        {
            for (int at = 0; at + length <= script.Length; at += length)
                yield return [.. script[..at], .. script[(at + length)..]];
        }
    }
}
