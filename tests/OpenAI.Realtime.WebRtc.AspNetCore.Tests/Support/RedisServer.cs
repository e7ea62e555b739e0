using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Interop.Tests;
using StackExchange.Redis;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>Debian's Redis as a process of the test's own: on a free port of loopback, with a password, and without a file. It ends with the test.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    public const string Path = "/usr/bin/redis-server";

    private readonly Process _process;
    private readonly int _port;

    private RedisServer(Process process, int port, string password)
    {
        _process = process;
        _port = port;
        Password = password;
    }

    public string Password { get; }

    /// <summary>What it has used of the CPU until now.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>For a program that connects by itself; it holds the password.</summary>
    public string ConnectionString => Configuration().ToString(includePassword: true);

    public static async Task<RedisServer> StartAsync()
    {
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        for (int attempt = 1; ; attempt++)
        {
            int port = Peers.FreePort();
            var process = Process.Start(new ProcessStartInfo(Path, "-") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

            // By its input, so that the password stands in no list of processes.
            await process.StandardInput.WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave \"\"\nappendonly no\ndir {System.IO.Path.GetTempPath()}\n"));
            process.StandardInput.Close();
            _ = process.StandardError.ReadToEndAsync();
            if (await IsReadyAsync(process))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new RedisServer(process, port, password);
            }
            await StopAsync(process);
            if (attempt == 5)
                throw new InvalidOperationException("Redis did not start; its port may have been taken.");
        }
    }

    /// <summary>Registers it as the host's distributed cache, as an application would.</summary>
    public void Register(IServiceCollection services) => services.AddStackExchangeRedisCache(redis => redis.ConfigurationOptions = Configuration());

    /// <summary>A connection of the test's own, to see what is kept.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(Configuration());

    /// <summary>Ends it, as when its machine fails.</summary>
    public Task StopAsync() => StopAsync(_process);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    /// <summary>Patient where the machine is busy, and without patience once the server is gone.</summary>
    private ConfigurationOptions Configuration() => new()
    {
        EndPoints = { { IPAddress.Loopback, _port } },
        Password = Password,
        ConnectTimeout = 30_000,
        AsyncTimeout = 30_000,
        BacklogPolicy = BacklogPolicy.FailFast,
    };

    private static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<bool> IsReadyAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
