using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The discrete Fourier transform of real samples, a power of two of them, and its inverse. Real and imaginary parts lie in arrays of their own, so that what is done to spectra runs eight bins at a time.
/// Allocates nothing after the constructor. One caller at a time.
/// </summary>
/// <remarks>
/// n real samples are taken as n/2 complex ones, and the spectrum is put together from theirs (Press et al., Numerical Recipes, §12.3). The complex transform is Stockham's with radix 4: it needs no bit
/// reversal, and from its third stage on whole vectors lie side by side.
/// </remarks>
internal sealed class RealFft
{
    private readonly int _half;
    private readonly float[] _twiddleReal, _twiddleImaginary;   // e^(−2πi·k/half), k < half
    private readonly float[] _splitReal, _splitImaginary;       // e^(−2πi·k/size), k ≤ half/2
    private readonly float[] _aReal, _aImaginary, _bReal, _bImaginary;

    /// <param name="size">How many samples; a power of two, at least 16.</param>
    public RealFft(int size)
    {
        if (size < 16 || !BitOperations.IsPow2(size))
            throw new ArgumentOutOfRangeException(nameof(size), size, "A power of two from 16 on.");
        Size = size;
        _half = size / 2;
        (_twiddleReal, _twiddleImaginary) = Roots(_half, _half);
        (_splitReal, _splitImaginary) = Roots(size, (_half / 2) + 1);
        _aReal = new float[_half];
        _aImaginary = new float[_half];
        _bReal = new float[_half];
        _bImaginary = new float[_half];
    }

    /// <summary>How many samples.</summary>
    public int Size { get; }

    /// <summary>How many bins the spectrum has: size / 2 + 1.</summary>
    public int Bins => _half + 1;

    /// <summary>X[k] = Σ x[n]·e^(−2πi·kn/size), for k ≤ size / 2.</summary>
    public void Forward(ReadOnlySpan<float> samples, Span<float> real, Span<float> imaginary)
    {
        int half = _half;
        Span<float> zr = _aReal, zi = _aImaginary;
        for (int n = 0; n < half; n++)
        {
            zr[n] = samples[2 * n];
            zi[n] = samples[(2 * n) + 1];
        }

        bool inA = Transform(_aReal, _aImaginary, _bReal, _bImaginary);
        zr = inA ? _aReal : _bReal;
        zi = inA ? _aImaginary : _bImaginary;
        real[0] = zr[0] + zi[0];
        imaginary[0] = 0;
        real[half] = zr[0] - zi[0];
        imaginary[half] = 0;
        for (int k = 1, m = half - 1; k <= m; k++, m--)
        {
            // The spectra of the even and of the odd samples.
            float er = 0.5f * (zr[k] + zr[m]), ei = 0.5f * (zi[k] - zi[m]);
            float or = 0.5f * (zi[k] + zi[m]), oi = -0.5f * (zr[k] - zr[m]);
            float tr = (_splitReal[k] * or) - (_splitImaginary[k] * oi), ti = (_splitReal[k] * oi) + (_splitImaginary[k] * or);
            real[k] = er + tr;
            imaginary[k] = ei + ti;
            real[m] = er - tr;
            imaginary[m] = ti - ei;
        }
    }

    /// <summary>The samples of a spectrum; the inverse of <see cref="Forward"/>.</summary>
    public void Inverse(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> samples)
    {
        int half = _half;
        Span<float> zr = _aReal, zi = _aImaginary;
        zr[0] = 0.5f * (real[0] + real[half]);
        zi[0] = 0.5f * (real[0] - real[half]);
        for (int k = 1, m = half - 1; k <= m; k++, m--)
        {
            float er = 0.5f * (real[k] + real[m]), ei = 0.5f * (imaginary[k] - imaginary[m]);
            float dr = 0.5f * (real[k] - real[m]), di = 0.5f * (imaginary[k] + imaginary[m]);
            float or = (_splitReal[k] * dr) + (_splitImaginary[k] * di), oi = (_splitReal[k] * di) - (_splitImaginary[k] * dr);
            zr[k] = er - oi;
            zi[k] = ei + or;
            zr[m] = er + oi;
            zi[m] = or - ei;
        }

        // With real and imaginary parts exchanged the forward transform is the inverse one.
        bool inA = Transform(_aImaginary, _aReal, _bImaginary, _bReal);
        zr = inA ? _aReal : _bReal;
        zi = inA ? _aImaginary : _bImaginary;
        float scale = 1f / half;
        for (int n = 0; n < half; n++)
        {
            samples[2 * n] = zr[n] * scale;
            samples[(2 * n) + 1] = zi[n] * scale;
        }
    }

