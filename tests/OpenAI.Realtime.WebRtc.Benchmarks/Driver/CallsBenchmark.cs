using System.Diagnostics;
using System.Globalization;
using System.Net;
using OpenAI.Realtime.WebRtc.Driver;
using OpenAI.Realtime.WebRtc.Peers;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Driver;

/// <summary>
/// The whole driver and engine on loopback: how long it takes to connect, what is allocated for it, and what CPU a call costs at 50 packets a
/// second each way. Both ends are in this process, so a call's cost is half of what is measured for a pair; one pacer thread serves all and
/// reads what has come, as a playout clock does.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- calls [calls] [seconds]
/// </code>
/// </summary>
internal static class CallsBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        int seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        List<double> connects = [], kilobytes = [];
        long gather = Stopwatch.GetTimestamp();
        int addresses = LocalAddresses.Gather(includeLoopback: true).Count;
        double coldGather = Stopwatch.GetElapsedTime(gather).TotalMilliseconds;
        gather = Stopwatch.GetTimestamp();
        for (int i = 0; i < 100; i++)
            LocalAddresses.Gather(includeLoopback: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"gathering {addresses} addresses: {coldGather:0.0} ms cold, {Stopwatch.GetElapsedTime(gather).TotalMilliseconds / 100:0.00} ms warm"));
        for (int i = 0; i < 60; i++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long start = Stopwatch.GetTimestamp();
            (IPeerConnection a, IPeerConnection b) = await ConnectAsync();
            double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double kb = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1024.0;
            if (i == 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first connect: {ms:0.0} ms"));
            if (i >= 10)
            {
                connects.Add(ms);
                kilobytes.Add(kb / 2);
            }

            await a.DisposeAsync();
            await b.DisposeAsync();
        }

        connects.Sort();
        kilobytes.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"offer → both channels open: p50 {connects[25]:0.0} ms, p98 {connects[48]:0.0} ms; allocated a peer: p50 {kilobytes[25]:0} KiB"));

        (IPeerConnection A, IPeerConnection B)[] pairs = new (IPeerConnection, IPeerConnection)[(calls + 1) / 2];
        for (int i = 0; i < pairs.Length; i++)
            pairs[i] = await ConnectAsync();
        IPeerConnection[] ends = [.. pairs.Select(p => p.A), .. pairs.Select(p => p.B)];
        bool stop = false;
        var pacer = new Thread(() =>
        {
            byte[] packet = new byte[80];
            byte[] buffer = new byte[EncodedAudio.MaxLength];
            long origin = Stopwatch.GetTimestamp(), period = Stopwatch.Frequency / 50;
            for (long n = 0; !Volatile.Read(ref stop); n++)
            {
                long due = origin + n * period / ends.Length;
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                    Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
                IPeerConnection end = ends[n % ends.Length];
                end.SendAudio(packet, (uint)(n / ends.Length * 960), marker: false);
                while (end.TryReadAudio(buffer, out _))
                {
                }
            }
        })
        { IsBackground = true };
        pacer.Start();
        await Task.Delay(3000);
        using Process self = Process.GetCurrentProcess();
        for (int window = 0; window < 5; window++)
        {
            long received = -Received(ends);
            self.Refresh();
            TimeSpan cpu = self.TotalProcessorTime;
            long bytes = GC.GetTotalAllocatedBytes(precise: true);
            long clock = Stopwatch.GetTimestamp();
            await Task.Delay(seconds * 1000);
            double elapsed = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            self.Refresh();
            double used = (self.TotalProcessorTime - cpu).TotalMilliseconds;
            received += Received(ends);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ends.Length} calls: {used / elapsed / ends.Length:0.00} ms/s/call, pacer included; {(double)bytes / Math.Max(1, received):0.0} B a packet; {received / elapsed / ends.Length:0.0} packets/s/call received"));
        }

        Volatile.Write(ref stop, true);
        pacer.Join();
        foreach (IPeerConnection end in ends)
            await end.DisposeAsync();
        return 0;
    }

    private static long Received(IPeerConnection[] ends) => ends.Sum(e => e.GetStatistics().AudioPacketsReceived ?? 0);

    private static async Task<(IPeerConnection A, IPeerConnection B)> ConnectAsync()
    {
        var factory = new PeerConnectionFactory();
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback] };
        IPeerConnection a = factory.Create(options), b = factory.Create(options);
        a.SetAnswer(await b.CreateAnswerAsync(await a.CreateOfferAsync()));
        await Task.WhenAll(a.ConnectAsync(), b.ConnectAsync());
        return (a, b);
    }
}
