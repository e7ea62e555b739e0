using System.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Containers;

/// <summary>
/// A network of the test's own: what a container has. It has no name that could be taken. A process holds it until its standard input ends, so that it goes with the test, even with one that is killed.
/// </summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>What <c>ip link set … netns</c> takes.</summary>
    public int Id => _holder.Id;

    /// <summary>What <c>nsenter</c> takes to run something inside.</summary>
    public string Entry => $"--net=/proc/{_holder.Id}/ns/net";

    public static async Task<NetworkNamespace> CreateAsync()
    {
        // Without IPv6 on what is added to it: a link-local address becomes usable some seconds later, and Chromium gives up what it is loading when its addresses change.
        const string prepare = "echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/default/disable_ipv6 || true; ip link set lo up && echo ready && exec cat";
        ProcessStartInfo start = new("unshare", ["--net", "sh", "-c", prepare])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        NetworkNamespace made = new(Process.Start(start)!);
        if (await made._holder.StandardOutput.ReadLineAsync() == "ready")
            return made;
        await made.DisposeAsync();
        throw new InvalidOperationException("No network of its own could be made: see the error output.");
    }

    /// <summary>Runs a shell script inside, to its end.</summary>
    public async Task RunAsync(string script)
    {
        ProcessStartInfo start = new("nsenter", [Entry, "sh", "-e"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{script}\n{await errors}");
    }

    /// <summary>Waits until a link says that it is up, which the kernel tells up to a second later.</summary>
    public Task WaitUntilUpAsync(string link) => RunAsync($"for _ in $(seq 600); do ip -o link show {link} | grep -q 'state UP' && exit 0; sleep 0.1; done; ip link show {link} >&2; exit 1");

    /// <summary>The network ends with the last process in it.</summary>
    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }
}
