using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// How much echo is left behind the filter, in each bin, and whether the near end speaks as well. The residual is the sum of two: a share of the echo's power, since the filter is a little wrong everywhere, and the
/// room's decay beyond the filter's reach.
/// </summary>
/// <remarks>
/// The share is followed in each band as the median of residual over echo: it goes up by a step where there is more, and down by a step where there is less. A mean or a regression is carried away by the near end,
/// which may be 30 dB louder than the residual; a median moves by one step all the same.
/// </remarks>
internal sealed class ResidualEcho
{
    private const int Bins = EchoBlocks.Bins;
    private const int Stride = EchoBlocks.Stride;
    private const float Overlap = (float)EchoBlocks.Block / EchoBlocks.FftSize;     // a sine window's energy over that of the far end's rectangle
    private const int SpeechFrom = 6, SpeechTo = 86;        // bins of 280 Hz to 4 kHz, where speech is strong
    private const int SpeechBandFrom = 1, SpeechBandTo = 20;

    // After the path was found or has changed nothing is known of the residual: all that the far end could cause is taken for echo, falling within 300 ms (time constant), as the filter learns.
    private const float PriorBlocks = 30;
    private const int FarBlocks = 4;                // from the filter's beginning on: where the direct sound lies
    private const float FarDecay = 0.708f;          // 1.5 dB in 10 ms: an RT60 of 0.4 s

    // The share. Steps of 0.1 dB a block follow a filter that improves by 10 dB/s; in the beginning the steps are 1 dB longer, falling within 400 ms.
    private const float Step = 0.1f, FirstStep = 1, FirstStepBlocks = 40;
    private const float StepBesideNearEnd = 0.1f;   // of it, upwards: what is added then is the near end
    private const float Least = 1e-5f;              // −50 dB: no filter is better in 16 bits
    private const float Enough = 0.01f;             // of a band's peak: quieter echo says nothing of the share
    private const float PeakDecay = 0.995f;         // 2 dB in a second
    private const float Hold = 0.6f;                // of the echo's power from one block to the next: the windows overlap
    private const float Floor = 0.3f;               // of a band's mean: where the loudspeaker distorts, bins without echo have residual

    // The near end speaks when there is more than the residual explains, by a factor that depends on how well it is known. Far end alone, 95 % of all blocks lie below: 3.6 dB in a room of RT60 0.6 s, where most
    // is decay; 4.6 dB with a share of −34 dB; 9 dB with −22 dB under a drift of 100 ppm; 11 dB with −20 dB where the loudspeaker clips. More than 6.5 is not asked all the same: at 8 a near end 6 dB quieter than the
    // echo of a loudspeaker that clips loses 0.5 dB of its signal-to-distortion ratio, and the echo is quieter by 0.2 dB at the most (measured).
    private const float LeastThreshold = 2, MostThreshold = 6.5f;   // dB
    private const float GoodShare = -30, ThresholdSlope = 0.7f;     // dB, dB a dB
    private const float ThresholdWidth = 1.5f;                      // dB to either side
    private const float SumForget = 0.2f, SlowForget = 0.05f;       // 50 ms, 200 ms
    private const float ResidualDecay = 0.87f;                      // 0.6 dB a block: at a word's end the filter's mistakes last longer than the echo. 0.93 costs a near end over a loudspeaker that clips 0.7 dB more (measured)
    private const float Masked = 25, LoudDecay = 0.9f;              // dB; 46 dB/s: what is so much quieter than the echo beside it is no voice that anybody would hear. At 30 a dry room's echo is louder by up to 5 dB (measured)
    private const float QuickerCounts = 2;                          // dB a dB: what a quicker filter explains is the echo of a path that has changed, as under drift. At 1 people's speech under −100 ppm is 0.8 dB louder (measured)
    private const float NearHold = 0.85f;                           // falls to a half in 40 ms: shorter than a pause between words

    private readonly float[] _power = new float[Stride];
    private readonly float[] _echo = new float[Stride];
    private readonly float[] _tail = new float[Stride];
    private readonly float[] _far = new float[Stride];          // its power, dying away as a room does
    private readonly float[] _share = new float[EchoBands.Count], _peak = new float[EchoBands.Count];
    private readonly float[] _errorBands = new float[EchoBands.Count], _echoBands = new float[EchoBands.Count], _tailBands = new float[EchoBands.Count];
    private int _active;
    private float _errorSum, _residualSum, _loudest;
    private float _shareDb, _shareOfResidual;

    public ResidualEcho() => Clear();

    /// <summary>The residual's power in each bin.</summary>
    public ReadOnlySpan<float> Power => _power;

    /// <summary>How sure it is that the near end speaks, 0 to 1.</summary>
    public float NearPresence { get; private set; }

    /// <summary>The share, in decibels, over the bands in which speech is strong.</summary>
    public float ShareDb => _shareDb;

    /// <summary>How much of the beginning is left, in which nothing is known of the residual: 1 to 0.</summary>
    public float Prior => MathF.Exp(-_active / PriorBlocks);

    /// <summary>There can be no echo now.</summary>
    public void Pause()
    {
        Array.Clear(_power);
        NearPresence = 0;
    }

    /// <summary>Before the delay is known: all that was played within half a second may be heard now.</summary>
    public void Search(FarEndHistory far)
    {
        FollowFarEnd(far, 0, EchoBlocks.Delays);
        _far.CopyTo(_power, 0);
        NearPresence = 0;
    }

