using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>A program that is published self-contained and fully trimmed, with every warning of the trim and AOT analysis an error, still reads and writes every event.</summary>
public sealed class TrimmedPublishTests
{
    private const string Project = "tests/OpenAI.Realtime.WebRtc.Trimmed";
    private const string Examples = "tests/OpenAI.Realtime.WebRtc.Tests/Events/Description/examples.json";

    [Fact]
    public async Task A_trimmed_program_reads_and_writes_every_event()
    {
        string output = Directory.CreateTempSubdirectory("trimmed-").FullName;
        try
        {
            // Intermediate files go elsewhere too, so that a build of the solution at the same time is left alone.
            Command publish = await Command.DotnetAsync(Repository.PathOf(Project), TimeSpan.FromMinutes(10), null,
                "publish", "-c", "Release", "-r", Rid(), "-o", output, "-nologo", "-v", "quiet", "--artifacts-path", Path.Combine(output, "artifacts"));
            publish.ShouldSucceed();
            Assert.DoesNotContain("warning", publish.Output, StringComparison.OrdinalIgnoreCase);

            (int exitCode, string said) = await RunAsync(Path.Combine(output, "OpenAI.Realtime.WebRtc.Trimmed"), Repository.PathOf(Examples));
            Assert.True(exitCode == 0, said);
            Assert.EndsWith(" 0 not", said.TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static string Rid() =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, string argument)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, [argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await errors + said);
    }
}
