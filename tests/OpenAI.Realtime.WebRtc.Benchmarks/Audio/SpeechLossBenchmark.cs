using System.Globalization;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Audio;

/// <summary>
/// How well speech is understood that has lost packets: encoded as the SDK does once the peer has reported the loss, with and without FEC, and played by the SDK's own receiver, in virtual time.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- speech-loss [runs] [file.wav]
/// </code>
/// </summary>
internal static class SpeechLossBenchmark
{
    private const int MaxExpectedLoss = 30;     // as EncoderFeedback's
    private const int BeginsWhole = 5;          // packets: the first one sets the playout, which is not what is measured

    private const int MaxDelay = Intelligibility.SampleRate / 5;            // samples: 200 ms
    private const int Stretch = Intelligibility.SampleRate / 2;             // samples: 500 ms
    private const int MaxStretched = Intelligibility.SampleRate / 50;       // samples: 20 ms

    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(20);
    private static readonly AudioFormat s_format = new(48_000, 1);

    public static async Task<int> RunAsync(string[] args)
    {
        int runs = Figures.Argument(args, 0, 20);
        short[] speech = Read(args.Length > 1 ? args[1] : "samples/ConsoleVoiceChat/question.wav");
        Figures.PrintMachine($"speech-loss, {runs} runs a cell of {speech.Length / 48_000.0:0.0} s");
        double[] clean = To10kHz(speech);
        Console.WriteLine($"for scale: the same speech in white noise as loud as it: {Figures.Text($"{Intelligibility.Measure(clean, InNoise(clean)):0.000}")}");
        (string Name, IOpusCodecFactory Codec, bool Fec)[] variants =
        [
            ("libopus, FEC", LibOpusCodecFactory.Default, true), ("libopus without FEC", LibOpusCodecFactory.Default, false), ("Concentus, FEC", ConcentusCodecFactory.Default, true),
        ];
        Console.WriteLine($"| packets lost | {string.Join(" | ", variants.Select(v => v.Name))} |");
        Console.WriteLine($"|---|{string.Concat(variants.Select(_ => "---|"))}");
        foreach ((int percent, int burst) in new[] { (0, 1), (5, 1), (10, 1), (20, 1), (10, 2), (20, 2) })
        {
            var cells = new List<string>();
            foreach ((_, IOpusCodecFactory codec, bool fec) in variants)
                cells.Add(await CellAsync(speech, clean, codec, fec, percent, burst, percent == 0 ? 1 : runs));
            Console.WriteLine($"| {percent} %{(burst > 1 ? $", {burst} in a row on average" : "")} | {string.Join(" | ", cells)} |");
        }

        return 0;
    }

    private static async Task<string> CellAsync(short[] speech, double[] clean, IOpusCodecFactory codec, bool fec, int percent, int burst, int runs)
    {
        List<byte[]> packets = Encode(speech, codec, fec, percent);
        double[] whole = To10kHz(await PlayAsync(packets, codec, []));
        int delay = DelayOf(clean, whole, 0, MaxDelay);
        var understood = new List<double>();
        for (int seed = 0; seed < runs; seed++)
        {
            double[] heard = To10kHz(await PlayAsync(packets, codec, Lost(packets.Count, percent, burst, seed)));
            understood.Add(Intelligibility.Measure(clean, Align(clean, heard, delay)));
        }

        return Figures.Text($"{Figures.Median(understood):0.000} ({understood.Min():0.000}–{understood.Max():0.000})");
    }

    private static List<byte[]> Encode(short[] speech, IOpusCodecFactory codec, bool fec, int percent)
    {
        var options = new OpusEncoderOptions { InbandFec = fec };
        options.ExpectedPacketLossPercent = fec ? Math.Clamp(percent, options.ExpectedPacketLossPercent, MaxExpectedLoss) : 0;
        using IOpusEncoder encoder = codec.CreateEncoder(options);
        var packets = new List<byte[]>();
        byte[] packet = new byte[EncodedAudio.MaxLength];
        for (int at = 0; at + IOpusEncoder.FrameSamples <= speech.Length; at += IOpusEncoder.FrameSamples)
            packets.Add(packet[..encoder.Encode(speech.AsSpan(at, IOpusEncoder.FrameSamples), packet)]);
        return packets;
    }

    // Two states (Gilbert): in the bad one everything is lost, and it lasts for so many packets on average.
    private static HashSet<int> Lost(int count, int percent, int burst, int seed)
    {
        var random = new Random(seed);
        double loss = percent / 100.0, leaves = burst > 1 ? 1.0 / burst : 1 - loss, enters = burst > 1 ? loss * leaves / (1 - loss) : loss;
        var lost = new HashSet<int>();
        bool isBad = false;
        for (int i = BeginsWhole; i < count; i++)
        {
            isBad = isBad ? random.NextDouble() >= leaves : random.NextDouble() < enters;
            if (isBad)
                lost.Add(i);
        }

        return lost;
    }

