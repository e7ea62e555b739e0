using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Interop.Tests;

internal static class Peers
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Null in CI, where a missing peer is a failure; elsewhere the reason to skip when the peer is not installed.</summary>
    public static string? SkipWithout(string file, string package) =>
        File.Exists(file) || Directory.Exists(file) || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : $"{file} is not here; on Debian: apt-get install {package}";

    /// <summary>A TCP port of loopback that nobody had a moment ago: a program that is told its port may still find it taken, and is started again.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Asks until the answer satisfies, and fails with the last answer when it never does.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, string expectation)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            T answer = await ask();
            if (satisfies(answer))
                return answer;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Expected {expectation} within {Patience.TotalSeconds} s. Last: {answer}");
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
