using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Finds by how much later the echo comes, to 10 ms: at which delay are far and near end alike? The magnitude-squared coherence (Carter, Knapp and Nuttall, IEEE TAU 21(4), 1973), averaged over the bins in which
/// speech is strong, for each delay from 0 to 510 ms. Coherence weighs all bins alike, so neither the loudspeaker's colour nor the voice's pitch moves it.
/// </summary>
internal sealed class EchoDelayEstimator
{
    private const int FirstBin = 8;             // 375 Hz to 4.1 kHz; whole vectors
    private const int Bins = 80;
    private const float Forget = 0.025f;        // 400 ms: chance coherence of 40 blocks is 1/40, that of an echo in a living room 0.2 to 0.9
    private const int LeastBlocks = 25;         // of far end before anything is said
    private const float LeastClarity = 2.5f;    // best over median; an echo has 8 and more after half a second (measured, RT60 0.15 to 0.6 s), speech without one has below 2
    private const float LeastCoherence = 0.08f; // twice that of chance in the beginning: a microphone that hears nothing has none anywhere
    private const int Persistence = 6;          // blocks for which it has to stay the best

    // Another delay than the one at hand has to be clearer for longer: a near end that is 6 dB louder than the echo makes others the best for 80 ms at a time.
    private const float OtherClearer = 1.5f;
    private const int OtherPersistence = 12;

    private readonly float[] _crossReal = new float[EchoBlocks.Delays * Bins];
    private readonly float[] _crossImaginary = new float[EchoBlocks.Delays * Bins];
    private readonly float[] _far = new float[EchoBlocks.Delays * Bins];
    private readonly float[] _near = new float[Bins];
    private readonly float[] _coherence = new float[EchoBlocks.Delays];
    private readonly float[] _sorted = new float[EchoBlocks.Delays];
    private int _seen;
    private int _candidate = -1;
    private int _agreed;

    /// <summary>The delay in blocks; −1 until one is found.</summary>
    public int Delay { get; private set; } = -1;

    /// <summary>Looks at 10 ms in which the far end is, or was within the last half second, heard.</summary>
    /// <param name="far">The far end.</param>
    /// <param name="real">The spectrum of the newest 21 ms of the near end.</param>
    /// <param name="imaginary">As above.</param>
    public void Update(FarEndHistory far, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary)
    {
        _seen++;
        float forget = MathF.Max(Forget, 1f / _seen);
        var keep = new Vector<float>(1 - forget);
        var take = new Vector<float>(forget);
        var tiny = new Vector<float>(1e-12f);
        ReadOnlySpan<Vector<float>> dr = EchoBlocks.Vectors(real.Slice(FirstBin, Bins)), di = EchoBlocks.Vectors(imaginary.Slice(FirstBin, Bins));
        Span<Vector<float>> near = EchoBlocks.Vectors(_near);
        for (int k = 0; k < near.Length; k++)
            near[k] = (keep * near[k]) + (take * ((dr[k] * dr[k]) + (di[k] * di[k])));
        for (int delay = 0; delay < EchoBlocks.Delays; delay++)
        {
            ReadOnlySpan<Vector<float>> xr = EchoBlocks.Vectors(far.Real(delay).Slice(FirstBin, Bins)), xi = EchoBlocks.Vectors(far.Imaginary(delay).Slice(FirstBin, Bins));
            Span<Vector<float>> cr = Of(_crossReal, delay), ci = Of(_crossImaginary, delay), p = Of(_far, delay);
            Vector<float> sum = Vector<float>.Zero;
            for (int k = 0; k < cr.Length; k++)
            {
                Vector<float> r = (keep * cr[k]) + (take * ((dr[k] * xr[k]) + (di[k] * xi[k])));
                Vector<float> i = (keep * ci[k]) + (take * ((di[k] * xr[k]) - (dr[k] * xi[k])));
                Vector<float> x = (keep * p[k]) + (take * ((xr[k] * xr[k]) + (xi[k] * xi[k])));
                cr[k] = r;
                ci[k] = i;
                p[k] = x;
                sum += ((r * r) + (i * i)) / ((x * near[k]) + tiny);
            }

            _coherence[delay] = Vector.Sum(sum) / Bins;
        }

        Decide();
    }

    /// <summary>Somebody knows that the delay has moved: what was learnt moves with it.</summary>
    public void Move(int blocks)
    {
        if (Delay < 0)
            return;
        foreach (float[] all in (ReadOnlySpan<float[]>)[_crossReal, _crossImaginary, _far])
        {
            int by = Math.Min(Math.Abs(blocks), EchoBlocks.Delays) * Bins;
            if (blocks > 0)
            {
                all.AsSpan(0, all.Length - by).CopyTo(all.AsSpan(by));
                all.AsSpan(0, by).Clear();
            }
            else
            {
                all.AsSpan(by).CopyTo(all);
                all.AsSpan(all.Length - by).Clear();
            }
        }

        Delay = Math.Clamp(Delay + blocks, 0, EchoBlocks.Delays - 1);
        _agreed = 0;
    }

    public void Clear()
    {
        foreach (float[] all in (ReadOnlySpan<float[]>)[_crossReal, _crossImaginary, _far, _near])
            Array.Clear(all);
        _seen = 0;
        _agreed = 0;
        _candidate = -1;
        Delay = -1;
    }

    private void Decide()
    {
        if (_seen < LeastBlocks)
            return;
        int best = 0;
        for (int delay = 1; delay < EchoBlocks.Delays; delay++)
        {
            if (_coherence[delay] > _coherence[best])
                best = delay;
        }

        _coherence.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        bool isOther = Delay >= 0 && Math.Abs(best - Delay) > 1;
        if (_coherence[best] < LeastCoherence || _coherence[best] < LeastClarity * _sorted[EchoBlocks.Delays / 2] || (isOther && _coherence[best] < OtherClearer * BestAround(Delay)))
        {
            _agreed = 0;
            return;
        }

        _agreed = Math.Abs(best - _candidate) <= 1 ? _agreed + 1 : 1;
        _candidate = best;
        if (_agreed >= (isOther ? OtherPersistence : Persistence))
            Delay = best;
    }

    private float BestAround(int delay)
    {
        float best = 0;
        for (int d = Math.Max(0, delay - 1); d <= Math.Min(EchoBlocks.Delays - 1, delay + 1); d++)
            best = MathF.Max(best, _coherence[d]);
        return best;
    }

    private static Span<Vector<float>> Of(float[] all, int delay) => EchoBlocks.Vectors(all.AsSpan(delay * Bins, Bins));
}
