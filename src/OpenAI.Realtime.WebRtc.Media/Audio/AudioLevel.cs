namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How loud a stretch of audio is, in decibels below full scale.</summary>
/// <param name="RmsDbfs">The root mean square: a square wave of full scale has 0, a sine of full scale −3.01.</param>
/// <param name="PeakDbfs">The largest sample.</param>
public readonly record struct AudioLevel(float RmsDbfs, float PeakDbfs)
{
    /// <summary>What digital silence is given as: below the smallest step of 16 bits.</summary>
    public const float FloorDbfs = -96.33f;

    /// <summary>Digital silence.</summary>
    public static AudioLevel Silence => new(FloorDbfs, FloorDbfs);

    /// <summary>Measures samples; with two channels, both together.</summary>
    public static AudioLevel Measure(ReadOnlySpan<short> pcm)
    {
        long squares = 0;
        int peak = 0;
        foreach (short sample in pcm)
        {
            int value = sample;
            squares += value * value;
            peak = Math.Max(peak, Math.Abs(value));
        }

        return peak == 0
            ? Silence
            : new(Decibels(Math.Sqrt((double)squares / pcm.Length)), Decibels(peak));
    }

    /// <summary>The root mean square on a linear scale for a meter's bar: 0 at −60 dBFS and below, 1 at full scale.</summary>
    public float Bar => Math.Clamp((RmsDbfs + 60) / 60, 0, 1);

    /// <summary>Both numbers in one, so that one thread can write them while others read.</summary>
    internal long Pack() => ((long)BitConverter.SingleToInt32Bits(RmsDbfs) << 32) | (uint)BitConverter.SingleToInt32Bits(PeakDbfs);

    internal static AudioLevel Unpack(long packed) =>
        new(BitConverter.Int32BitsToSingle((int)(packed >> 32)), BitConverter.Int32BitsToSingle((int)packed));

    private static float Decibels(double amplitude) => MathF.Max(FloorDbfs, (float)(20 * Math.Log10(amplitude / 32768)));
}