    /// <summary>Looks at one block.</summary>
    /// <param name="far">The far end.</param>
    /// <param name="delay">Where the filter begins.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="error">What it left, as power in each bin.</param>
    /// <param name="smoothed">The same, smoothed.</param>
    /// <param name="noise">The room's noise.</param>
    /// <param name="quickerBy">By how many decibels a filter that follows the room more quickly leaves less; 0 where it does not.</param>
    public void Update(FarEndHistory far, int delay, EchoPathFilter filter, ReadOnlySpan<float> error, ReadOnlySpan<float> smoothed, ReadOnlySpan<float> noise, float quickerBy)
    {
        _active++;
        FollowFarEnd(far, delay, FarBlocks);
        ReadOnlySpan<float> spread = filter.Spread, tail = filter.Tail;
        for (int k = 0; k < Bins; k++)
        {
            _echo[k] = MathF.Max(Overlap * spread[k], Hold * _echo[k]);
            _tail[k] = Overlap * tail[k];
        }

        EchoBands.Sum(error, _errorBands);
        EchoBands.Sum(_echo, _echoBands);
        EchoBands.Sum(_tail, _tailBands);
        FollowShares();
        Explain();
        LookForNearEnd(smoothed, noise, quickerBy);
    }

    /// <summary>The path is another one: nothing that was learnt holds.</summary>
    public void Doubt()
    {
        _active = 0;
        _share.AsSpan().Fill(1);
    }

    public void Clear()
    {
        Doubt();
        foreach (float[] all in (ReadOnlySpan<float[]>)[_power, _echo, _tail, _far, _peak])
            Array.Clear(all);
        NearPresence = _errorSum = _residualSum = _loudest = 0;
        _shareDb = 0;
        _shareOfResidual = 1;
    }

    private void FollowFarEnd(FarEndHistory far, int from, int count)
    {
        Span<Vector<float>> v = EchoBlocks.Vectors(_far);
        var decay = new Vector<float>(FarDecay);
        for (int k = 0; k < v.Length; k++)
            v[k] *= decay;
        for (int age = from; age < from + count; age++)
        {
            ReadOnlySpan<Vector<float>> x = EchoBlocks.Vectors(far.Power(age));
            for (int k = 0; k < v.Length; k++)
                v[k] = Vector.Max(v[k], x[k]);
        }
    }

    private void FollowShares()
    {
        float step = Step + (FirstStep * MathF.Exp(-_active / FirstStepBlocks));
        float up = MathF.Pow(10, step * (1 - ((1 - StepBesideNearEnd) * NearPresence)) / 10), down = MathF.Pow(10, -step / 10);
        for (int band = 0; band < EchoBands.Count; band++)
        {
            float echo = _echoBands[band];
            _peak[band] = MathF.Max(echo, _peak[band] * PeakDecay);
            if (echo <= Enough * _peak[band])
                continue;
            bool isMore = _errorBands[band] - _tailBands[band] > _share[band] * echo;
            _share[band] = Math.Clamp(_share[band] * (isMore ? up : down), Least, 1);
        }
    }

    private void Explain()
    {
        float prior = Prior;
        for (int band = 0; band < EchoBands.Count; band++)
        {
            int from = EchoBands.From(band), to = EchoBands.From(band + 1);
            float share = MathF.Max(prior, _share[band]), floor = Floor * _echoBands[band] / (to - from);
            for (int k = from; k < to; k++)
                _power[k] = MathF.Max((share * MathF.Max(_echo[k], floor)) + _tail[k], prior * _far[k]);
        }
    }

    private void LookForNearEnd(ReadOnlySpan<float> smoothed, ReadOnlySpan<float> noise, float quickerBy)
    {
        float error = 0, residual = 1e-9f, tail = 0, loud = 1e-9f;
        for (int k = SpeechFrom; k < SpeechTo; k++)
        {
            error += MathF.Max(0, smoothed[k] - (1.5f * noise[k]));
            residual += _power[k];
            loud += _echo[k];
            tail += _tail[k];
        }

        float left = 0, echo = 1e-12f;
        for (int band = SpeechBandFrom; band < SpeechBandTo; band++)
        {
            left += _share[band] * _echoBands[band];
            echo += _echoBands[band];
        }

        _errorSum += SumForget * (error - _errorSum);
        _residualSum = MathF.Max(_residualSum + (SumForget * (residual - _residualSum)), _residualSum * ResidualDecay);
        _shareDb += SlowForget * (Decibels(left / echo) - _shareDb);
        _shareOfResidual += SlowForget * (Math.Clamp(1 - (tail / residual), 0, 1) - _shareOfResidual);
        float threshold = Math.Min(LeastThreshold + (_shareOfResidual * MathF.Max(0, _shareDb - GoodShare) * ThresholdSlope), MostThreshold);
        float above = Decibels(_errorSum / _residualSum) - threshold - (QuickerCounts * quickerBy);
        _loudest = MathF.Max(loud, _loudest * LoudDecay);
        above = MathF.Min(above, Decibels(_errorSum / _loudest) + Masked);
        NearPresence = MathF.Max(Math.Clamp((above + ThresholdWidth) / (2 * ThresholdWidth), 0, 1), NearPresence * NearHold);
    }

    private static float Decibels(float power) => 10 * MathF.Log10(power + 1e-6f);
}
