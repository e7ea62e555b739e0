using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;

/// <summary>
/// What it costs to wait: process CPU time a second and call for several ways of serving N UDP sockets, 50 packets a second in and out
/// each, without any protocol. The peers are a second process, whose CPU does not count. See docs/adr/0003-the-drivers-wait.md.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- driver-wait [calls] [seconds] [rounds] [variant,...]
/// </code>
/// </summary>
internal static class DriverWaitBenchmark
{
    public const int PacketSize = 120; // a 20 ms Opus packet at 32 kbit/s with RTP header and tag
    public const int PacketsPerSecond = 50;

    private static readonly (string Name, string? Variable, Func<IWaitVariant> Create)[] Variants =
    [
        ("pacer-only", null, () => new PacerOnly()),
        ("bare", null, () => new BareAwait()),
        ("actor-queued", null, () => new ActorQueued()),
        ("actor-inline", null, () => new ActorInline()),
        ("actor-inline+nospin", "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0", () => new ActorInline()),
        ("actor-inline+inlinecompletions", "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1", () => new ActorInline()),
        ("select-thread", null, () => new SelectThread()),
        ("epoll-thread", null, () => new EpollThread(runOnCaller: false)),
        ("epoll-inline", null, () => new EpollThread(runOnCaller: true)),
    ];

    public static int Run(string[] args)
    {
        if (args is ["peer", ..])
            return WaitPeers.Run();
        if (args is ["measure", string variant, string c, string s])
            return Measure(variant, int.Parse(c, CultureInfo.InvariantCulture), int.Parse(s, CultureInfo.InvariantCulture));

        int[] calls = args.Length > 0 ? [.. args[0].Split(',').Select(v => int.Parse(v, CultureInfo.InvariantCulture))] : [10, 100];
        string seconds = args.Length > 1 ? args[1] : "4";
        int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        string[] names = args.Length > 3 ? args[3].Split(',') : [.. Variants.Select(v => v.Name)];
        foreach (int n in calls)
        {
            var figures = names.ToDictionary(v => v, _ => new List<(double Cpu, double Allocated, double Delay, double Received)>());
            for (int round = 0; round < rounds; round++)
            {
                foreach (string name in names) // interleaved, so that a busy spell of the machine meets every variant
                {
                    ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
                    foreach (string a in new[] { "driver-wait", "measure", name, n.ToString(CultureInfo.InvariantCulture), seconds })
                        start.ArgumentList.Add(a);
                    if (Variants.Single(v => v.Name == name).Variable is string variable)
                        start.Environment[variable.Split('=')[0]] = variable.Split('=')[1];
                    using Process child = Process.Start(start)!;
                    string[] fields = child.StandardOutput.ReadToEnd().Split('\t');
                    child.WaitForExit();
                    figures[name].Add((Parse(fields[0]), Parse(fields[1]), Parse(fields[2]), Parse(fields[3])));
                }
            }

            Console.WriteLine($"| {n} calls | CPU ms/s/call, median (min–max) | B/packet | post → wire p50 µs | received |");
            Console.WriteLine("|---|---|---|---|---|");
            foreach (string name in names)
            {
                double[] cpu = [.. figures[name].Select(f => f.Cpu).Order()];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {Median(cpu):0.00} ({cpu[0]:0.00}–{cpu[^1]:0.00}) | {Median([.. figures[name].Select(f => f.Allocated).Order()]):0.0} | {Median([.. figures[name].Select(f => f.Delay).Order()]):0} | {Median([.. figures[name].Select(f => f.Received).Order()]):P1} |"));
            }
        }

        return 0;
    }

