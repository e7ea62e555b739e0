using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The grid of time and frequency that all parts of the canceller share.</summary>
internal static class EchoBlocks
{
    /// <summary>Samples of a block: 10 ms, half a frame.</summary>
    public const int Block = OpusPacket.SampleRate / 100;

    /// <summary>
    /// Of every transform. Overlap-save gives FftSize − Block + 1 right samples at the end for a filter part of Block taps, so Block of them are, and the power of two makes the transform quick.
    /// </summary>
    public const int FftSize = 1_024;

    /// <summary>Bins of a spectrum; 46.9 Hz each.</summary>
    public const int Bins = (FftSize / 2) + 1;

    /// <summary>Numbers that a spectrum takes in memory: whole vectors of up to 512 bits. What lies beyond the bins is zero.</summary>
    public const int Stride = 528;

    /// <summary>Parts of the adaptive filter: 200 ms.</summary>
    public const int FilterBlocks = 20;

    /// <summary>Delays that are looked at: 0 to 510 ms.</summary>
    public const int Delays = 52;

    /// <summary>A spectrum as vectors.</summary>
    public static Span<Vector<float>> Vectors(float[] spectrum) => MemoryMarshal.Cast<float, Vector<float>>(spectrum.AsSpan());

    /// <summary>A spectrum as vectors.</summary>
    public static Span<Vector<float>> Vectors(Span<float> spectrum) => MemoryMarshal.Cast<float, Vector<float>>(spectrum);

    /// <summary>A spectrum as vectors.</summary>
    public static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> spectrum) => MemoryMarshal.Cast<float, Vector<float>>(spectrum);
}
