using System.Diagnostics;
using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Host;

/// <summary>Runs this program again: a fresh process for what is measured cold, and one a variant where variants are interleaved.</summary>
internal static class Children
{
    /// <summary>Runs it to its end and returns the numbers that it printed, separated by tabs.</summary>
    /// <param name="arguments">What the program is asked to do.</param>
    /// <param name="program">Another program in its place. Default: null, this one.</param>
    /// <param name="environment">What is set for it.</param>
    public static double[] Measure(IReadOnlyList<string> arguments, string? program = null, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program ?? Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return [.. output.Trim().Split('\t').Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
    }
}
