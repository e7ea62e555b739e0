using System.Runtime.InteropServices;

// What packs and what publishes reads and writes the same intermediate files of the packages, so one comes after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>Publishes projects for this machine.</summary>
public sealed class Published : IDisposable
{
    private readonly string _intermediate = Directory.CreateTempSubdirectory("publish-").FullName;

    /// <summary>
    /// Publishes one into a folder. The packages are taken as the build of the solution has left them; the program alone is compiled for this machine, in a folder of its own. The analyzers of the source have
    /// been run elsewhere; what is asked here is said by the linker and the compiler to native code.
    /// </summary>
    internal async Task<Command> DotnetAsync(string project, string output, params string[] more)
    {
        string name = Path.GetFileName(project), own = Path.Combine(_intermediate, name);
        string properties = Path.Combine(_intermediate, $"{name}.props");
        await File.WriteAllTextAsync(properties, $"""
            <Project>
              <PropertyGroup Condition="'$(MSBuildProjectName)' == '{name}'">
                <BaseIntermediateOutputPath>{own}/obj/</BaseIntermediateOutputPath>
                <BaseOutputPath>{own}/bin/</BaseOutputPath>
                <DefaultItemExcludes>$(DefaultItemExcludes);obj/**;bin/**</DefaultItemExcludes>
              </PropertyGroup>
            </Project>
            """);
        return await Command.DotnetAsync(
            Repository.PathOf(project), TimeSpan.FromMinutes(40), null,      // it may run behind everything else on a busy machine
            ["publish", "-c", "Release", "-r", Rid(), "-o", output, "-nologo", "-v", "quiet", "-nodeReuse:false", "-p:RunAnalyzers=false",
                "-p:BuildProjectReferences=false", "-p:RestoreRecursive=false", $"-p:CustomAfterDirectoryBuildProps={properties}", .. more]);
    }

    /// <summary>The one intermediate file of that name.</summary>
    internal string Intermediate(string name) => Directory.GetFiles(_intermediate, name, SearchOption.AllDirectories).Single();

    public void Dispose() => Directory.Delete(_intermediate, recursive: true);

    private static string Rid() =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
}

/// <summary>What is published shares the intermediate files.</summary>
[CollectionDefinition(Name)]
public sealed class PublishCollection : ICollectionFixture<Published>
{
    public const string Name = "publish";
}
