namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// The caller's audio since the last commit, at 48 kHz, with its place on the call's own timeline. Bounded: the oldest goes first.
/// </summary>
/// <param name="maxSamples">How much it holds.</param>
internal sealed class InputAudioBuffer(int maxSamples)
{
    private short[] _samples = new short[Math.Min(maxSamples, 48_000)];
    private int _count;

    /// <summary>The position of the first sample, counted from the start of the call.</summary>
    public long Start { get; private set; }

    /// <summary>The position after the last sample.</summary>
    public long End => Start + _count;

    public int Count => _count;

    /// <summary>When the first sample was heard, in ms since the start of the call's audio.</summary>
    public int StartMilliseconds => (int)(Start / 48);

    /// <summary>When the last sample was heard, in ms since the start of the call's audio.</summary>
    public int EndMilliseconds => (int)(End / 48);

    public void Append(ReadOnlySpan<short> samples)
    {
        if (samples.Length > maxSamples)
        {
            Start += _count + samples.Length - maxSamples;
            _count = 0;
            samples = samples[^maxSamples..];
        }

        if (_count + samples.Length > maxSamples)
            TrimTo(maxSamples - samples.Length);
        if (_count + samples.Length > _samples.Length)
            Array.Resize(ref _samples, Math.Min(maxSamples, Math.Max(_samples.Length * 2, _count + samples.Length)));
        samples.CopyTo(_samples.AsSpan(_count));
        _count += samples.Length;
    }

    /// <summary>Keeps the newest so many samples.</summary>
    public void TrimTo(int samples)
    {
        int drop = _count - samples;
        if (drop <= 0)
            return;
        _samples.AsSpan(drop, samples).CopyTo(_samples);
        _count = samples;
        Start += drop;
    }

    /// <summary>Takes all out.</summary>
    public short[] Take()
    {
        short[] taken = _samples.AsSpan(0, _count).ToArray();
        Clear();
        return taken;
    }

    public void Clear()
    {
        Start += _count;
        _count = 0;
    }

    /// <summary>Gives the memory back; nothing is appended after it.</summary>
    public void Free()
    {
        Clear();
        _samples = [];
    }
}
