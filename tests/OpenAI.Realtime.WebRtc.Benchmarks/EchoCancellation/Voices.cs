using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;

/// <summary>Speech to measure with, at 48 kHz: of people, from Debian's alsa-utils, and of a synthesiser, espeak-ng.</summary>
internal static class Voices
{
    private const string People = "/usr/share/sounds/alsa";
    private static readonly string[] s_people = ["Front_Center", "Rear_Left", "Side_Right", "Front_Left", "Rear_Center", "Side_Left", "Front_Right", "Rear_Right"];

    private const string Story = "The harvest moon rose above the valley, and the old miller counted his sacks again. Nobody had expected such a long summer, least of all the ferryman who lived by the river. "
        + "When the first cold wind came down from the hills, they closed the shutters and told each other stories about the sea.";

    /// <summary>People say where a loudspeaker stands, again and again.</summary>
    public static double[] OfPeople(double seconds, double dbfs) => Repeated([.. s_people.SelectMany(name => Read(Path.Combine(People, name + ".wav")))], seconds, dbfs);

    /// <summary>A synthesiser tells a story.</summary>
    public static double[] OfSynthesiser(double seconds, double dbfs)
    {
        string file = Path.GetTempFileName();
        try
        {
            using Process espeak = Process.Start("espeak-ng", ["-v", "en-us", "-s", "165", "-w", file, Story]);
            espeak.WaitForExit();
            return Repeated(Read(file), seconds, dbfs);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static bool AreThere => Directory.Exists(People) && File.Exists("/usr/bin/espeak-ng");

    private static double[] Repeated(double[] speech, double seconds, double dbfs)
    {
        var signal = new double[(int)(seconds * 48_000)];
        for (int n = 0; n < signal.Length; n++)
            signal[n] = speech[n % speech.Length];
        double scale = Math.Pow(10, dbfs / 20) / Math.Sqrt(signal.Sum(s => s * s) / signal.Length);
        for (int n = 0; n < signal.Length; n++)
            signal[n] = Math.Clamp(signal[n] * scale, -1, 1);
        return signal;
    }

    private static double[] Read(string path)
    {
        using var wav = new WavFileAudioSource(path);
        List<short> all = [];
        var buffer = new short[4_096];
        int count;
        while ((count = wav.ReadAsync(buffer).AsTask().GetAwaiter().GetResult()) > 0)
            all.AddRange(buffer.Take(count));
        var resampler = new Resampler(wav.Format.SampleRate, 48_000);
        var output = new short[resampler.MaxOutput(all.Count)];
        count = resampler.Process(all.ToArray(), output);
        return [.. output.Take(count).Select(s => s / 32_768.0)];
    }
}
