using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

namespace OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;

/// <summary>
/// Echo cancellation beside speexdsp and WebRTC's AEC3: the same signals through all of them. Prints the table of docs/performance.md.
/// <code>
/// tests/OpenAI.Realtime.WebRtc.Benchmarks/EchoCancellation/install
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- echo-cancellation [folder of the npm package]
/// </code>
/// </summary>
internal static class EchoCancellationBenchmark
{
    private const int Rate = 48_000;
    private const double Seconds = 14;
    private static readonly Dictionary<double, double[]> s_rooms = [];

    public static int Run(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/openai-realtime-webrtc/aec3");
        if (!Voices.AreThere || !SpeexEchoCanceller.IsThere || !Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Console.WriteLine("Something is missing: run tests/OpenAI.Realtime.WebRtc.Benchmarks/EchoCancellation/install first.");
            return 1;
        }

        Figures.PrintMachine("echo-cancellation");
        Contender[] all = [Contender.Ours(), Contender.Speex(suppresses: false), Contender.Speex(suppresses: true), Contender.WebRtc(folder)];
        double[] people = Voices.OfPeople(Seconds, -22), synthetic = Voices.OfSynthesiser(Seconds, -22);
        Console.WriteLine("| | " + string.Join(" | ", all.Select(c => c.Name)) + " |");
        Console.WriteLine("|---|" + string.Concat(all.Select(_ => "---|")));
        NearAlone(all, people, synthetic);
        foreach ((string name, Func<double[], EchoScene> scene) in Rows())
            Row($"ERLE, {name}", all, c => Pair(voice => Erle(c, scene(voice)), people, synthetic));
        foreach (double level in (double[])[-6, 0, 6])
        {
            foreach ((string name, Func<double[], EchoScene> scene) in DoubleTalkRows())
                Row(Figures.Text($"double talk, near end {level:+0;−0;0} dB, {name}"), all, c => Figures.Text($"{DoubleTalk(c, scene(people), synthetic, level):0.0} / {DoubleTalk(c, scene(synthetic), people, level):0.0} dB"));
        }

        foreach ((double from, double to) in (ReadOnlySpan<(double, double)>)[(60, 133), (60, 360), (300, 48), (60, 85)])
            Row(Figures.Text($"delay leaps from {from} to {to} ms, until 20 dB again"), all, c => Pair(voice => Recovery(c, voice, from, to), people, synthetic, "s"));
        Row("CPU of 20 ms, median", all, c => Figures.Text($"{c.Cost:0} µs"));
        return 0;
    }

    private static IEnumerable<(string, Func<double[], EchoScene>)> Rows()
    {
        foreach (double reverberation in (double[])[0.15, 0.3, 0.6])
            yield return (Figures.Text($"RT60 {reverberation} s"), voice => new EchoScene { Far = voice, Response = Room(reverberation) });
        foreach (double delay in (double[])[0, 200, 400])
            yield return (Figures.Text($"delay {delay} ms"), voice => new EchoScene { Far = voice, Response = Room(0.3), Delay = delay });
        foreach (double drift in (double[])[-100, 100])
            yield return (Figures.Text($"drift {drift:+0;−0} ppm"), voice => new EchoScene { Far = voice, Response = Room(0.3), Drift = drift });
        yield return ("loudspeaker clips", voice => new EchoScene { Far = voice, Response = Room(0.3), ClipAt = 0.3 });
        foreach (double noise in (double[])[20, 30])
            yield return (Figures.Text($"noise {noise} dB below the echo"), voice => new EchoScene { Far = voice, Response = Room(0.3), NoiseDb = noise });
    }

    private static IEnumerable<(string, Func<double[], EchoScene>)> DoubleTalkRows()
    {
        foreach (double reverberation in (double[])[0.15, 0.6])
            yield return (Figures.Text($"RT60 {reverberation} s"), voice => new EchoScene { Far = voice, Response = Room(reverberation) });
        yield return ("loudspeaker clips", voice => new EchoScene { Far = voice, Response = Room(0.3), ClipAt = 0.3 });
    }

