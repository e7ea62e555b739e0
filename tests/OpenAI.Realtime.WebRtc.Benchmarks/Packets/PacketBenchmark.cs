using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Packets;

/// <summary>
/// What the engine allocates and how long it takes for one RTP packet: <c>SendAudio</c> until the datagram is there, and the datagram until the Opus packet is
/// there. One thread, no sockets.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- packets [packets]
/// </code>
/// </summary>
internal static class PacketBenchmark
{
    public static int Run(string[] args)
    {
        int packets = Figures.Argument(args, 0, 100_000);
        Figures.PrintMachine("packets");
        using var pair = new VirtualPair(new(TimeSpan.FromMilliseconds(1)), lite: true);
        pair.Connect();
        byte[] opus = new byte[80], buffer = new byte[2048];
        (long bytes, TimeSpan time)[] totals = new (long, TimeSpan)[2];
        for (int i = -10_000; i < packets; i++)
        {
            Instant now = pair.Now + TimeSpan.FromTicks((i + 10_000) * 10L); // 100,000 packets within a second: no report of RTCP comes due
            long allocated = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            pair.Offerer.SendAudio(opus, (ushort)i, (uint)(i * 960), marker: false, now);
            pair.Offerer.TryTakeDatagram(buffer, out int length, out TransportPath path);
            long between = Stopwatch.GetTimestamp(), allocatedBetween = GC.GetAllocatedBytesForCurrentThread();
            pair.Answerer.HandleDatagram(buffer.AsSpan(0, length), new TransportPath(path.Protocol, path.Remote, path.Local), now);
            if (!pair.Answerer.TryTakeAudio(buffer, out _))
                throw new InvalidOperationException($"Packet {i} did not arrive.");
            if (i < 0)
                continue;
            totals[0] = (totals[0].bytes + allocatedBetween - allocated, totals[0].time + Stopwatch.GetElapsedTime(start, between));
            totals[1] = (totals[1].bytes + GC.GetAllocatedBytesForCurrentThread() - allocatedBetween, totals[1].time + Stopwatch.GetElapsedTime(between));
        }

        string[] names = ["sent", "received"];
        for (int d = 0; d < 2; d++)
        {
            Console.WriteLine(Figures.Text(
                $"{names[d]}: {(double)totals[d].bytes / packets:0.00} B and {totals[d].time.TotalMicroseconds / packets:0.00} µs a packet of 80 bytes, {packets} packets"));
        }

        return 0;
    }
}
