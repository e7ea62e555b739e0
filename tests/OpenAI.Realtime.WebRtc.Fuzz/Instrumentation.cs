using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace OpenAI.Realtime.WebRtc.Fuzz;

/// <summary>What instrumented code needs before SharpFuzz has connected it to afl-fuzz.</summary>
internal static class Instrumentation
{
    private const int MapSize = 1 << 16;

    /// <summary>Gives it a map of its own to count in: without any, the first instrumented line, in whatever prepares a target, would write to address 0.</summary>
    public static unsafe void Begin() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MapSize);
}
