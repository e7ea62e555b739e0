using System.Reflection;
using System.Xml.Linq;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>Where the sources lie, and which of them are read as documentation.</summary>
internal static class Repository
{
    /// <summary>The packages, each named as its project.</summary>
    public static readonly string[] Packages = ["OpenAI.Realtime.WebRtc.Engine", "OpenAI.Realtime.WebRtc.Media", "OpenAI.Realtime.WebRtc.Devices", "OpenAI.Realtime.WebRtc", "OpenAI.Realtime.WebRtc.Agents", "OpenAI.Realtime.WebRtc.AspNetCore",
        "OpenAI.Realtime.WebRtc.Orleans", "OpenAI.Realtime.WebRtc.Live", "OpenAI.Realtime.WebRtc.Testing"];

    public static string Root { get; } = FindRoot();

    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Configuration").Value!;

    public static string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The version of somebody else's package that the solution is built with.</summary>
    public static string VersionOf(string package) =>
        XDocument.Load(PathOf("src/Packages.props")).Descendants("PackageVersion").Single(version => (string?)version.Attribute("Include") == package).Attribute("Version")!.Value;

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>The pages whose C# has to compile, by their path from the root.</summary>
    public static IEnumerable<string> PagesWithSnippets() =>
        new[] { "README.md" }
            .Concat(Packages.Select(id => $"src/{id}/README.md"))
            .Concat(Directory.GetFiles(PathOf("docs"), "*.md").Select(Relative))
            .Order(StringComparer.Ordinal);

    /// <summary>Every page that users read.</summary>
    public static IEnumerable<string> Pages() =>
        PagesWithSnippets().Concat(Directory.GetFiles(PathOf("docs"), "*.md", SearchOption.AllDirectories).Select(Relative)).Append("CHANGELOG.md").Distinct();

    /// <summary>The text of all pages and of all samples.</summary>
    public static string DocumentationAndSamples()
    {
        IEnumerable<string> samples = Directory.GetFiles(PathOf("samples"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        return string.Join('\n', Pages().Select(Read).Concat(samples.Select(File.ReadAllText)));
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "OpenAI.Realtime.WebRtc.sln")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException($"No solution above {AppContext.BaseDirectory}.");
    }
}
