using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using OpenAI.Realtime.WebRtc.Interop.Tests;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests.Support;

/// <summary>One host of a farm, as a program of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly string s_program = Path.GetFullPath(typeof(SiloProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Silo").Value!);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private SiloProcess(Process process, int port)
    {
        (_process, Port) = (process, port);
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The port by which the other silos reach it, which is a part of its name.</summary>
    public int Port { get; }

    /// <summary>What it has cost until now: time of the CPU, and bytes of memory that are resident.</summary>
    public (TimeSpan Cpu, long Memory) Cost
    {
        get
        {
            _process.Refresh();
            return (_process.TotalProcessorTime, _process.WorkingSet64);
        }
    }

    public static async Task<SiloProcess> StartAsync(string redis, RealtimeTestEndpoint endpoint)
    {
        int port = Peers.FreePort(), gateway = Peers.FreePort();
        var start = new ProcessStartInfo("dotnet", [s_program, port.ToString(CultureInfo.InvariantCulture), gateway.ToString(CultureInfo.InvariantCulture), endpoint.BaseAddress.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["REDIS"] = redis;
        start.Environment["API_KEY"] = endpoint.ApiKey;
        var silo = new SiloProcess(Process.Start(start)!, port);
        List<string> said = [];
        while (await silo._process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) is { } line)
        {
            said.Add(line);
            if (line == "The silo runs.")
            {
                _ = silo._process.StandardOutput.ReadToEndAsync();
                return silo;
            }
        }

        await silo._process.WaitForExitAsync();
        throw new InvalidOperationException($"The silo ended at once:\n{string.Join('\n', said)}\n{await silo._errors}");
    }

    /// <summary>SIGTERM, as every deployment sends it; completes when the program has ended.</summary>
    public async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
