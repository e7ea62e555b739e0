namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Plays speech a little faster or slower without changing its pitch: one period of the voice is left out or said twice, where the waveform before and after is alike, and the seam is
/// blended (waveform-similarity overlap-add; Verhelst and Roelands, ICASSP 1993).
/// </summary>
/// <remarks>Mono at 48 kHz. It does so once in 120 ms, which makes speech 2 to 12 % faster; once in 40 ms when there is much to catch up with. Nothing is allocated.</remarks>
internal sealed class TimeStretcher
{
    private const int SamplesPerMillisecond = OpusPacket.SampleRate / 1000;
    private const int MinLag = 5 * SamplesPerMillisecond / 2;       // 400 Hz
    private const int MaxLag = 15 * SamplesPerMillisecond;          // 67 Hz
    private const int Overlap = 5 * SamplesPerMillisecond;
    private const int Coarse = 4;                                   // the first search goes by every fourth sample
    private const int Gently = 120 * SamplesPerMillisecond;
    private const int Quickly = 40 * SamplesPerMillisecond;
    private const int Much = 80 * SamplesPerMillisecond;
    private const double Alike = 0.8;                               // correlation
    private const double Quiet = 100.0 * 100.0 * Overlap;           // energy of −50 dBFS: any seam will do

    private readonly short[] _seam = new short[Overlap];
    private int _since = Gently;        // samples since the last change

    /// <summary>So many samples have passed.</summary>
    public void Advance(int samples) => _since = Math.Min(_since + samples, Gently);

    /// <summary>Leaves one period out.</summary>
    /// <param name="pcm">The samples; changed in place.</param>
    /// <param name="samples">How many they are.</param>
    /// <param name="most">The most to leave out.</param>
    /// <returns>How many are left; the same when it was too soon, or when no two places are alike.</returns>
    public int Shorten(Span<short> pcm, int samples, int most)
    {
        if (_since < (most > Much ? Quickly : Gently) || FindLag(pcm[..samples], most) is not { } lag)
            return samples;
        _since = 0;
        Blend(pcm[..Overlap], pcm.Slice(lag, Overlap));
        _seam.CopyTo(pcm);
        pcm[(lag + Overlap)..samples].CopyTo(pcm[Overlap..]);
        return samples - lag;
    }

    /// <summary>Says one period twice.</summary>
    /// <param name="pcm">The samples, with room behind them for <paramref name="most"/>; changed in place.</param>
    /// <param name="samples">How many they are.</param>
    /// <param name="most">The most to add.</param>
    /// <returns>How many there are then; the same when it was too soon, or when no two places are alike.</returns>
    public int Lengthen(Span<short> pcm, int samples, int most)
    {
        if (_since < Quickly || FindLag(pcm[..samples], most) is not { } lag)
            return samples;
        _since = 0;
        Blend(pcm.Slice(lag, Overlap), pcm[..Overlap]);
        pcm[Overlap..samples].CopyTo(pcm[(lag + Overlap)..]);
        _seam.CopyTo(pcm[lag..]);
        return samples + lag;
    }

    private void Blend(ReadOnlySpan<short> from, ReadOnlySpan<short> to)
    {
        for (int i = 0; i < Overlap; i++)
            _seam[i] = (short)(((from[i] * (Overlap - i)) + (to[i] * i)) / Overlap);
    }

    // The distance at which the beginning is most like itself.
    private static int? FindLag(ReadOnlySpan<short> pcm, int most)
    {
        int longest = Math.Min(Math.Min(MaxLag, most), pcm.Length - Overlap);
        int best = 0;
        double likeness = double.MinValue;
        for (int lag = MinLag; lag <= longest; lag += Coarse)
            Try(pcm, lag, Coarse, ref best, ref likeness);
        if (best == 0)
            return null;
        int from = Math.Max(MinLag, best - Coarse), to = Math.Min(longest, best + Coarse);
        likeness = double.MinValue;
        for (int lag = from; lag <= to; lag++)
            Try(pcm, lag, 1, ref best, ref likeness);
        return likeness >= Alike || Energy(pcm[..Overlap]) < Quiet ? best : null;
    }

    private static void Try(ReadOnlySpan<short> pcm, int lag, int step, ref int best, ref double likeness)
    {
        long product = 0, first = 1, second = 1;
        for (int i = 0; i < Overlap; i += step)
        {
            int a = pcm[i], b = pcm[lag + i];
            product += a * b;
            first += a * a;
            second += b * b;
        }

        double correlation = product / Math.Sqrt((double)first * second);
        if (correlation <= likeness)
            return;
        likeness = correlation;
        best = lag;
    }

    private static double Energy(ReadOnlySpan<short> pcm)
    {
        long sum = 0;
        foreach (short sample in pcm)
            sum += sample * sample;
        return sum;
    }
}
