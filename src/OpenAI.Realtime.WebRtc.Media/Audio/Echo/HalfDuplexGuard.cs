namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Holds the microphone down while the assistant is heard, and for a while afterwards. For devices whose echo nothing can cancel; nobody can interrupt the assistant by speaking. One caller at a time.
/// </summary>
public sealed class HalfDuplexGuard : IEchoCanceller
{
    /// <summary>400 ms: the buffers of common devices are below 200 ms, and a living room has died away by 30 dB after as long again.</summary>
    internal static readonly TimeSpan DefaultHold = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan s_mostHold = TimeSpan.FromSeconds(10);

    private const float HeardFromDbfs = -55;        // quieter speech does not come back above a room's noise
    private const int Fade = EchoCanceller.SampleRate / 100;    // 10 ms: no click

    private readonly int _hold;
    private int _left;          // samples
    private int _gain = Fade;   // in 1/Fade
    private int _activity;

    /// <summary>Makes one.</summary>
    /// <param name="hold">How long the microphone stays down after the far end was heard: the delay of the devices and the room's reverberation, 0 to 10 s. Default: null, 400 ms.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or longer than 10 s.</exception>
    public HalfDuplexGuard(TimeSpan? hold = null)
    {
        TimeSpan time = hold ?? DefaultHold;
        CheckHold(time, nameof(hold));
        _hold = AudioFormat.Mono48kHz.SamplesIn(time);
    }

    /// <inheritdoc/>
    public TimeSpan Latency => TimeSpan.Zero;

    /// <inheritdoc/>
    public EchoCancellerState State => new((EchoCancellerActivity)Volatile.Read(ref _activity), null, 0, 0);

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null)
    {
        EchoCanceller.CheckLengths(farEnd, nearEnd, output);
        if (AudioLevel.Measure(farEnd).RmsDbfs >= HeardFromDbfs)
            _left = _hold + EchoCanceller.FrameSamples;
        bool isDown = _left > 0;
        _left = Math.Max(0, _left - EchoCanceller.FrameSamples);
        for (int n = 0; n < EchoCanceller.FrameSamples; n++)
        {
            _gain = isDown ? Math.Max(0, _gain - 1) : Math.Min(Fade, _gain + 1);
            output[n] = (short)(nearEnd[n] * _gain / Fade);
        }

        Volatile.Write(ref _activity, (int)(isDown ? EchoCancellerActivity.HeldDown : EchoCancellerActivity.Idle));
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _left = 0;
        _gain = Fade;
    }

    internal static void CheckHold(TimeSpan hold, string name)
    {
        if (hold < TimeSpan.Zero || hold > s_mostHold)
            throw new ArgumentOutOfRangeException(name, hold, "How long the microphone stays down after the assistant was heard is 0 to 10 seconds.");
    }
}