    // Where the output lies beside the input, and how much each third of an octave is changed.
    private static void NearAlone(Contender[] all, double[] people, double[] synthetic)
    {
        var random = new Random(1);
        double[] noise = [.. Enumerable.Range(0, 4 * Rate).Select(_ => (random.NextDouble() - 0.5) / 10)];      // unlike a voice, it is like itself at one place only
        foreach (Contender contender in all)
            contender.Latency = Lag(noise, contender.Run(new double[noise.Length], noise, 60));
        Row("latency", all, c => Figures.Text($"{c.Latency / 48.0:0.0} ms"));
        Row("near end alone, worst third of an octave", all, c => Pair(voice => EchoMeasures.ThirdOctaves(voice, c.Run(new double[voice.Length], voice, 60)).Max(band => Math.Abs(band.Db)), people, synthetic));
    }

    private static double Erle(Contender contender, EchoScene scene)
    {
        double[] output = contender.Run(scene.Far, scene.Mix(), scene.Delay);
        int from = 2 * Rate, length = (int)((Seconds - 3) * Rate);
        return EchoMeasures.Erle(scene.Echo.AsSpan(from, length), output.AsSpan(from, length), scene.Noise.AsSpan(from, length));
    }

    private static double DoubleTalk(Contender contender, EchoScene scene, double[] voice, double level)
    {
        double[] microphone = scene.Mix(), near = new double[microphone.Length];
        int from = 5 * Rate, length = (int)((Seconds - 6) * Rate);
        double scale = Math.Sqrt(EchoMeasures.Power(scene.Echo.AsSpan(from, length)) / EchoMeasures.Power(voice.AsSpan(from, length))) * Math.Pow(10, level / 20);
        for (int n = from; n < near.Length; n++)
            microphone[n] += near[n] = voice[n] * scale;
        double[] output = contender.Run(scene.Far, microphone, scene.Delay);
        return EchoMeasures.SiSdr(near.AsSpan(from, length), output.AsSpan(from, length));
    }

    // The end of the last tenth of a second with loud echo and less than 20 dB, counted from the leap on; over five seconds.
    private static double Recovery(Contender contender, double[] voice, double from, double to)
    {
        const double leap = 6;
        const int window = Rate / 10;
        var scene = new EchoScene { Far = voice, Response = Room(0.3), Delay = from, LeapAt = leap, LeapTo = to };
        double[] output = contender.Run(voice, scene.Mix(), Math.Max(from, to));
        double loud = EchoMeasures.Power(scene.Echo) / 10, last = 0;
        for (int at = (int)(leap * Rate); at < (leap + 5) * Rate; at += Rate / 50)
        {
            ReadOnlySpan<double> echo = scene.Echo.AsSpan(at, window);
            if (EchoMeasures.Power(echo) > loud && EchoMeasures.Erle(echo, output.AsSpan(at, window), scene.Noise.AsSpan(at, window)) < 20)
                last = ((double)(at + window) / Rate) - leap;
        }

        return last;
    }

    private static int Lag(double[] input, double[] output)
    {
        int best = 0;
        double most = double.MinValue;
        for (int lag = 0; lag < 2 * 960; lag++)
        {
            double sum = 0;
            for (int n = 2 * Rate; n < 3 * Rate; n++)
                sum += input[n] * output[n + lag];
            if (sum > most)
                (best, most) = (lag, sum);
        }

        return best;
    }

    private static double[] Room(double reverberation) =>
        s_rooms.TryGetValue(reverberation, out double[]? room) ? room : s_rooms[reverberation] = SimulatedRoom.Response(reverberation);

    private static string Pair(Func<double[], double> measure, double[] people, double[] synthetic, string unit = "dB")
    {
        string format = unit == "s" ? "0.00" : "0.0";
        IFormatProvider culture = System.Globalization.CultureInfo.InvariantCulture;
        return $"{measure(people).ToString(format, culture)} / {measure(synthetic).ToString(format, culture)} {unit}";
    }

    private static void Row(string name, Contender[] all, Func<Contender, string> cell) => Console.WriteLine($"| {name} | {string.Join(" | ", all.Select(cell))} |");
}
