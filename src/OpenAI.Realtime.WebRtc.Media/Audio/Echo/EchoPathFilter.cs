using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The path from the loudspeaker to the microphone as a filter of 200 ms that follows the room: partitioned blocks in the frequency domain with overlap-save (Soo and Pang, IEEE TASSP 38(2), 1990), each weight with the
/// variance of its error, as a Kalman filter has it (Enzner and Vary, Signal Processing 86(6), 2006; in partitions: Kuech, Mabande and Enzner, ICASSP 2014). Its step is large where the filter is uncertain and
/// small where the near end is loud, so that double talk needs no detector.
/// </summary>
internal sealed class EchoPathFilter
{
    private const int Blocks = EchoBlocks.FilterBlocks;
    private const int Stride = EchoBlocks.Stride;
    private const float Overlap = (float)EchoBlocks.Block / EchoBlocks.FftSize;     // of a transform's samples so many are new
    private const float MainTransition = 0.999f;        // a room changes within seconds; 0.998 costs 0.5 to 1 dB of attenuation, 0.9995 gains as little (measured)
    private const float FirstVariance = 0.03f;          // of a weight in the first part; 1 costs 4 dB after five seconds, 0.01 nothing more (measured)
    private const float FirstDecayDb = 1;               // of that, a part: an RT60 of 0.6 s
    private const float LeastVariance = 1e-7f;          // −70 dB: below, a silent bin would never learn again
    private const float NearForget = 0.3f;              // of the near end's power: 30 ms, as a sound of speech lasts
    private const float Tiny = 1e-10f;
    private const int SpeechFrom = 6, SpeechTo = 86;    // bins of 280 Hz to 4 kHz

    // How the room dies away is read from the last twelve parts of the filter, and what it has then is the level from which the decay goes on.
    private const int DecayBlocks = 6, LevelBlocks = 4;
    private const float FirstDecay = 0.7f, LeastDecay = 0.5f, MostDecay = 0.95f;    // power in 10 ms: RT60 0.39, 0.2 and 2.7 s
    private const float DecayForget = 0.02f;

    private readonly RealFft _fft;
    private readonly int _width, _constrainEach;
    private readonly float _transition;
    private readonly float[] _real = new float[Blocks * Stride];
    private readonly float[] _imaginary = new float[Blocks * Stride];
    private readonly float[] _variance = new float[Blocks * Stride];
    private readonly float[] _echoReal = new float[Stride];
    private readonly float[] _echoImaginary = new float[Stride];
    private readonly float[] _uncertain = new float[Stride];
    private readonly float[] _spread = new float[Stride];
    private readonly float[] _tail = new float[Stride];
    private readonly float[] _errorReal = new float[Stride];
    private readonly float[] _errorImaginary = new float[Stride];
    private readonly float[] _near = new float[Stride];
    private readonly float[] _time = new float[EchoBlocks.FftSize];
    private float _decay = FirstDecay;
    private int _turn;

    /// <param name="fft">Of the grid's size.</param>
    /// <param name="width">How many bins from the bottom are filtered: whole vectors.</param>
    /// <param name="transition">How much of a weight stays from one block to the next.</param>
    /// <param name="constrainEach">Of so many parts one is constrained a block.</param>
    public EchoPathFilter(RealFft fft, int width = Stride, float transition = MainTransition, int constrainEach = 4)
    {
        _fft = fft;
        _width = width;
        _transition = transition;
        _constrainEach = constrainEach;
        Doubt();
    }

    /// <summary>The power that the echo has in each bin when the phases of its parts are not known: what is wrong with the filter is a share of it.</summary>
    public ReadOnlySpan<float> Spread => _spread;

    /// <summary>The power of the echo that comes later than the filter reaches: the room's decay goes on (Habets' model of late reverberation, as AEC3 uses it).</summary>
    public ReadOnlySpan<float> Tail => _tail;

    /// <summary>The power that was left of the block learnt from last, from 280 Hz to 4 kHz.</summary>
    public float ErrorPower
    {
        get
        {
            float sum = 0;
            for (int k = SpeechFrom; k < SpeechTo; k++)
                sum += (_errorReal[k] * _errorReal[k]) + (_errorImaginary[k] * _errorImaginary[k]);
            return sum;
        }
    }

