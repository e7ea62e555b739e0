namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

public sealed class BackendBudgetTests
{
    [Fact]
    public void A_small_result_stays_as_it_is()
    {
        var budget = new BackendBudget(128, 32_768);
        Assert.Equal("sunny", budget.Fit("sunny"));
    }

    [Fact]
    public void A_large_result_gets_a_quarter_of_what_is_left_and_says_so()
    {
        var budget = new BackendBudget(128, 32_768);
        for (int i = 0; i < 20; i++)
        {
            string fit = budget.Fit(new string('ä', 20_000));
            budget.CountOutput(fit);
            if (fit != BackendBudget.Placeholder)
                Assert.Contains("Cut here", fit, StringComparison.Ordinal);
        }
        Assert.True(budget.Bytes <= 32_768, $"{budget.Bytes}");
        Assert.Equal(20, budget.Items);
    }

    [Fact]
    public void When_nothing_is_left_a_placeholder_remains()
    {
        var budget = new BackendBudget(2, 32_768);
        budget.CountOutput("a");
        budget.CountOutput("b");
        Assert.Equal(BackendBudget.Placeholder, budget.Fit("c"));
        budget = new BackendBudget(128, 32_768);
        budget.Refused();
        Assert.Equal((BackendBudget.Placeholder, 0), (budget.Fit("c"), budget.BytesLeft));
    }

    [Fact]
    public void Half_a_character_is_no_end()
    {
        var budget = new BackendBudget(128, 4_096);
        string fit = budget.Fit(string.Concat(Enumerable.Repeat("😀", 2_000)));
        Assert.Contains("😀 (Cut here", fit, StringComparison.Ordinal);
    }
}
