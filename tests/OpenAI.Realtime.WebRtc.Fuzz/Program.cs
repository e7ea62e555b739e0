using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Fuzz;

// What the script "run" asks for; each is of use by hand, too.
switch (args)
{
    case ["list"]:
        foreach (FuzzTarget target in FuzzTargets.All)
            Console.WriteLine(target.Name);
        return 0;
    case ["seeds", string name, string folder]:
        Directory.CreateDirectory(folder);
        int number = 0;
        FuzzTarget seeded = FuzzTargets.Find(name);
        foreach (byte[] seed in seeded.Seeds().Concat(KeptInputs.Of(name)).Where(s => s.Length is > 0 and <= FuzzTarget.MaxInput).DistinctBy(Convert.ToHexString))
        {
            seeded.Check(seed);
            File.WriteAllBytes(Path.Combine(folder, $"{number++:D4}"), seed);
        }

        Console.WriteLine($"{number} seeds");
        return 0;
    case ["afl", string name]:
        // Another process reads the inputs, so that one that never ends or overflows the stack can be killed and told.
        Instrumentation.Begin();
        FuzzTarget fuzzed = FuzzTargets.Find(name);
        SharpFuzz.Fuzzer.OutOfProcess.Run(stream =>
        {
            using MemoryStream input = new();
            stream.CopyTo(input);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            fuzzed.Check(input.ToArray());
            // In time of the CPU, which a busy machine does not stretch; what never ends is afl-fuzz's to end.
            if (Environment.CpuUsage.TotalTime - before > TimeSpan.FromSeconds(5))
                throw new TimeoutException($"{input.Length} bytes kept {name} busy for {Environment.CpuUsage.TotalTime - before}.");
        });
        return 0;
    case ["replay", string name, .. string[] files]:
        FuzzTarget replayed = FuzzTargets.Find(name);
        foreach (byte[] input in files.Length > 0 ? files.Select(File.ReadAllBytes) : KeptInputs.Of(name))
        {
            Stopwatch watch = Stopwatch.StartNew();
            replayed.Check(input);
            Console.WriteLine($"{input.Length} bytes, {watch.Elapsed.TotalMilliseconds:F1} ms");
        }

        return 0;
    case ["keep", string file, .. string[] files]:
        Console.WriteLine($"{KeptInputs.Add(file, files.Select(File.ReadAllBytes))} inputs added to {file}");
        return 0;
    default:
        Console.Error.WriteLine("list | seeds TARGET FOLDER | afl TARGET | replay TARGET [FILE ...] | keep CORPUS-FILE FILE ...");
        return 2;
}