    private static (float[] Real, float[] Imaginary) Roots(int of, int count)
    {
        var real = new float[count];
        var imaginary = new float[count];
        for (int k = 0; k < count; k++)
        {
            (double sin, double cos) = Math.SinCos(-2 * Math.PI * k / of);
            real[k] = (float)cos;
            imaginary[k] = (float)sin;
        }

        return (real, imaginary);
    }

    // Returns whether the result lies where the input lay.
    private bool Transform(float[] xr, float[] xi, float[] yr, float[] yi)
    {
        int n = _half, stride = 1;
        bool inX = true;
        while (n >= 4)
        {
            if (stride >= Vector<float>.Count)
                Radix4<VectorLanes>(n, stride, xr, xi, yr, yi);
            else if (stride >= 4)
                Radix4<QuadLanes>(n, stride, xr, xi, yr, yi);
            else
                Radix4<ScalarLanes>(n, stride, xr, xi, yr, yi);
            (xr, yr) = (yr, xr);
            (xi, yi) = (yi, xi);
            inX = !inX;
            n /= 4;
            stride *= 4;
        }

        if (n == 1)
            return inX;
        for (int q = 0; q < stride; q++)
        {
            float ar = xr[q], ai = xi[q], br = xr[q + stride], bi = xi[q + stride];
            yr[q] = ar + br;
            yi[q] = ai + bi;
            yr[q + stride] = ar - br;
            yi[q + stride] = ai - bi;
        }

        return !inX;
    }

