using System.Diagnostics;
using System.Globalization;
using System.Net;
using OpenAI.Realtime.WebRtc.Benchmarks.Calls;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Engines;

/// <summary>
/// The engines and the codecs side by side, each measurement a process of its own, the engines in turn (docs/engines.md). Without an adapter: ours alone.
/// <code>
/// src/OpenAI.Realtime.WebRtc.SIPSorcery/check
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- engines \
///   artifacts/sipsorcery/bin/OpenAI.Realtime.WebRtc.SIPSorcery.Tests/release/OpenAI.Realtime.WebRtc.SIPSorcery.dll [rounds]
/// </code>
/// </summary>
internal static class EnginesBenchmark
{
    private const string Ours = "ours";
    private const int WarmUp = 10;
    private const int Connects = 40;
    private const int Calls = 10;
    private const int Seconds = 5;
    private const int Frames = 3_000;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["connect", string adapter]:
                return await ConnectAsync(Engine(adapter));
            case ["calls", string adapter]:
                return await CallsBenchmark.MeasureAsync(Calls, Seconds, Engine(adapter));
            case ["codec", string adapter]:
                return MeasureCodec(adapter == Ours ? LibOpusCodecFactory.Default : ConcentusCodecFactory.Default);
        }

        string[] choices = args.Length > 0 ? [Ours, args[0]] : [Ours];
        int rounds = Figures.Argument(args, 1, 5);
        Figures.PrintMachine("engines");
        Console.WriteLine($"ours: {LibOpusCodecFactory.Default.Describe()}");
        Compare(choices, "connect", rounds, "two peers, offer → both channels open, ms", "allocated, one peer, KiB");
        Compare(choices, "calls", rounds, $"CPU ms/s/call, {Calls} calls", "allocated a packet, bytes", null, "received");
        Compare(choices, "codec", rounds, "encode a frame, µs of CPU", "allocated, bytes", "decode a packet, µs of CPU", "allocated, bytes");
        return 0;
    }

    private static IPeerConnectionFactory Engine(string adapter) =>
        adapter == Ours ? new PeerConnectionFactory() : new Adapter(adapter).Create<IPeerConnectionFactory>();

    private static void Compare(string[] choices, string what, int rounds, params string?[] columns)
    {
        double[][][] runs = [.. choices.Select(_ => new double[rounds][])];
        for (int round = 0; round < rounds; round++) // interleaved, so that a busy spell of the machine meets every choice
        {
            for (int c = 0; c < choices.Length; c++)
                runs[c][round] = Children.Measure(["engines", what, choices[c]]);
        }

        Console.WriteLine($"| {what} | {string.Join(" | ", columns.OfType<string>())} |");
        Console.WriteLine("|---" + string.Concat(columns.OfType<string>().Select(_ => "|---")) + "|");
        for (int c = 0; c < choices.Length; c++)
        {
            IEnumerable<string> cells = columns.Index().Where(column => column.Item is not null).Select(column =>
            {
                double[] values = [.. runs[c].Select(run => run[column.Index])];
                return Figures.Text($"{Figures.Median(values):0.##} ({values.Min():0.##}–{values.Max():0.##})");
            });
            Console.WriteLine($"| {Path.GetFileNameWithoutExtension(choices[c])} | {string.Join(" | ", cells)} |");
        }
    }

    private static async Task<int> ConnectAsync(IPeerConnectionFactory engine)
    {
        List<double> ms = [], kilobytes = [];
        PeerConnectionOptions options = new() { LocalAddresses = [IPAddress.Loopback] };
        for (int i = -WarmUp; i < Connects; i++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long start = Stopwatch.GetTimestamp();
            IPeerConnection a = engine.Create(options), b = engine.Create(options);
            a.SetAnswer(await b.CreateAnswerAsync(await a.CreateOfferAsync()));
            await Task.WhenAll(a.ConnectAsync(), b.ConnectAsync());
            if (i >= 0)
            {
                ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                kilobytes.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / 2048.0);
            }

            await a.DisposeAsync();
            await b.DisposeAsync();
        }

        Console.WriteLine(Figures.Text($"{Figures.Median(ms):0.000}\t{Figures.Median(kilobytes):0.000}"));
        return 0;
    }

    /// <summary>A voice-like sound with the encoder's defaults; then what was encoded, decoded.</summary>
    private static int MeasureCodec(IOpusCodecFactory codec)
    {
        using IOpusEncoder encoder = codec.CreateEncoder(new OpusEncoderOptions());
        using IOpusDecoder decoder = codec.CreateDecoder();
        short[][] frames = [.. VoiceLike(Frames).Chunk(IOpusEncoder.FrameSamples)];
        byte[][] packets = [.. frames.Select(_ => new byte[EncodedAudio.MaxLength])];
        int[] lengths = new int[frames.Length];
        short[] pcm = new short[IOpusDecoder.MaxPacketSamples];
        string line = "";
        for (int pass = 0; pass < 3; pass++) // the first two until everything has been compiled for good
        {
            (double encode, double encodeBytes) = Measure(i => lengths[i] = encoder.Encode(frames[i], packets[i]));
            (double decode, double decodeBytes) = Measure(i => decoder.TryDecode(packets[i].AsSpan(0, lengths[i]), pcm, out _));
            line = string.Create(CultureInfo.InvariantCulture, $"{encode:0.000}\t{encodeBytes:0.0}\t{decode:0.000}\t{decodeBytes:0.0}");
        }

        Console.WriteLine(line);
        return 0;
    }

    /// <summary>Microseconds of CPU and bytes a frame. CPU of the whole process, since collecting what was allocated is part of it.</summary>
    private static (double Microseconds, double Bytes) Measure(Action<int> frame)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < Frames; i++)
            frame(i);
        double spent = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
        return (spent / Frames, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)Frames);
    }

    /// <summary>Harmonics of a gliding pitch, louder and softer as syllables are, with a little noise.</summary>
    private static short[] VoiceLike(int frames)
    {
        var random = new Random(7);
        short[] pcm = new short[frames * IOpusEncoder.FrameSamples];
        double phase = 0;
        for (int i = 0; i < pcm.Length; i++)
        {
            double t = i / 48_000.0;
            phase += 2 * Math.PI * (140 + (30 * Math.Sin(2 * Math.PI * 0.7 * t))) / 48_000;
            double loudness = Math.Max(0, Math.Sin(2 * Math.PI * 2 * t));
            double sound = 0;
            for (int harmonic = 1; harmonic <= 12; harmonic++)
                sound += Math.Sin(harmonic * phase) / harmonic;
            pcm[i] = (short)((6_000 * loudness * sound) + random.Next(-100, 100));
        }

        return pcm;
    }
}
