using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;

/// <summary>One of the cancellers that are measured: whole signals in, whole signals out.</summary>
/// <param name="name">Its column.</param>
/// <param name="run">Far end, near end, the delay in milliseconds; gives the output and the microseconds of CPU that 20 ms took.</param>
internal sealed class Contender(string name, Func<short[], short[], double, (short[] Output, double Microseconds)> run)
{
    private readonly List<double> _costs = [];

    public string Name => name;

    /// <summary>By how many samples its output is later than its input; found with the near end alone.</summary>
    public int Latency { get; set; }

    /// <summary>The median of what 20 ms cost, in microseconds of CPU.</summary>
    public double Cost => _costs.Order().ElementAt(_costs.Count / 2);

    /// <summary>What comes out, moved back by its latency.</summary>
    public double[] Run(double[] far, double[] near, double delay)
    {
        (short[] output, double microseconds) = run(Samples(far), Samples(near), delay);
        _costs.Add(microseconds);
        var moved = new double[near.Length];
        for (int n = 0; n < moved.Length && n + Latency < output.Length; n++)
            moved[n] = output[n + Latency] / 32_768.0;
        return moved;
    }

    public static Contender Ours() => new("ours", (far, near, _) => Frames(new EchoCanceller(), far, near));

    public static Contender Speex(bool suppresses) => new(suppresses ? "speexdsp, suppressing" : "speexdsp", (far, near, delay) =>
    {
        using var speex = new SpeexEchoCanceller(TimeSpan.FromMilliseconds(200 + delay), suppresses);
        return Frames(speex, far, near);
    });

    public static Contender WebRtc(string folder) => new("WebRTC's AEC3", (far, near, delay) =>
    {
        string files = Directory.CreateTempSubdirectory("aec3").FullName;
        try
        {
            (string f, string n, string o) = (Path.Combine(files, "far"), Path.Combine(files, "near"), Path.Combine(files, "out"));
            File.WriteAllBytes(f, MemoryMarshal.AsBytes(far.AsSpan()).ToArray());
            File.WriteAllBytes(n, MemoryMarshal.AsBytes(near.AsSpan()).ToArray());
            var start = new ProcessStartInfo("node", [Path.Combine(folder, "aec3.cjs"), f, n, o, delay.ToString("0", CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, WorkingDirectory = folder };
            using Process node = Process.Start(start)!;
            string said = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            if (node.ExitCode != 0)
                throw new InvalidOperationException("node aec3.cjs failed.");
            var output = new short[near.Length];
            File.ReadAllBytes(o).CopyTo(MemoryMarshal.AsBytes(output.AsSpan()));
            return (output, double.Parse(said.Trim().Split('\n')[^1], CultureInfo.InvariantCulture));
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    });

    private static (short[] Output, double Microseconds) Frames(IEchoCanceller canceller, short[] far, short[] near)
    {
        const int frame = EchoCanceller.FrameSamples;
        var output = new short[near.Length];
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        int count = near.Length / frame;
        for (int at = 0; at < count * frame; at += frame)
            canceller.Process(far.AsSpan(at, frame), near.AsSpan(at, frame), output.AsSpan(at, frame));
        self.Refresh();
        return (output, (self.TotalProcessorTime - before).TotalMicroseconds / count);
    }

    private static short[] Samples(double[] signal) => [.. signal.Select(s => (short)Math.Clamp(Math.Round(s * 32_768), short.MinValue, short.MaxValue))];
}