    private void Radix4<TLanes>(int n, int stride, float[] xr, float[] xi, float[] yr, float[] yi)
        where TLanes : struct, ILanes
    {
        int quarter = n / 4, step = _half / n;
        for (int p = 0; p < quarter; p++)
        {
            int t = p * step;
            float w1r = _twiddleReal[t], w1i = _twiddleImaginary[t];
            float w2r = _twiddleReal[2 * t], w2i = _twiddleImaginary[2 * t];
            float w3r = _twiddleReal[3 * t], w3i = _twiddleImaginary[3 * t];
            int a = stride * p, b = stride * (p + quarter), c = stride * (p + (2 * quarter)), d = stride * (p + (3 * quarter)), to = stride * 4 * p;
            if (typeof(TLanes) == typeof(ScalarLanes))
            {
                for (int q = 0; q < stride; q++)
                {
                    float sr = xr[a + q] + xr[c + q], si = xi[a + q] + xi[c + q], dr = xr[a + q] - xr[c + q], di = xi[a + q] - xi[c + q];
                    float ur = xr[b + q] + xr[d + q], ui = xi[b + q] + xi[d + q], vr = xi[d + q] - xi[b + q], vi = xr[b + q] - xr[d + q];     // v = i·(b − d)
                    yr[to + q] = sr + ur;
                    yi[to + q] = si + ui;
                    Store(yr, yi, to + stride + q, dr - vr, di - vi, w1r, w1i);
                    Store(yr, yi, to + (2 * stride) + q, sr - ur, si - ui, w2r, w2i);
                    Store(yr, yi, to + (3 * stride) + q, dr + vr, di + vi, w3r, w3i);
                }
            }
            else if (typeof(TLanes) == typeof(QuadLanes))
            {
                for (int q = 0; q < stride; q += 4)
                {
                    Vector128<float> ar = Quad(xr, a + q), ai = Quad(xi, a + q), cr = Quad(xr, c + q), ci = Quad(xi, c + q);
                    Vector128<float> br = Quad(xr, b + q), bi = Quad(xi, b + q), er = Quad(xr, d + q), ei = Quad(xi, d + q);
                    Vector128<float> sr = ar + cr, si = ai + ci, dr = ar - cr, di = ai - ci;
                    Vector128<float> ur = br + er, ui = bi + ei, vr = ei - bi, vi = br - er;
                    Quad(yr, to + q) = sr + ur;
                    Quad(yi, to + q) = si + ui;
                    (Vector128<float> r1, Vector128<float> i1, Vector128<float> r2, Vector128<float> i2, Vector128<float> r3, Vector128<float> i3) =
                        (dr - vr, di - vi, sr - ur, si - ui, dr + vr, di + vi);
                    Quad(yr, to + stride + q) = (r1 * w1r) - (i1 * w1i);
                    Quad(yi, to + stride + q) = (r1 * w1i) + (i1 * w1r);
                    Quad(yr, to + (2 * stride) + q) = (r2 * w2r) - (i2 * w2i);
                    Quad(yi, to + (2 * stride) + q) = (r2 * w2i) + (i2 * w2r);
                    Quad(yr, to + (3 * stride) + q) = (r3 * w3r) - (i3 * w3i);
                    Quad(yi, to + (3 * stride) + q) = (r3 * w3i) + (i3 * w3r);
                }
            }
            else
            {
                for (int q = 0; q < stride; q += Vector<float>.Count)
                {
                    Vector<float> ar = Wide(xr, a + q), ai = Wide(xi, a + q), cr = Wide(xr, c + q), ci = Wide(xi, c + q);
                    Vector<float> br = Wide(xr, b + q), bi = Wide(xi, b + q), er = Wide(xr, d + q), ei = Wide(xi, d + q);
                    Vector<float> sr = ar + cr, si = ai + ci, dr = ar - cr, di = ai - ci;
                    Vector<float> ur = br + er, ui = bi + ei, vr = ei - bi, vi = br - er;
                    Wide(yr, to + q) = sr + ur;
                    Wide(yi, to + q) = si + ui;
                    (Vector<float> r1, Vector<float> i1, Vector<float> r2, Vector<float> i2, Vector<float> r3, Vector<float> i3) =
                        (dr - vr, di - vi, sr - ur, si - ui, dr + vr, di + vi);
                    Wide(yr, to + stride + q) = (r1 * w1r) - (i1 * w1i);
                    Wide(yi, to + stride + q) = (r1 * w1i) + (i1 * w1r);
                    Wide(yr, to + (2 * stride) + q) = (r2 * w2r) - (i2 * w2i);
                    Wide(yi, to + (2 * stride) + q) = (r2 * w2i) + (i2 * w2r);
                    Wide(yr, to + (3 * stride) + q) = (r3 * w3r) - (i3 * w3i);
                    Wide(yi, to + (3 * stride) + q) = (r3 * w3i) + (i3 * w3r);
                }
            }
        }
    }

    private static void Store(float[] yr, float[] yi, int at, float r, float i, float wr, float wi)
    {
        yr[at] = (r * wr) - (i * wi);
        yi[at] = (r * wi) + (i * wr);
    }

    private static ref Vector128<float> Quad(float[] x, int at) => ref MemoryMarshal.Cast<float, Vector128<float>>(x.AsSpan(at, 4))[0];

    private static ref Vector<float> Wide(float[] x, int at) => ref MemoryMarshal.Cast<float, Vector<float>>(x.AsSpan(at, Vector<float>.Count))[0];

    // How many numbers are worked on at a time. Three types, so that the compiler makes a body of each.
    private interface ILanes;

    private readonly struct ScalarLanes : ILanes;

    private readonly struct QuadLanes : ILanes;

    private readonly struct VectorLanes : ILanes;
}
