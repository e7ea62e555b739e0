using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>What a fence of C# is; a comment on the line above the fence says so.</summary>
internal enum SnippetKind
{
    /// <summary>No comment: statements, with the names of <c>Ambient.cs</c> in scope and every namespace of ours imported.</summary>
    Statements,

    /// <summary><c>&lt;!-- snippet: types --&gt;</c>: declarations of types.</summary>
    Types,

    /// <summary><c>&lt;!-- snippet: members --&gt;</c>: members without bodies, as an interface has them.</summary>
    Members,

    /// <summary><c>&lt;!-- snippet: program NAME --&gt;</c>: a whole program with its own usings, which compiles as it stands and is run.</summary>
    Program,
}

/// <summary>One fence of C# in a page.</summary>
internal sealed partial record Snippet(string Page, int Line, SnippetKind Kind, string? Name, IReadOnlyList<string> Code)
{
    /// <summary>A name that a namespace can have.</summary>
    public string Identifier => NotAWord().Replace(Page, "_") + "_" + Line;

    public static IEnumerable<Snippet> All() => Repository.PagesWithSnippets().SelectMany(page => In(page, File.ReadAllLines(Repository.PathOf(page))));

    public static IEnumerable<Snippet> In(string page, string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd() != "```csharp")
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == "```");
            if (end < 0)
                throw new InvalidDataException($"{page}({i + 1}): the fence has no end.");
            Match mark = Mark().Match(i > 0 ? lines[i - 1] : "");
            SnippetKind kind = mark.Success ? Enum.Parse<SnippetKind>(mark.Groups["kind"].Value, ignoreCase: true) : SnippetKind.Statements;
            string? name = mark.Groups["name"] is { Success: true } group ? group.Value : null;
            if ((kind == SnippetKind.Program) != (name is not null))
                throw new InvalidDataException($"{page}({i}): a program has a name, and nothing else has.");
            yield return new Snippet(page, i + 2, kind, name, lines[(i + 1)..end]);
            i = end;
        }
    }

    /// <summary>The snippet as a file that compiles. Its errors name the page and the line.</summary>
    public string ToSource(IEnumerable<string> defaultUsings)
    {
        List<string> usings = [.. Code.Where(line => Using().IsMatch(line)).Select(line => line.Trim())];
        if (Kind != SnippetKind.Program)
            usings = [.. usings.Union(defaultUsings.Select(name => $"using {name};"))];

        // Hoisted lines leave an empty one behind, so that the numbers of the rest stay.
        string body = string.Join('\n', Code.Select(line => Using().IsMatch(line) ? "" : line));
        string place = $"#line {Line} \"{Page}\"\n{body}\n#line default\n";
        string wrapped = Kind switch
        {
            SnippetKind.Types => place,
            SnippetKind.Members => $"internal interface IMembers\n{{\n{place}}}\n",
            SnippetKind.Program => $"internal static class Program_{Name}\n{{\npublic static async Task RunAsync()\n{{\nawait Task.CompletedTask;\n{place}}}\n}}\n",
            _ => $"internal sealed class Statements : Ambient\n{{\npublic async Task RunAsync()\n{{\nawait Task.CompletedTask;\n{place}}}\n}}\n",
        };
        return $"{string.Join('\n', usings)}\nnamespace Snippets.{Identifier};\n{wrapped}";
    }

    [GeneratedRegex(@"^<!-- snippet: (?<kind>types|members|program)( (?<name>\w+))? -->\s*$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^\s*using [\w.]+;\s*$")]
    private static partial Regex Using();

    [GeneratedRegex(@"\W+")]
    private static partial Regex NotAWord();
}
