using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Volume, mute and level of one direction. Set and read by any thread, applied by one.</summary>
internal sealed class Gain
{
    private const float Most = 4;

    private volatile float _volume = 1;
    private volatile bool _muted;
    private float _now = 1;
    private long _level = Pack(AudioLevel.Silence);

    public float Volume
    {
        get => _volume;
        set
        {
            if (!(value is >= 0 and <= Most))       // so that what is no number is refused, too
                throw new ArgumentOutOfRangeException(nameof(Volume), value, "A volume is 0 (silent) to 4 (12 dB louder); 1 leaves the samples as they are.");
            _volume = value;
        }
    }

    public bool IsMuted
    {
        get => _muted;
        set => _muted = value;
    }

    public AudioLevel Level
    {
        get
        {
            long packed = Volatile.Read(ref _level);
            return new(BitConverter.Int32BitsToSingle((int)(packed >> 32)), BitConverter.Int32BitsToSingle((int)packed));
        }
    }

    /// <summary>Applies volume and mute, and measures what comes out. A change is spread over the samples, so that it does not click.</summary>
    public void Apply(Span<short> pcm)
    {
        float from = _now, to = _muted ? 0 : _volume;
        _now = to;
        if (from != 1 || to != 1)
        {
            float step = (to - from) / pcm.Length;
            for (int i = 0; i < pcm.Length; i++)
                pcm[i] = (short)Math.Clamp(MathF.Round(pcm[i] * (from + (step * (i + 1)))), short.MinValue, short.MaxValue);
        }

        Volatile.Write(ref _level, Pack(AudioLevel.Measure(pcm)));
    }

    /// <summary>Nothing is heard any more.</summary>
    public void Fall() => Volatile.Write(ref _level, Pack(AudioLevel.Silence));

    private static long Pack(AudioLevel level) => ((long)BitConverter.SingleToInt32Bits(level.RmsDbfs) << 32) | (uint)BitConverter.SingleToInt32Bits(level.PeakDbfs);
}
