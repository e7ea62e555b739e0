using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the detector made of a frame.</summary>
internal enum VoiceActivity
{
    /// <summary>Nothing has changed.</summary>
    None,

    /// <summary>Somebody began to speak.</summary>
    Started,

    /// <summary>Whoever spoke has been quiet for long enough.</summary>
    Stopped,
}

/// <summary>What the detector is told by <c>turn_detection</c>.</summary>
/// <param name="ThresholdDbfs">From which level on a frame counts as speech.</param>
/// <param name="PrefixPadding">How much from before the onset belongs to the turn.</param>
/// <param name="SilenceDuration">How much silence ends a turn.</param>
internal readonly record struct VoiceActivitySettings(float ThresholdDbfs, TimeSpan PrefixPadding, TimeSpan SilenceDuration);

/// <summary>
/// Energy with hangover: speech begins when 60 ms in a row are above the threshold, and ends when the silence has lasted as configured. Not the
/// service's detector, which is a model; loud enough noise is speech to this one.
/// </summary>
internal sealed class VoiceActivityDetector
{
    /// <summary>How long the level has to stay above the threshold: a click is shorter.</summary>
    public static readonly TimeSpan Onset = TimeSpan.FromMilliseconds(60);

    private TimeSpan _loud;
    private TimeSpan _quiet;

    public VoiceActivitySettings Settings { get; set; }

    /// <summary>Whether a turn is under way.</summary>
    public bool IsSpeaking { get; private set; }

    public VoiceActivity Process(ReadOnlySpan<short> pcm, TimeSpan duration)
    {
        if (IsLoud(pcm, Settings.ThresholdDbfs))
        {
            _quiet = TimeSpan.Zero;
            _loud += duration;
            if (IsSpeaking || _loud < Onset)
                return VoiceActivity.None;
            IsSpeaking = true;
            return VoiceActivity.Started;
        }

        _loud = TimeSpan.Zero;
        _quiet += duration;
        if (!IsSpeaking || _quiet < Settings.SilenceDuration)
            return VoiceActivity.None;
        IsSpeaking = false;
        return VoiceActivity.Stopped;
    }

    public void Reset()
    {
        IsSpeaking = false;
        _loud = _quiet = TimeSpan.Zero;
    }

    /// <summary>From the first to the last frame of 20 ms that counts as speech; empty when there is none.</summary>
    public static Range FindSpeech(ReadOnlySpan<short> pcm, float thresholdDbfs)
    {
        const int frame = IOpusEncoder.FrameSamples;
        int first = -1, last = -1;
        for (int at = 0; at < pcm.Length; at += frame)
        {
            int end = Math.Min(pcm.Length, at + frame);
            if (!IsLoud(pcm[at..end], thresholdDbfs))
                continue;
            if (first < 0)
                first = at;
            last = end;
        }

        return first < 0 ? 0..0 : first..last;
    }

    private static bool IsLoud(ReadOnlySpan<short> pcm, float thresholdDbfs) => AudioLevel.Measure(pcm).RmsDbfs >= thresholdDbfs;
}
