using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The spectra of what the loudspeaker was given, back to as long ago as an echo can come from: one for each 10 ms, of the 21 ms that end there.</summary>
internal sealed class FarEndHistory
{
    /// <summary>Blocks that are kept: the longest delay and the filter behind it.</summary>
    public const int Length = EchoBlocks.Delays + EchoBlocks.FilterBlocks;

    private readonly RealFft _fft;
    private readonly float[] _window = new float[EchoBlocks.FftSize];
    private readonly float[] _real = new float[Length * EchoBlocks.Stride];
    private readonly float[] _imaginary = new float[Length * EchoBlocks.Stride];
    private readonly float[] _power = new float[Length * EchoBlocks.Stride];
    private readonly float[] _level = new float[Length];
    private int _newest;

    public FarEndHistory(RealFft fft) => _fft = fft;

    /// <summary>Adds the newest 10 ms.</summary>
    public void Add(ReadOnlySpan<float> block)
    {
        Span<float> window = _window;
        window[EchoBlocks.Block..].CopyTo(window);
        block.CopyTo(window[^EchoBlocks.Block..]);
        _newest = (_newest + 1) % Length;
        int at = _newest * EchoBlocks.Stride;
        _fft.Forward(window, _real.AsSpan(at, EchoBlocks.Stride), _imaginary.AsSpan(at, EchoBlocks.Stride));
        ReadOnlySpan<Vector<float>> r = EchoBlocks.Vectors(Real(0)), i = EchoBlocks.Vectors(Imaginary(0));
        Span<Vector<float>> p = EchoBlocks.Vectors(_power.AsSpan(at, EchoBlocks.Stride));
        for (int k = 0; k < p.Length; k++)
            p[k] = (r[k] * r[k]) + (i[k] * i[k]);
        float sum = 0;
        foreach (float sample in block)
            sum += sample * sample;
        _level[_newest] = sum / EchoBlocks.Block;
    }

    /// <summary>The spectrum that is so many blocks old.</summary>
    public ReadOnlySpan<float> Real(int age) => _real.AsSpan(At(age), EchoBlocks.Stride);

    /// <summary>The spectrum that is so many blocks old.</summary>
    public ReadOnlySpan<float> Imaginary(int age) => _imaginary.AsSpan(At(age), EchoBlocks.Stride);

    /// <summary>The squares of the spectrum that is so many blocks old.</summary>
    public ReadOnlySpan<float> Power(int age) => _power.AsSpan(At(age), EchoBlocks.Stride);

    /// <summary>The mean square of the 10 ms that are so many blocks old.</summary>
    public float Level(int age) => _level[(_newest - age + Length) % Length];

    /// <summary>The loudest 10 ms between two ages.</summary>
    public float Loudest(int from, int count)
    {
        float loudest = 0;
        for (int age = from; age < from + count; age++)
            loudest = MathF.Max(loudest, Level(age));
        return loudest;
    }

    public void Clear()
    {
        Array.Clear(_window);
        Array.Clear(_real);
        Array.Clear(_imaginary);
        Array.Clear(_power);
        Array.Clear(_level);
    }

    private int At(int age) => (_newest - age + Length) % Length * EchoBlocks.Stride;
}
