using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>
/// What the web sample's Dockerfile puts into its image, made without Docker: the program, published by the Dockerfile's own command, in a folder that becomes the root of all that it sees, with those shared libraries
/// beside it that the base image has as well.
/// </summary>
public sealed partial class ContainerImage : IDisposable
{
    /// <summary>The shared libraries of the base image's packages: libc6, libgcc-s1, libstdc++6, libssl3.</summary>
    private static readonly string[] s_libraries =
    [
        "ld-linux-aarch64.so.1", "ld-linux-x86-64.so.2", "libc.so.6", "libcrypto.so.3", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1", "libssl.so.3", "libstdc++.so.6",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("container-").FullName;
    private readonly Lazy<Task<Command>> _publish;

    public ContainerImage(Published published) => _publish = new(async () =>
    {
        string[] words = PublishCommand().Match(Dockerfile).Groups["words"].Value.Split(' ');
        // Without the optimizer, which takes a third of the time; the console sample is compiled with it.
        Command made = await published.DotnetAsync(
            words[0], App, [.. words[1..].Where(word => word.StartsWith("-p:", StringComparison.Ordinal)), "-p:TrimmerSingleWarn=false", "-p:Optimize=false"]);
        if (made.ExitCode == 0)
        {
            await AddLibrariesAsync();
            await AddRandomnessAsync();
        }
        return made;
    });

    /// <summary>The reason to skip; null in CI, where that is a failure.</summary>
    public static string? Skip => NativeProgram.Skip
        ?? (Environment.GetEnvironmentVariable("CI") == "true" || (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess) ? null : "a root of one's own needs root on Linux");

    public static string Dockerfile => Repository.Read("samples/AspNetVoiceChat/Dockerfile");

    /// <summary>What <c>unshare --root</c> takes: a folder in the temporary one, which only its owner may enter.</summary>
    public string Root => Path.Combine(_folder, "root");

    /// <summary>The program's folder.</summary>
    public string App => Path.Combine(Root, "app");

    /// <summary>The libraries that the program asks for and the base image does not have.</summary>
    public IReadOnlyList<string> MissingLibraries { get; private set; } = ["not looked at yet"];

    /// <summary>Makes it, once.</summary>
    internal Task<Command> MakeAsync() => _publish.Value;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // OpenSSL is not linked: .NET loads it by name when it is first used.
    private async Task AddLibrariesAsync()
    {
        string openSsl = Directory.GetFiles("/usr/lib", "libssl.so.3", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })[0];
        Command listed = await Command.RunAsync("ldd", _folder, TimeSpan.FromMinutes(1), null, Path.Combine(App, "AspNetVoiceChat"), openSsl);
        listed.ShouldSucceed();
        string[] needed = [.. LibraryPath().Matches(listed.Output).Select(match => match.Groups["path"].Value).Append(openSsl).Distinct()];
        MissingLibraries = [.. needed.Where(path => !s_libraries.Contains(Path.GetFileName(path)))];
        foreach (string path in needed.Except(MissingLibraries))
        {
            string copy = Root + path;
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy, overwrite: true);
        }
    }

    // Of the devices that every container has it needs this one.
    private async Task AddRandomnessAsync()
    {
        string devices = Directory.CreateDirectory(Path.Combine(Root, "dev")).FullName;
        (await Command.RunAsync("mknod", devices, TimeSpan.FromMinutes(1), null, "-m", "444", "urandom", "c", "1", "9")).ShouldSucceed();
    }

    [GeneratedRegex(@"^RUN dotnet publish (?<words>.+) -o /app$", RegexOptions.Multiline)]
    private static partial Regex PublishCommand();

    [GeneratedRegex(@"(?:=> |^\s+)(?<path>/\S+) \(0x", RegexOptions.Multiline)]
    private static partial Regex LibraryPath();
}

/// <summary>A test of what is in the container.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContainerImageFactAttribute : FactAttribute
{
    public ContainerImageFactAttribute() => Skip = ContainerImage.Skip;
}
