using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Architecture;

/// <summary>The sources of a project, for rules that the compiler does not check.</summary>
internal static partial class SourceFiles
{
    /// <summary>Each file of <c>src/OpenAI.Realtime.WebRtc.&lt;project&gt;</c>: its path below it, and its text without comments and string literals.</summary>
    public static List<(string Path, string Text)> Of(string project)
    {
        string root = Path.Combine(CatchTests.RepositoryRoot(), "src", $"OpenAI.Realtime.WebRtc.{project}");
        List<(string, string)> files = [];
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (!path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
                files.Add((path, CommentOrText().Replace(File.ReadAllText(file), "")));
        }

        Assert.True(files.Count > 50, $"{files.Count} files in {root}");
        return files;
    }

    /// <summary>The names of the types of a file that are not nested in another.</summary>
    public static IEnumerable<string> TypesIn(string text) => Type().Matches(text).Select(m => m.Groups["name"].Value);

    // At the beginning of a line: namespaces have a file each, so a nested type is indented.
    [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|struct|record struct|record|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|""(\\.|[^""\\\n])*""|'(\\.|[^'\\])'", RegexOptions.Singleline)]
    private static partial Regex CommentOrText();
}
