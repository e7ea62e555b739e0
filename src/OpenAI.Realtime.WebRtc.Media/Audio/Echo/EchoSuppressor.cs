using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Takes away what the filter leaves of the echo: in each bin as much as the echo's share there, and more where the far end speaks alone. Noise as loud as the room's is put in where something was taken away, so
/// that the line does not go dead. Later by 10 ms.
/// </summary>
internal sealed class EchoSuppressor
{
    private const int Bins = EchoBlocks.Bins;
    private const int Stride = EchoBlocks.Stride;
    private const int Block = EchoBlocks.Block;
    private const int Window = 2 * Block;

    // By how much more than the residual is taken away, from the far end alone to double talk. Measured: 20 in place of 80 costs 1.5 dB of the echo's attenuation where the loudspeaker clips; 1 in place of 0.1 costs
    // a near end that is as loud as the echo 2 dB of its signal-to-distortion ratio, since the filter alone leaves less echo than suppression distorts.
    private const float OverAlone = 80, OverBoth = 0.1f;
    private const float UsualShare = -28, LeastOverBoth = 0.03f;    // dB: where the filter leaves more than that of the echo, as of a loudspeaker that clips, more is taken away in double talk, and less where it leaves less
    private const float SmoothError = 0.5f;     // 20 ms: chance peaks of single blocks are not let through
    private const float Release = 1.5f;         // a gain opens by a half a block at most: at 1.2 the near end's onsets suffer by 2 dB, at none the residual warbles

    // −70 dBFS, below which a far end is none either: a room so quiet nobody misses, and what seems to be one is the last of the echo.
    private const float Inaudible = 1e-7f;

    private readonly RealFft _fft;
    private readonly float[] _shape = new float[Window];
    private readonly float[] _errorTime = new float[Window];    // the last two blocks
    private readonly float[] _time = new float[EchoBlocks.FftSize];
    private readonly float[] _tail = new float[Block];
    private readonly float[] _real = new float[Stride], _imaginary = new float[Stride];
    private readonly float[] _power = new float[Stride];
    private readonly float[] _smoothed = new float[Stride];
    private readonly float[] _gain = new float[Stride];
    private readonly NoiseFloor _noise = new();
    private readonly ResidualEcho _residual = new();
    private uint _random = 0x9E3779B9;

    public EchoSuppressor(RealFft fft)
    {
        _fft = fft;
        for (int n = 0; n < Window; n++)
            _shape[n] = MathF.Sin(MathF.PI * (n + 0.5f) / Window);      // its square and that of the next window add up to one
        _gain.AsSpan().Fill(1);
    }

    /// <summary>What it knows of the residual.</summary>
    public ResidualEcho Residual => _residual;

    /// <summary>Works on 10 ms.</summary>
    /// <param name="error">What the filter left.</param>
    /// <param name="far">The far end; its newest block is the one of now.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="delay">Where the filter begins; −1 when it is not known.</param>
    /// <param name="quickerBy">By how many decibels a filter that follows the room more quickly leaves less; 0 where it does not.</param>
    /// <param name="isActive">Whether there can be echo at all.</param>
    /// <param name="output">The 10 ms before these.</param>
    public void Process(ReadOnlySpan<float> error, FarEndHistory far, EchoPathFilter filter, int delay, float quickerBy, bool isActive, Span<float> output)
    {
        Analyse(error);
        _noise.Update(_power);
        for (int k = 0; k < Bins; k++)
            _smoothed[k] = (SmoothError * _smoothed[k]) + ((1 - SmoothError) * _power[k]);
        if (!isActive)
            _residual.Pause();
        else if (delay < 0)
            _residual.Search(far);
        else
            _residual.Update(far, delay, filter, _power, _smoothed, _noise.Power, quickerBy);
        Suppress();
        Synthesise(output);
    }

    public void Clear()
    {
        _residual.Clear();
        _noise.Clear();
        Array.Clear(_errorTime);
        Array.Clear(_tail);
        Array.Clear(_smoothed);
        _gain.AsSpan().Fill(1);
    }

    private void Analyse(ReadOnlySpan<float> error)
    {
        _errorTime.AsSpan(Block).CopyTo(_errorTime);
        error.CopyTo(_errorTime.AsSpan(Block));
        for (int n = 0; n < Window; n++)
            _time[n] = _errorTime[n] * _shape[n];
        _time.AsSpan(Window).Clear();
        _fft.Forward(_time, _real, _imaginary);
        Span<Vector<float>> r = EchoBlocks.Vectors(_real), i = EchoBlocks.Vectors(_imaginary), p = EchoBlocks.Vectors(_power);
        for (int k = 0; k < p.Length; k++)
            p[k] = (r[k] * r[k]) + (i[k] * i[k]);
    }

    private void Suppress()
    {
        ReadOnlySpan<float> residual = _residual.Power, noise = _noise.Power;
        float both = Math.Clamp(OverBoth * MathF.Pow(10, (_residual.ShareDb - UsualShare) / 10), LeastOverBoth, 1);
        float over = OverAlone * MathF.Pow(both / OverAlone, _residual.NearPresence);
        float room = 0;
        foreach (float power in noise)
            room += power;
        float audible = room * 2 / (EchoBlocks.FftSize * Block) > Inaudible ? 1 : 0;       // the window's mean square is a half
        for (int k = 0; k < Bins; k++)
        {
            float gain = Math.Clamp(1 - (over * residual[k] / (_smoothed[k] + 1e-12f)), 0, 1);
            gain = MathF.Min(gain, (_gain[k] * Release) + 0.05f);
            _gain[k] = gain;
            if (gain >= 0.999f)
                continue;
            float level = audible * MathF.Sqrt(6 * noise[k] * (1 - (gain * gain)));       // two uniform numbers have a sixth of their width's square as power
            _real[k] = (_real[k] * gain) + (level * Uniform());
            _imaginary[k] = (_imaginary[k] * gain) + (level * Uniform());
        }
    }

    // Marsaglia's xorshift of 32 bits: from −0.5 to 0.5.
    private float Uniform()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return (_random * (1f / 4294967296f)) - 0.5f;
    }

    private void Synthesise(Span<float> output)
    {
        _imaginary[0] = 0;
        _imaginary[Bins - 1] = 0;
        _fft.Inverse(_real, _imaginary, _time);
        for (int n = 0; n < Block; n++)
        {
            output[n] = _tail[n] + (_time[n] * _shape[n]);
            _tail[n] = _time[n + Block] * _shape[n + Block];
        }
    }
}
