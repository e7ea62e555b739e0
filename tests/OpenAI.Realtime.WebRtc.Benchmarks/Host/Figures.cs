using System.Globalization;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Host;

/// <summary>Medians and percentiles, and the line that says where they were taken.</summary>
internal static class Figures
{
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 50);

    /// <summary>Median, 99th percentile, least and most.</summary>
    public static string Spread(IReadOnlyCollection<double> values, string unit) => Text(
        $"p50 {Median(values):0.00} {unit}, p99 {Percentile(values, 99):0.00}, {values.Min():0.00}–{values.Max():0.00}, n = {values.Count}");

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number among the arguments, or its default.</summary>
    public static int Argument(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Whole numbers with commas between, or their default.</summary>
    public static int[] Numbers(string[] args, int index, string otherwise) =>
        [.. (args.Length > index ? args[index] : otherwise).Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    /// <summary>The machine and its load at this moment: no figure of ours goes without.</summary>
    public static void PrintMachine(string benchmark)
    {
        string load = File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
        string cpu = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?"
            : "?";
        Console.WriteLine(Text(
            $"# {benchmark}: {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} × {cpu}, {RuntimeInformation.FrameworkDescription}, load {load}"));
    }
}