    private static double Parse(string s) => double.Parse(s, CultureInfo.InvariantCulture);

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];

    private static int Measure(string name, int calls, int seconds)
    {
        var sockets = new Socket[calls];
        for (int i = 0; i < calls; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sockets[i].Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("driver-wait");
        start.ArgumentList.Add("peer");
        using Process peers = Process.Start(start)!;
        peers.StandardInput.WriteLine(string.Join(' ', sockets.Select(s => ((IPEndPoint)s.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture))));
        SocketAddress[] remotes = [.. peers.StandardOutput.ReadLine()!.Split(' ').Select(p => new IPEndPoint(IPAddress.Loopback, int.Parse(p, CultureInfo.InvariantCulture)).Serialize())];

        IWaitVariant variant = Variants.Single(v => v.Name == name).Create();
        variant.Start(sockets, remotes);
        using var pacer = new Pacer(variant, calls);
        Thread.Sleep(1500); // warm up
        using Process self = Process.GetCurrentProcess();
        self.Refresh();
        TimeSpan cpuBefore = self.TotalProcessorTime;
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        long receivedBefore = variant.Received;
        long clock = Stopwatch.GetTimestamp();
        Thread.Sleep(seconds * 1000);
        double elapsed = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        long received = variant.Received - receivedBefore;
        long allocated = GC.GetTotalAllocatedBytes() - allocatedBefore;
        self.Refresh();
        double cpu = (self.TotalProcessorTime - cpuBefore).TotalMilliseconds;
        double packets = elapsed * calls * PacketsPerSecond;
        Console.Write(string.Create(CultureInfo.InvariantCulture,
            $"{cpu / elapsed / calls:0.0000}\t{allocated / (2 * packets):0.00}\t{pacer.MedianDelay(variant):0.0}\t{received / packets:0.0000}"));
        Console.Out.Flush();
        peers.Kill();
        Environment.Exit(0);
        return 0;
    }
}

/// <summary>One way to serve the sockets. <see cref="Post"/> is called by the pacer's thread, as a user's SendAudio is.</summary>
internal interface IWaitVariant
{
    long Received { get; }

    /// <summary>Stopwatch ticks from a post to the return of its send; the last 1,024.</summary>
    long[] Delays { get; }

    void Start(Socket[] sockets, SocketAddress[] remotes);

    void Post(int call);
}

/// <summary>Posts one packet a call every 20 ms, the calls spread evenly, by deadlines: what the application's own pacing costs.</summary>
internal sealed class Pacer : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stop;

    public Pacer(IWaitVariant variant, int calls)
    {
        _thread = new Thread(() =>
        {
            long period = Stopwatch.Frequency / DriverWaitBenchmark.PacketsPerSecond;
            long origin = Stopwatch.GetTimestamp();
            for (long n = 0; !_stop; n++)
            {
                long due = origin + n * period / calls;
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                    Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
                variant.Post((int)(n % calls));
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public void Dispose() => _stop = true;

    public double MedianDelay(IWaitVariant variant)
    {
        _stop = true;
        _thread.Join();
        long[] all = [.. variant.Delays.Where(d => d > 0).Order()];
        return all.Length == 0 ? 0 : all[all.Length / 2] * 1e6 / Stopwatch.Frequency;
    }
}

/// <summary>The other ends, in a process of their own: one thread that sends by deadlines and throws away what it receives.</summary>
internal static class WaitPeers
{
    public static int Run()
    {
        SocketAddress[] remotes = [.. Console.ReadLine()!.Split(' ').Select(p => new IPEndPoint(IPAddress.Loopback, int.Parse(p, CultureInfo.InvariantCulture)).Serialize())];
        int calls = remotes.Length;
        var sockets = new Socket[calls];
        for (int i = 0; i < calls; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sockets[i].Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        Console.WriteLine(string.Join(' ', sockets.Select(s => ((IPEndPoint)s.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture))));
        byte[] packet = new byte[DriverWaitBenchmark.PacketSize];
        byte[] buffer = new byte[2048];
        SocketAddress from = new(AddressFamily.InterNetwork);
        long period = Stopwatch.Frequency / DriverWaitBenchmark.PacketsPerSecond;
        long origin = Stopwatch.GetTimestamp();
        for (long n = 0; n < (long)calls * DriverWaitBenchmark.PacketsPerSecond * 120; n++) // two minutes at most
        {
            long due = origin + n * period / calls;
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
            Socket socket = sockets[n % calls];
            socket.SendTo(packet, SocketFlags.None, remotes[n % calls]);
            while (socket.Available > 0)
                socket.ReceiveFrom(buffer, SocketFlags.None, from);
        }

        return 0;
    }
}
