using System.Diagnostics;
using System.Globalization;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Fuzz;

/// <summary>
/// The long run of the hostile inputs: <c>fuzz [inputs] [seed] [--minutes N]</c>, ten million by default; <c>fuzz round KIND SEED ROUND</c> repeats one
/// round. Ends with what it did, or with exit code 1 and the first failure.
/// </summary>
internal static class FuzzCommand
{
    public static int Run(string[] args)
    {
        try
        {
            if (args is ["round", string kind, string roundSeed, string round])
                return Repeat(Enum.Parse<FuzzKind>(kind, ignoreCase: true), Number(roundSeed), Number(round));
            int limit = Array.IndexOf(args, "--minutes");
            TimeSpan time = limit >= 0 ? TimeSpan.FromMinutes(Number(args[limit + 1])) : TimeSpan.MaxValue;
            string[] numbers = limit >= 0 ? args[..limit] : args;
            long inputs = numbers.Length > 0 ? long.Parse(numbers[0], CultureInfo.InvariantCulture) : 10_000_000;
            return RunAll(inputs, numbers.Length > 1 ? Number(numbers[1]) : 1, time);
        }
        catch (FuzzFailureException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    private static int RunAll(long inputs, int seed, TimeSpan time)
    {
        Console.WriteLine($"{inputs:N0} inputs, seed {seed}");
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan nextWord = TimeSpan.FromSeconds(10);
        FuzzReport report = HostileCampaign.RunAll(seed, inputs, soFar =>
        {
            if (watch.Elapsed >= nextWord)
            {
                Console.WriteLine($"{watch.Elapsed:hh\\:mm\\:ss}  {soFar.Inputs,12:N0}  {soFar.Inputs / watch.Elapsed.TotalSeconds,9:N0}/s  heap {GC.GetTotalMemory(false) / 1024 / 1024,5} MiB");
                nextWord = watch.Elapsed + TimeSpan.FromSeconds(30);
            }

            return watch.Elapsed > time;
        });
        Console.WriteLine($"Nothing broke in {watch.Elapsed:hh\\:mm\\:ss}.");
        Console.Write(report);
        return 0;
    }

    private static int Repeat(FuzzKind kind, int seed, int round)
    {
        FuzzReport report = new();
        using ParserFuzz parsers = new(seed, report);
        HostileCampaign.RunRound(kind, seed, round, report, parsers);
        Console.Write(report);
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