    /// <summary>What the filter makes of the far end: 10 ms of echo.</summary>
    public void Predict(FarEndHistory far, int delay, Span<float> echo)
    {
        Span<Vector<float>> yr = EchoBlocks.Vectors(_echoReal), yi = EchoBlocks.Vectors(_echoImaginary), u = EchoBlocks.Vectors(_uncertain), q = EchoBlocks.Vectors(_spread);
        yr.Clear();
        yi.Clear();
        u.Clear();
        q.Clear();
        int vectors = _width / Vector<float>.Count;
        for (int block = 0; block < Blocks; block++)
        {
            ReadOnlySpan<Vector<float>> xr = EchoBlocks.Vectors(far.Real(delay + block)), xi = EchoBlocks.Vectors(far.Imaginary(delay + block)), xx = EchoBlocks.Vectors(far.Power(delay + block));
            ReadOnlySpan<Vector<float>> wr = Part(_real, block), wi = Part(_imaginary, block), p = Part(_variance, block);
            for (int k = 0; k < vectors; k++)
            {
                yr[k] += (xr[k] * wr[k]) - (xi[k] * wi[k]);
                yi[k] += (xr[k] * wi[k]) + (xi[k] * wr[k]);
                u[k] += xx[k] * p[k];
                q[k] += xx[k] * ((wr[k] * wr[k]) + (wi[k] * wi[k]));
            }
        }

        if (_width == Stride)
            FollowTail(far.Power(delay + Blocks - 1));
        _fft.Inverse(_echoReal, _echoImaginary, _time);
        _time.AsSpan(EchoBlocks.FftSize - EchoBlocks.Block).CopyTo(echo);
    }

    /// <summary>Learns from what was left of the 10 ms predicted last.</summary>
    public void Adapt(FarEndHistory far, int delay, ReadOnlySpan<float> error)
    {
        _time.AsSpan(0, EchoBlocks.FftSize - EchoBlocks.Block).Clear();
        error.CopyTo(_time.AsSpan(EchoBlocks.FftSize - EchoBlocks.Block));
        _fft.Forward(_time, _errorReal, _errorImaginary);
        Span<Vector<float>> er = EchoBlocks.Vectors(_errorReal), ei = EchoBlocks.Vectors(_errorImaginary), near = EchoBlocks.Vectors(_near), u = EchoBlocks.Vectors(_uncertain);
        var take = new Vector<float>(NearForget);
        var keep = new Vector<float>(1 - NearForget);
        var overlap = new Vector<float>(Overlap);
        var tiny = new Vector<float>(Tiny);
        int vectors = _width / Vector<float>.Count;
        for (int k = 0; k < vectors; k++)
        {
            near[k] = (keep * near[k]) + (take * ((er[k] * er[k]) + (ei[k] * ei[k])));
            u[k] = Vector<float>.One / ((overlap * u[k]) + near[k] + tiny);
        }

        // Kuech et al., equations 14 to 18: gain, weights, and the variance of their errors with what the room may have changed.
        var stay = new Vector<float>(_transition * _transition);
        var change = new Vector<float>(1 - (_transition * _transition));
        var least = new Vector<float>(LeastVariance);
        for (int block = 0; block < Blocks; block++)
        {
            ReadOnlySpan<Vector<float>> xr = EchoBlocks.Vectors(far.Real(delay + block)), xi = EchoBlocks.Vectors(far.Imaginary(delay + block)), xx = EchoBlocks.Vectors(far.Power(delay + block));
            Span<Vector<float>> wr = Part(_real, block), wi = Part(_imaginary, block), p = Part(_variance, block);
            for (int k = 0; k < vectors; k++)
            {
                Vector<float> step = p[k] * u[k];
                Vector<float> r = wr[k] + (step * ((xr[k] * er[k]) + (xi[k] * ei[k])));
                Vector<float> i = wi[k] + (step * ((xr[k] * ei[k]) - (xi[k] * er[k])));
                wr[k] = r;
                wi[k] = i;
                p[k] = (stay * (Vector<float>.One - (overlap * step * xx[k])) * p[k]) + (change * ((r * r) + (i * i))) + least;
            }
        }

        for (int block = _turn; block < Blocks; block += _constrainEach)
            Constrain(block);
        _turn = (_turn + 1) % _constrainEach;
    }

