using System.Diagnostics;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>A program that ran.</summary>
internal sealed record Command(string What, int ExitCode, string Output)
{
    public void ShouldSucceed() => Assert.True(ExitCode == 0, $"{What} exited with {ExitCode}:\n{Output}");

    public void ShouldSucceedWithoutWarning()
    {
        ShouldSucceed();
        Assert.DoesNotContain("warning", Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Runs <c>dotnet</c> as <see cref="RunAsync"/> does.</summary>
    public static Task<Command> DotnetAsync(string directory, TimeSpan timeout, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        RunAsync("dotnet", directory, timeout, environment, arguments);

    /// <summary>Runs a program and gathers what it writes. Killed, and said so, when it takes longer than the time.</summary>
    public static async Task<Command> RunAsync(
        string program, string directory, TimeSpan timeout, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        string what = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };

        // What `dotnet test` has told its own children is not meant for these.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Gather;
        process.ErrorDataReceived += Gather;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Command(what, process.ExitCode, Written());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new Command(what, -1, $"{Written()}\n(killed after {timeout.TotalSeconds:0} s)");
        }

        void Gather(object sender, DataReceivedEventArgs e)
        {
            lock (output)
                output.AppendLine(e.Data);
        }

        string Written()
        {
            lock (output)
                return output.ToString();
        }
    }
}
