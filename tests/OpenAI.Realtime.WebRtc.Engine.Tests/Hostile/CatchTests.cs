using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

/// <summary>The engine has no <c>catch</c>: whatever a peer sends is looked at before it is used. Each exception to that is listed here, with its reason.</summary>
public partial class CatchTests
{
    private const string AesGcmHasNoTry = "AesGcm has no TryDecrypt: a wrong tag, which anyone can send, is told by throwing.";

    private static readonly Dictionary<string, (string Type, string Reason)> s_allowed = new()
    {
        ["Dtls/Records/RecordProtection.cs"] = ("AuthenticationTagMismatchException", AesGcmHasNoTry),
        ["Srtp/AesGcmTransform.cs"] = ("AuthenticationTagMismatchException", AesGcmHasNoTry),
    };

    [Fact]
    public void The_engine_catches_only_what_is_listed_here()
    {
        List<string> found = [];
        foreach (string file in Sources())
        {
            string name = Path.GetRelativePath(Root, file).Replace('\\', '/');
            foreach (Match match in Catch().Matches(WithoutCommentsAndText(File.ReadAllText(file))))
                found.Add($"{name}: {match.Groups["type"].Value}");
        }

        string[] expected = [.. s_allowed.Select(a => $"{a.Key}: {a.Value.Type}")];
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_of_them_is_around_one_call_of_AesGcm_and_says_why()
    {
        foreach ((string name, (string type, _)) in s_allowed)
        {
            string text = File.ReadAllText(Path.Combine(Root, name));
            Match match = Regex.Match(text, @"(?<before>//[^\n]*\s*)?try\s*\{(?<body>[^{}]*)\}\s*catch \(" + type + @"\)\s*\{(?<handler>[^{}]*)\}");
            Assert.True(match.Success, name);
            Assert.Matches(@"^\s*\w+\.Decrypt\([^;]*\);\s*(return true;)?\s*$", match.Groups["body"].Value);
            Assert.Matches(@"return false;\s*$", match.Groups["handler"].Value);
            Assert.Contains("//", match.Groups["before"].Value + match.Groups["handler"].Value, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("try { } catch { }", "")]
    [InlineData("try { } catch (Exception e) when (e is not null) { }", "Exception")]
    [InlineData("// catch (Exception)\nstring s = \"catch (\"; /* catch { */ /// catch {", null)]
    public void The_search_finds_what_the_compiler_would_and_passes_over_comments_and_text(string source, string? type)
    {
        Match match = Catch().Match(WithoutCommentsAndText(source));
        Assert.Equal(type, match.Success ? match.Groups["type"].Value : null);
    }

    private static string Root => Path.Combine(RepositoryRoot(), "src", "OpenAI.Realtime.WebRtc.Engine");

    private static string[] Sources()
    {
        string[] files = [.. Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];
        Assert.True(files.Length > 100, $"{files.Length} files in {Root}");
        return files;
    }

    internal static string RepositoryRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "OpenAI.Realtime.WebRtc.sln")))
                return at.FullName;
        }

        throw new InvalidOperationException("The sources are not above the tests.");
    }

    private static string WithoutCommentsAndText(string source) => CommentOrText().Replace(source, "");

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"|'(\\.|[^'\\])'""", RegexOptions.Singleline)]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"\bcatch\b\s*(\(\s*(?<type>[\w.]+))?")]
    private static partial Regex Catch();
}
