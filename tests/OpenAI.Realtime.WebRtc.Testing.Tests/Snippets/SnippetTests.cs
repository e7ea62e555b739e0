namespace MyApp.Tests;

public sealed class SnippetTests
{
    [Theory]
    [InlineData("src/OpenAI.Realtime.WebRtc.Testing/README.md", "VoiceBotTests.cs")]
    [InlineData("docs/testing.md", "VoiceBotTests.cs")]
    [InlineData("docs/testing.md", "ReceptionistTests.cs")]
    public void What_the_documents_show_is_what_is_compiled_and_run(string document, string file)
    {
        string root = RepositoryRoot();
        string source = Read(Path.Combine(root, "tests/OpenAI.Realtime.WebRtc.Testing.Tests/Snippets", file));
        string snippet = source.Split("// <snippet>\n")[1].Split("// </snippet>\n")[0];

        Assert.Contains("```csharp\n" + snippet + "```\n", Read(Path.Combine(root, document)), StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal);

    // Not by [CallerFilePath]: a deterministic build writes /_/ there.
    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OpenAI.Realtime.WebRtc.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No OpenAI.Realtime.WebRtc.sln above {AppContext.BaseDirectory}.");
    }
}