    private static async Task<short[]> PlayAsync(List<byte[]> packets, IOpusCodecFactory codec, HashSet<int> lost)
    {
        var time = new ManualTimeProvider();
        var wire = new Wire();
        var sink = new Ear();
        var receiver = new AudioReceiver(sink, codec.CreateDecoder(), new JitterBufferOptions(), wire, new AudioLinkContext(time) { Inline = true });
        receiver.Start();
        for (int i = 0; i < packets.Count; i++)
        {
            if (!lost.Contains(i))
                wire.Put(packets[i], i, time.GetElapsedTime(0));
            time.Advance(s_frame);
        }

        for (int i = 0; i < 10; i++) // what the jitter buffer holds
            time.Advance(s_frame);
        await receiver.DisposeAsync();
        return [.. sink.Heard];
    }

    // The jitter buffer stretches time by some milliseconds when it waits for the packet behind a lost one, so each half second is looked for anew.
    private static double[] Align(double[] clean, double[] heard, int delay)
    {
        double[] aligned = new double[clean.Length];
        for (int from = 0; from < clean.Length; from += Stretch)
        {
            int length = Math.Min(Stretch, clean.Length - from);
            int here = from + DelayOf(clean.AsSpan(from, length), heard.AsSpan(from), Math.Max(0, delay - MaxStretched), delay + MaxStretched);
            heard.AsSpan(here, Math.Clamp(heard.Length - here, 0, length)).CopyTo(aligned.AsSpan(from));
        }

        return aligned;
    }

    // Where the two correlate best.
    private static int DelayOf(ReadOnlySpan<double> clean, ReadOnlySpan<double> heard, int least, int most)
    {
        (int Delay, double Sum) best = (least, double.NegativeInfinity);
        for (int delay = least; delay <= most; delay++)
        {
            double sum = 0;
            for (int i = 0; i < clean.Length && i + delay < heard.Length; i++)
                sum += clean[i] * heard[i + delay];
            if (sum > best.Sum)
                best = (delay, sum);
        }

        return best.Delay;
    }

    private static double[] InNoise(double[] clean)
    {
        var random = new Random(1);
        double[] noise = [.. clean.Select(_ => random.NextDouble() + random.NextDouble() - 1)];
        double scale = Math.Sqrt(clean.Sum(s => s * s) / noise.Sum(s => s * s));
        return [.. clean.Zip(noise, (s, n) => s + (n * scale))];
    }

    private static short[] Read(string path)
    {
        using var file = new WavFileAudioSource(path);
        var samples = new List<short>();
        short[] frame = new short[file.Format.SamplesIn(s_frame)];
        while (file.ReadAsync(frame).AsTask().GetAwaiter().GetResult() is var read and > 0)
            samples.AddRange(frame.AsSpan(0, read));
        if (file.Format.Channels != 1)
            throw new InvalidDataException($"{path} has {file.Format.Channels.ToString(CultureInfo.InvariantCulture)} channels; speech of one is wanted.");
        return Resample([.. samples], file.Format.SampleRate, s_format.SampleRate);
    }

    private static double[] To10kHz(short[] samples) => [.. Resample(samples, s_format.SampleRate, Intelligibility.SampleRate).Select(s => (double)s)];

    private static short[] Resample(short[] samples, int from, int to)
    {
        var resampler = new Resampler(from, to);
        short[] output = new short[resampler.MaxOutput(samples.Length)];
        return output[..resampler.Process(samples, output)];
    }

    /// <summary>The network's end at the receiver.</summary>
    private sealed class Wire : IOpusReader
    {
        private readonly Queue<(byte[] Packet, int Number, TimeSpan Arrival)> _arrived = new();
        private TaskCompletionSource<bool>? _waiting;

        public void Put(byte[] packet, int number, TimeSpan arrival)
        {
            _arrived.Enqueue((packet, number, arrival));
            Interlocked.Exchange(ref _waiting, null)?.SetResult(true);
        }

        public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) =>
            _arrived.Count > 0 || await (_waiting = new TaskCompletionSource<bool>()).Task.WaitAsync(cancellationToken);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            packet = default;
            if (!_arrived.TryDequeue(out (byte[] Packet, int Number, TimeSpan Arrival) next))
                return false;
            next.Packet.CopyTo(destination);
            packet = new(next.Packet.Length, 111, (ushort)next.Number, (uint)(next.Number * IOpusEncoder.FrameSamples), false, 1, next.Arrival);
            return true;
        }
    }

    private sealed class Ear : IAudioSink
    {
        public List<short> Heard { get; } = [];

        public AudioFormat Format => s_format;

        public TimeSpan Buffered => TimeSpan.Zero;

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            Heard.AddRange(pcm.Span);
            return default;
        }

        public void Flush() => Heard.Clear();
    }
}
