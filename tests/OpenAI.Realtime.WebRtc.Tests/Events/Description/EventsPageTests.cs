namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary><c>docs/events.md</c> against the description.</summary>
public sealed class EventsPageTests
{
    private static readonly Lazy<string[]> Page = new(() => File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "events.md")));

    public static TheoryData<string> Names =>
        [.. PublishedDescription.Roots.Values.Where(r => r.WireName is not null).Select(r => r.WireName!).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_of_events_has_a_row_that_names_each_event_and_its_type(string wireName) =>
        Assert.Contains(Page.Value, line => line.StartsWith('|') && line.Contains($"`{wireName}`", StringComparison.Ordinal) && line.Contains($"`{EventNames.TypeOf(wireName)}`", StringComparison.Ordinal));

    private static string RepositoryRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "OpenAI.Realtime.WebRtc.sln")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException($"No solution above {AppContext.BaseDirectory}.");
    }
}
