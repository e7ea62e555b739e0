using System.Diagnostics;
using System.Reflection;
using System.Text;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>The built program, running as a process of its own with everything redirected.</summary>
internal sealed class SampleProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Captured _output;
    private readonly Captured _error;

    private SampleProgram(Process process)
    {
        _process = process;
        _output = new Captured(process.StandardOutput.BaseStream);
        _error = new Captured(process.StandardError.BaseStream);
    }

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The program, as its own project has built it.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(typeof(SampleProgram).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ConsoleVoiceChat").Value!);

    /// <summary>A file among the program's sources.</summary>
    public static string Source(string name) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", "..", "..", "..", name));

    /// <summary>Starts it in a folder, without a key from the environment.</summary>
    public static SampleProgram Start(TestFolder folder, params string[] arguments) => Start(folder, "dotnet", [Path, .. arguments]);

    public static SampleProgram Start(TestFolder folder, string file, IEnumerable<string> arguments, bool noColor = false)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("OPENAI_API_KEY");
        start.Environment.Remove("NO_COLOR");
        start.Environment["TERM"] = "xterm-256color";
        if (noColor)
            start.Environment["NO_COLOR"] = "1";
        return new SampleProgram(Process.Start(start)!);
    }

    /// <summary>Starts it against an endpoint in this process.</summary>
    public static SampleProgram Start(TestFolder folder, RealtimeTestEndpoint endpoint, params string[] arguments) =>
        Start(folder, ["--endpoint", endpoint.BaseAddress.ToString(), "--api-key", endpoint.ApiKey, .. arguments]);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ended> RunAsync(TestFolder folder, params string[] arguments)
    {
        using SampleProgram program = Start(folder, arguments);
        return await program.WaitAsync();
    }

    /// <summary>Runs it to its end against an endpoint in this process.</summary>
    public static async Task<Ended> RunAsync(TestFolder folder, RealtimeTestEndpoint endpoint, params string[] arguments)
    {
        using SampleProgram program = Start(folder, endpoint, arguments);
        return await program.WaitAsync();
    }

    /// <summary>Sends a signal by name.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<Ended> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await Task.WhenAll(_output.Ended, _error.Ended).WaitAsync(patience.Token);
        return new Ended(_process.ExitCode, _output.Bytes, _error.Text);
    }

    /// <summary>Waits until it has said something, on standard output or, when that is sound, on standard error.</summary>
    public async Task SaysAsync(string text, bool onError = false)
    {
        Captured stream = onError ? _error : _output;
        if (!await stream.HoldsAsync(text).WaitAsync(Patience))
            throw new InvalidOperationException($"The program has ended without saying '{text}': {await WaitAsync()}");
    }

    /// <summary>Ends it as Ctrl-C does, and waits.</summary>
    public async Task<Ended> EndAsync()
    {
        await SignalAsync("INT");
        return await WaitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>How it ended and what it said.</summary>
    internal sealed record Ended(int ExitCode, byte[] Output, string Error)
    {
        public string Text => Encoding.UTF8.GetString(Output);

        public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Text}\n--- standard error\n{Error}";
    }
}
