using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>Publishes projects for this machine.</summary>
public sealed class Published : IDisposable
{
    private readonly string _artifacts = Directory.CreateTempSubdirectory("publish-").FullName;

    /// <summary>
    /// Publishes one into a folder. Intermediate files go to a folder that all publishes share, so that the packages are compiled once, and a build of the solution at the same time is left
    /// alone. The analyzers of the source have been run by that build; what is asked here is said by the linker and the compiler to native code.
    /// </summary>
    internal Task<Command> DotnetAsync(string project, string output, params string[] more) => Command.DotnetAsync(
        Repository.PathOf(project), TimeSpan.FromMinutes(40), null,      // it may run behind everything else on a busy machine
        ["publish", "-c", "Release", "-r", Rid(), "-o", output, "-nologo", "-v", "quiet", "-nodeReuse:false", "-p:RunAnalyzers=false", "--artifacts-path", _artifacts, .. more]);

    /// <summary>The one intermediate file of that name.</summary>
    internal string Intermediate(string name) => Directory.GetFiles(_artifacts, name, SearchOption.AllDirectories).Single();

    public void Dispose() => Directory.Delete(_artifacts, recursive: true);

    private static string Rid() =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
}

/// <summary>One publish at a time: each takes all the cores there are.</summary>
[CollectionDefinition(Name)]
public sealed class PublishCollection : ICollectionFixture<Published>
{
    public const string Name = "publish";
}
