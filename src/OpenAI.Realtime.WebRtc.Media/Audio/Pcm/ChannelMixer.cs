namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Between one channel and two.</summary>
internal static class ChannelMixer
{
    /// <summary>Each pair's mean. Source and destination may begin at the same place.</summary>
    public static int ToMono(ReadOnlySpan<short> stereo, Span<short> mono)
    {
        int count = stereo.Length / 2;
        for (int i = 0; i < count; i++)
            mono[i] = (short)((stereo[2 * i] + stereo[(2 * i) + 1]) >> 1);
        return count;
    }

    /// <summary>Each sample twice.</summary>
    public static int ToStereo(ReadOnlySpan<short> mono, Span<short> stereo)
    {
        for (int i = 0; i < mono.Length; i++)
            stereo[2 * i] = stereo[(2 * i) + 1] = mono[i];
        return mono.Length * 2;
    }
}
