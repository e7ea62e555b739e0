using System.Runtime.CompilerServices;

namespace MyApp.Tests;

public sealed class SnippetTests
{
    [Theory]
    [InlineData("src/OpenAI.Realtime.WebRtc.Testing/README.md")]
    [InlineData("docs/testing.md")]
    public void What_the_documents_show_is_what_is_compiled_and_run(string document)
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));
        string source = Read(Path.Combine(Path.GetDirectoryName(ThisFile())!, "VoiceBotTests.cs"));
        string snippet = source.Split("// <snippet>\n")[1].Split("// </snippet>\n")[0];

        Assert.Contains("```csharp\n" + snippet + "```\n", Read(Path.Combine(root, document)), StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
