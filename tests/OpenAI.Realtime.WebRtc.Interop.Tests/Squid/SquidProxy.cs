using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Squid;

/// <summary>Debian's Squid as a process of the test's own: on a free port of loopback, without a cache. It ends with the test.</summary>
internal sealed class SquidProxy : IAsyncDisposable
{
    public const string Path = "/usr/sbin/squid";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private SquidProxy(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Address { get; }

    /// <summary>What it was asked for: a line each, with the method, the target and the status.</summary>
    public string AccessLog => File.ReadAllText(System.IO.Path.Combine(_folder.FullName, "access.log"));

    /// <param name="user">Who may use it, with Basic authentication; null for everybody.</param>
    /// <param name="password">The user's password, letters and digits.</param>
    public static async Task<SquidProxy> StartAsync(string? user = null, string? password = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("squid");
            if (!OperatingSystem.IsWindows()) // Squid runs as a user of its own
                File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
            int port = Peers.FreePort();
            List<string> lines =
            [
                string.Create(CultureInfo.InvariantCulture, $"http_port 127.0.0.1:{port}"),
                $"access_log stdio:{folder.FullName}/access.log",
                $"cache_log {folder.FullName}/cache.log",
                $"coredump_dir {folder.FullName}",
                "pid_filename none",
                "cache deny all",
                "shutdown_lifetime 0 seconds",
            ];
            if (user is not null)
            {
                string file = System.IO.Path.Combine(folder.FullName, "users");
                await File.WriteAllTextAsync(file, $"{user}:{await HashAsync(password!)}\n");
                lines.AddRange([$"auth_param basic program /usr/lib/squid/basic_ncsa_auth {file}", "acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all"]);
            }
            else
            {
                lines.Add("http_access allow all");
            }

            string configuration = System.IO.Path.Combine(folder.FullName, "squid.conf");
            await File.WriteAllLinesAsync(configuration, lines);
            Process process = Process.Start(new ProcessStartInfo(Path, ["-N", "-f", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> saying = process.StandardError.ReadToEndAsync();
            if (await ListensAsync(process, port))
                return new SquidProxy(process, folder, port);
            await StopAsync(process, folder);
            Assert.True(attempt < 5, $"Squid did not start; its port may have been taken. It said: {await saying}");
        }
    }

    public ValueTask DisposeAsync() => new(StopAsync(_process, _folder));

    private static async Task StopAsync(Process process, DirectoryInfo folder)
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private static async Task<bool> ListensAsync(Process process, int port)
    {
        using CancellationTokenSource limit = new(Peers.Patience);
        while (!process.HasExited && !limit.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return true;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }

        return false;
    }

    private static async Task<string> HashAsync(string password)
    {
        using Process process = Process.Start(new ProcessStartInfo("openssl", ["passwd", "-apr1", password]) { RedirectStandardOutput = true })!;
        string hash = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return hash.Trim();
    }
}

/// <summary>A test with a real Squid: where it is missing the test is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SquidFactAttribute : FactAttribute
{
    public SquidFactAttribute() => Skip = Peers.SkipWithout(SquidProxy.Path, "squid-openssl");
}
