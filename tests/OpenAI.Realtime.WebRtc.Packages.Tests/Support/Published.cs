using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>Publishes a project for this machine.</summary>
internal static class Published
{
    /// <summary>Publishes it into a folder. Intermediate files go there too, so that a build of the solution at the same time is left alone.</summary>
    public static Task<Command> DotnetAsync(string project, string output, params string[] more) => Command.DotnetAsync(
        Repository.PathOf(project), TimeSpan.FromMinutes(20), null,
        ["publish", "-c", "Release", "-r", Rid(), "-o", output, "-nologo", "-v", "quiet", "-nodeReuse:false", "--artifacts-path", Path.Combine(output, "artifacts"), .. more]);

    private static string Rid() =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
}

/// <summary>One publish at a time: each takes all the cores there are.</summary>
[CollectionDefinition(Name)]
public sealed class PublishCollection : ICollectionFixture<NativeProgram>
{
    public const string Name = "publish";
}
