using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Fuzz;

/// <summary>One parser that afl-fuzz feeds.</summary>
/// <param name="Name">What the command line calls it, and its file in <c>Corpus/</c>.</param>
/// <param name="Read">Reads one input and throws where a promise is broken.</param>
/// <param name="Seeds">Honest inputs to begin with.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Read, Func<IEnumerable<byte[]>> Seeds)
{
    /// <summary>What is longer is cut: afl-fuzz is asked for no more either.</summary>
    public const int MaxInput = 16 * 1024;

    /// <summary>What one input may cost beside what is paid for each of its bytes.</summary>
    private const long MaxAllocated = 4 * 1024 * 1024;

    private const long MaxAllocatedPerByte = 1024;

    /// <summary>Whether an exception that the code under test catches by itself is a fault too, as it is in the engine.</summary>
    public bool MayNotCatch { get; init; }

    /// <summary>Reads one input under the project's law: no exception escapes, and what is allocated grows no faster than the input.</summary>
    public void Check(byte[] input)
    {
        if (input.Length > MaxInput)
            input = input[..MaxInput];
        using ExceptionWatch watch = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(input);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MaxAllocated + (MaxAllocatedPerByte * input.Length))
            throw new FuzzFailureException($"{input.Length} bytes made {Name} allocate {allocated}.");
        if (MayNotCatch && watch.Unexpected is { } unexpected)
            throw new FuzzFailureException($"An exception was thrown and caught within {Name}.", unexpected);
    }
}
