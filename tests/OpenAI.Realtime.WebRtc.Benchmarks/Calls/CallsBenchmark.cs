using System.Diagnostics;
using System.Globalization;
using OpenAI.Realtime.WebRtc.Benchmarks.Echo;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Calls;

/// <summary>
/// What a call costs: process CPU a second and call at 50 packets a second each way, codec excluded, beside sockets without any protocol in the same run
/// (docs/adr/0003-the-drivers-wait.md). Each variant is a process of its own, and so are the other ends, whose CPU does not count. One pacer thread sends for
/// all calls and reads what has come, as a playout clock does; every variant has the same pacer.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- calls [calls,…] [seconds] [rounds]
/// </code>
/// </summary>
internal static class CallsBenchmark
{
    private static readonly (string Name, string[] Command)[] Variants =
    [
        ("pacer and sends only", ["driver-wait", "measure", "pacer-only"]),
        ("bare .NET sockets, an await loop each", ["driver-wait", "measure", "bare"]),
        ("bare sockets on the driver's wait", ["driver-wait", "measure", "epoll-inline"]),
        ("whole engine and driver", ["calls", "measure"]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["measure", string n, string s])
            return await MeasureAsync(int.Parse(n, CultureInfo.InvariantCulture), int.Parse(s, CultureInfo.InvariantCulture));
        string[] calls = args.Length > 0 ? args[0].Split(',') : ["10", "100"];
        string seconds = args.Length > 1 ? args[1] : "4";
        int rounds = Figures.Argument(args, 2, 5);
        Figures.PrintMachine("calls");
        foreach (string count in calls)
        {
            double[][][] runs = [.. Variants.Select(_ => new double[rounds][])];
            for (int round = 0; round < rounds; round++) // interleaved, so that a busy spell of the machine meets every variant
            {
                for (int v = 0; v < Variants.Length; v++)
                    runs[v][round] = Children.Measure([.. Variants[v].Command, count, seconds]);
            }

            Console.WriteLine($"| {count} calls | CPU ms/s/call, median (min–max) | B a packet | received |");
            Console.WriteLine("|---|---|---|---|");
            for (int v = 0; v < Variants.Length; v++)
            {
                double[] cpu = [.. runs[v].Select(r => r[0])];
                Console.WriteLine(Figures.Text(
                    $"| {Variants[v].Name} | {Figures.Median(cpu):0.00} ({cpu.Min():0.00}–{cpu.Max():0.00}) | {Figures.Median(runs[v].Select(r => r[1])):0.0} | {Figures.Median(runs[v].Select(r => r[3])):P1} |"));
            }
        }

        return 0;
    }

    /// <summary>Prints what <c>driver-wait measure</c> prints: CPU, bytes a packet, (no delay), share of packets received.</summary>
    public static async Task<int> MeasureAsync(int calls, int seconds, IPeerConnectionFactory? engine = null)
    {
        using ServerProcess server = ServerProcess.Start();
        var peers = new IPeerConnection[calls];
        for (int i = 0; i < calls; i++)
            peers[i] = await EchoBenchmark.CallAsync(server.Endpoint, engine);
        bool stop = false;
        var pacer = new Thread(() => Pace(peers, ref stop)) { IsBackground = true };
        pacer.Start();
        SteadyState used = SteadyState.Measure(seconds, () => Received(peers));
        double packets = used.Seconds * calls * 50;
        Console.WriteLine(Figures.Text(
            $"{used.CpuMilliseconds / used.Seconds / calls:0.0000}\t{used.Bytes / (2 * packets):0.00}\t0\t{used.Counted / packets:0.0000}"));
        Volatile.Write(ref stop, true);
        pacer.Join();
        foreach (IPeerConnection peer in peers)
            await peer.DisposeAsync();
        return 0;
    }

    private static void Pace(IPeerConnection[] peers, ref bool stop)
    {
        byte[] packet = new byte[80];
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        long origin = Stopwatch.GetTimestamp(), period = Stopwatch.Frequency / 50;
        for (long n = 0; !Volatile.Read(ref stop); n++)
        {
            long due = origin + (n * period / peers.Length);
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
            IPeerConnection peer = peers[n % peers.Length];
            peer.Audio.Send(packet, new((ushort)(n / peers.Length), (uint)(n / peers.Length * 960), Marker: false));
            while (peer.Audio.TryRead(buffer, out _))
            {
            }
        }
    }

    private static long Received(IPeerConnection[] peers) => peers.Sum(p => p.GetStatistics().AudioPacketsReceived ?? 0);
}
