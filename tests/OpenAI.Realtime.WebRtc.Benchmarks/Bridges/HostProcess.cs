using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Bridges;

/// <summary>A host that bridges calls, in a process of its own: ours with one UDP port for all pages, or another's program. Disposing it ends it.</summary>
internal sealed class HostProcess : IDisposable
{
    private const int MaxCalls = 5_000;

    private readonly Process _process;

    private HostProcess(Process process, Uri address, int udpPort)
    {
        _process = process;
        Address = address;
        UdpPort = udpPort;
    }

    /// <summary>Where it takes a page's offer.</summary>
    public Uri Address { get; }

    /// <summary>The port of all pages; 0 for another's program.</summary>
    public int UdpPort { get; }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What it occupies, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static HostProcess Start(string service, string? program)
    {
        int port = program is null ? FreeUdpPort() : 0;
        var start = program is null
            ? new ProcessStartInfo(Environment.ProcessPath!, ["bridge-host", service, port.ToString(CultureInfo.InvariantCulture)])
            : new ProcessStartInfo(program, [service]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        Process process = Process.Start(start)!;
        return new(process, new Uri(process.StandardOutput.ReadLine()!), port);
    }

    /// <summary>The host's own program.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddOpenAIRealtimeWebRtc(options =>
        {
            options.Endpoint = new Uri(args[0]);
            options.EphemeralKey = "ek_benchmark";
        });
        builder.Services.AddRealtimeEndpoints();
        await using WebApplication app = builder.Build();
        app.MapRealtimeBridge("/bridge", options =>
        {
            options.MaxCalls = options.MaxCallsPerUser = MaxCalls;
            options.MediaAddresses = [IPAddress.Loopback];
            options.UdpPorts = new PortRange(int.Parse(args[1], CultureInfo.InvariantCulture));
        }).AllowAnonymous();
        await app.StartAsync();
        Console.WriteLine(app.Urls.First() + "/bridge");
        await Task.Run(Console.In.ReadToEnd);
        return 0;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
            _process.Kill();
        _process.Dispose();
    }

    private static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
