using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

[Collection(PackedPackagesCollection.Name)]
public sealed class SnippetTests(PackedPackages packages)
{
    [Fact]
    public void Every_C_sharp_fence_of_the_documentation_compiles_against_the_packages() => packages.ShouldCompile();

    [Theory]
    [InlineData("conversation", "you: ", "assistant: ", "(ended; 1 calls")]     // README: the program that everybody copies
    [InlineData("without_a_key", "assistant: It is four o'clock.")]
    public async Task A_program_of_the_documentation_runs_to_its_end(string name, params string[] expected)
    {
        Command run = await packages.RunAsync(name);
        run.ShouldSucceed();
        Assert.All([.. expected, "(ended; "], text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_program_of_the_documentation_is_run()
    {
        string[] names = [.. Snippet.All().Where(s => s.Kind == SnippetKind.Program).Select(s => s.Name!).Order(StringComparer.Ordinal)];
        Assert.Equal(["conversation", "without_a_key"], names);
    }

    [Fact]
    public void The_program_of_the_README_talks_to_the_real_service_but_for_one_line()
    {
        Snippet program = Snippet.All().Single(s => s is { Page: "README.md", Name: "conversation" });
        Assert.Equal(1, program.Code.Count(line => line.Contains(ConsumerSources.RealKey, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_line_above_a_fence_says_what_it_is()
    {
        Snippet[] found =
        [
            .. Snippet.In("page.md",
            [
                "```csharp", "using A;", "Do();", "```", "```sh", "ls", "```", "<!-- snippet: program hello -->", "```csharp", "Say();", "```",
            ]),
        ];
        Assert.Equal([(SnippetKind.Statements, 2, null), (SnippetKind.Program, 10, "hello")], found.Select(s => (s.Kind, s.Line, s.Name)));
        string source = found[0].ToSource(["B"]);
        Assert.StartsWith("using A;\nusing B;\n", source, StringComparison.Ordinal);
        Assert.Contains("#line 2 \"page.md\"\n\nDo();", source, StringComparison.Ordinal);
        Assert.DoesNotContain("using B;", found[1].ToSource(["B"]), StringComparison.Ordinal);
    }
}
