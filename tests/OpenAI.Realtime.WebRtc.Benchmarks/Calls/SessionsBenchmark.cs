using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Calls;

/// <summary>
/// What a whole session costs: process CPU a second and call, and allocated bytes a second of the whole process, with the SDK's own pacing and playing, events read, and a codec that does
/// nothing. Each measurement is a process of its own, and so is the other end, whose CPU does not count. Another program can be measured in the same run: it is called with the
/// endpoint, the number of calls and the seconds, and prints CPU in ms/s a call, bytes a second, 0 and the share of packets received, separated by tabs.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- sessions [calls,…] [seconds] [rounds] [other program]
/// </code>
/// </summary>
internal static class SessionsBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["measure", string n, string s, string kind])
            return await MeasureAsync(int.Parse(n, CultureInfo.InvariantCulture), int.Parse(s, CultureInfo.InvariantCulture), kind == "encoded");
        string[] calls = args.Length > 0 ? args[0].Split(',') : ["10", "100"];
        string seconds = args.Length > 1 ? args[1] : "4";
        int rounds = Figures.Argument(args, 2, 5);
        List<(string Name, Func<string, double[]> Measure)> variants =
        [
            ("whole session, samples", count => Children.Measure(["sessions", "measure", count, seconds, "samples"])),
            ("whole session, packets", count => Children.Measure(["sessions", "measure", count, seconds, "encoded"])),
        ];
        if (args.Length > 3)
            variants.Add((Path.GetFileName(args[3]), count => MeasureOther(args[3], count, seconds)));
        Figures.PrintMachine("sessions");
        foreach (string count in calls)
        {
            double[][][] runs = [.. variants.Select(_ => new double[rounds][])];
            for (int round = 0; round < rounds; round++) // interleaved, so that a busy spell of the machine meets every variant
            {
                for (int v = 0; v < variants.Count; v++)
                    runs[v][round] = variants[v].Measure(count);
            }

            Console.WriteLine($"| {count} calls | CPU ms/s/call, median (min–max) | allocated B/s, all calls | received |");
            Console.WriteLine("|---|---|---|---|");
            for (int v = 0; v < variants.Count; v++)
            {
                double[] cpu = [.. runs[v].Select(r => r[0])];
                Console.WriteLine(Figures.Text(
                    $"| {variants[v].Name} | {Figures.Median(cpu):0.00} ({cpu.Min():0.00}–{cpu.Max():0.00}) | {Figures.Median(runs[v].Select(r => r[1])):0} | {Figures.Median(runs[v].Select(r => r[3])):P1} |"));
            }
        }

        return 0;
    }

    private static double[] MeasureOther(string program, string calls, string seconds)
    {
        using ServerProcess server = ServerProcess.Start();
        using Process other = Process.Start(new ProcessStartInfo(program, [server.Endpoint.ToString(), calls, seconds]) { RedirectStandardOutput = true })!;
        string output = other.StandardOutput.ReadToEnd();
        other.WaitForExit();
        return [.. output.Trim().Split('\t').Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
    }

    private static async Task<int> MeasureAsync(int calls, int seconds, bool encoded)
    {
        using ServerProcess server = ServerProcess.Start();
        using var client = new RealtimeWebRtcClient(
            new OpenAIRealtimeWebRtcOptions { Endpoint = server.Endpoint }, keyProvider: new StaticEphemeralKeyProvider("ek_benchmark"));
        var sessions = new RealtimeWebRtcSession[calls];
        Task[] readers = new Task[calls];
        for (int i = 0; i < calls; i++)
        {
            AudioOptions audio = encoded
                ? new() { EncodedSource = new PacketEachFrame(), EncodedSink = new NowhereSink() }
                : new() { CodecFactory = new NoCodec() };
            sessions[i] = await client.ConnectAsync(new RealtimeConnectOptions { Audio = audio });
            readers[i] = ReadAsync(sessions[i]);
        }

        SteadyState used = SteadyState.Measure(seconds, () => Received(sessions));
        Console.WriteLine(Figures.Text(
            $"{used.CpuMilliseconds / used.Seconds / calls:0.0000}\t{used.Bytes / used.Seconds:0}\t0\t{used.Counted / (used.Seconds * calls * 50):0.0000}"));
        foreach (RealtimeWebRtcSession session in sessions)
            await session.DisposeAsync();
        await Task.WhenAll(readers);
        return 0;
    }

    private static async Task ReadAsync(RealtimeWebRtcSession session)
    {
        await foreach (OpenAI.Realtime.WebRtc.Events.ServerEvent _ in session.ReadEventsAsync())
        {
        }
    }

    private static long Received(RealtimeWebRtcSession[] sessions) => sessions.Sum(s => s.GetStatistics().Audio.Received.Packets);

    /// <summary>An Opus codec without the Opus: 80 bytes a frame out, silence in.</summary>
    private sealed class NoCodec : IOpusCodecFactory, IOpusEncoder, IOpusDecoder
    {
        public IOpusEncoder CreateEncoder(OpusEncoderOptions options) => this;

        public IOpusDecoder CreateDecoder() => this;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet)
        {
            packet[..80].Clear();
            packet[0] = 0xF8;       // CELT, 20 ms
            return 80;
        }

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
        {
            samples = 960;
            pcm[..960].Clear();
            return true;
        }

        public bool TryDecodeFec(ReadOnlySpan<byte> packet, Span<short> pcm)
        {
            pcm.Clear();
            return true;
        }

        public void Conceal(Span<short> pcm) => pcm.Clear();

        public void Reset()
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class PacketEachFrame : IEncodedAudioSource, IDisposable
    {
        private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(20));
        private ushort _number;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _timer.WaitForNextTickAsync(cancellationToken);
            buffer.Span[..80].Clear();
            return new(80, new(_number, _number++ * 960u, false));
        }

        public void Dispose() => _timer.Dispose();
    }

    private sealed class NowhereSink : IEncodedAudioSink
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> opus, EncodedAudio packet, CancellationToken cancellationToken = default) => default;

        public void Flush()
        {
        }
    }
}