    /// <summary>The filter begins so many blocks later than before, and the path is the same: the weights move against it.</summary>
    public void Shift(int blocks)
    {
        int by = Math.Min(Math.Abs(blocks), Blocks) * Stride;
        foreach (float[] all in (ReadOnlySpan<float[]>)[_real, _imaginary, _variance])
        {
            if (blocks > 0)
            {
                all.AsSpan(by).CopyTo(all);
                all.AsSpan(all.Length - by).Clear();
            }
            else
            {
                all.AsSpan(0, all.Length - by).CopyTo(all.AsSpan(by));
                all.AsSpan(0, by).Clear();
            }
        }

        for (int block = 0; block < Blocks; block++)
        {
            if (blocks > 0 ? block >= Blocks - blocks : block < -blocks)
                Doubt(block);
        }
    }

    /// <summary>Takes over the weights of a narrower filter, and doubts all.</summary>
    public void Take(EchoPathFilter other)
    {
        for (int block = 0; block < Blocks; block++)
        {
            other._real.AsSpan(block * Stride, other._width).CopyTo(_real.AsSpan(block * Stride));
            other._imaginary.AsSpan(block * Stride, other._width).CopyTo(_imaginary.AsSpan(block * Stride));
        }

        Doubt();
    }

    /// <summary>The path is another one: what was learnt is doubted, and learnt anew at full speed.</summary>
    public void Doubt()
    {
        for (int block = 0; block < Blocks; block++)
            Doubt(block);
    }

    public void Clear()
    {
        foreach (float[] all in (ReadOnlySpan<float[]>)[_real, _imaginary, _near, _tail, _spread, _errorReal, _errorImaginary])
            Array.Clear(all);
        _decay = FirstDecay;
        Doubt();
    }

    private void Doubt(int block) =>
        _variance.AsSpan(block * Stride, Math.Min(_width, EchoBlocks.Bins)).Fill(FirstVariance * MathF.Pow(10, -FirstDecayDb * block / 10));

    private void FollowTail(ReadOnlySpan<float> far)
    {
        const int speech = SpeechTo - SpeechFrom;
        float before = Power(Blocks - (2 * DecayBlocks), DecayBlocks, SpeechFrom, speech), after = Power(Blocks - DecayBlocks, DecayBlocks, SpeechFrom, speech);
        float decay = before > 0 ? MathF.Pow(after / before, 1f / DecayBlocks) : _decay;
        _decay += DecayForget * (Math.Clamp(decay, LeastDecay, MostDecay) - _decay);
        float onwards = MathF.Pow(_decay, (LevelBlocks + 1) / 2f);      // from the middle of those blocks to the first one behind them
        for (int band = 0; band < EchoBands.Count; band++)
        {
            int from = EchoBands.From(band), to = EchoBands.From(band + 1);
            float level = Power(Blocks - LevelBlocks, LevelBlocks, from, to - from) / (LevelBlocks * (to - from)) * onwards;
            for (int k = from; k < to; k++)
                _tail[k] = (_decay * _tail[k]) + (level * far[k]);
        }
    }

    private float Power(int fromBlock, int blocks, int fromBin, int bins)
    {
        float sum = 0;
        for (int block = fromBlock; block < fromBlock + blocks; block++)
        {
            ReadOnlySpan<float> r = _real.AsSpan((block * Stride) + fromBin, bins), i = _imaginary.AsSpan((block * Stride) + fromBin, bins);
            for (int k = 0; k < bins; k++)
                sum += (r[k] * r[k]) + (i[k] * i[k]);
        }

        return sum;
    }

    // Overlap-save is right only for filter parts of Block taps: the rest of each is made zero (Soo and Pang's constraint), of some parts a block, as Valin's MDF does; all of them each time gains nothing (measured).
    private void Constrain(int block)
    {
        Span<float> r = _real.AsSpan(block * Stride, Stride), i = _imaginary.AsSpan(block * Stride, Stride);
        _fft.Inverse(r, i, _time);
        _time.AsSpan(EchoBlocks.Block).Clear();
        _fft.Forward(_time, r, i);
        r[_width..].Clear();
        i[_width..].Clear();
    }

    private static Span<Vector<float>> Part(float[] all, int block) => EchoBlocks.Vectors(all.AsSpan(block * Stride, Stride));
}
