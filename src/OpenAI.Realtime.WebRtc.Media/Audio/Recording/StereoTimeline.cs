namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Two voices that come in pieces, each with the moment at which it was heard, laid side by side: what follows closely is joined without a seam, a pause is silence, and what is never heard is taken out again.
/// Pure; one caller at a time.
/// </summary>
/// <remarks>
/// <code>
///   taken ─┐        ┌─ now
///   left   ██████░░░████████│
///   right  ░░░░░░░░░░███████│█████░     what waits in the loudspeaker lies beyond now
/// </code>
/// </remarks>
internal sealed class StereoTimeline
{
    /// <summary>How far the moment of a piece may be from the end of the one before, and still be joined to it: a thread is late, a sound card gives two pieces at once.</summary>
    private static readonly TimeSpan s_seam = TimeSpan.FromMilliseconds(60);

    private readonly int _sampleRate;
    private readonly short[][] _rings;
    private readonly long[] _ends = [0, 0];
    private long _taken;

    /// <param name="sampleRate">Hz, of both.</param>
    /// <param name="capacity">How much is held at most beyond what was taken.</param>
    public StereoTimeline(int sampleRate, TimeSpan capacity)
    {
        _sampleRate = sampleRate;
        int length = (int)SamplesIn(capacity);
        _rings = [new short[length], new short[length]];
    }

    /// <summary>Samples of one voice that found no place.</summary>
    public long Dropped { get; private set; }

    /// <summary>How far the longer voice goes.</summary>
    public TimeSpan End => TimeSpan.FromTicks(Math.Max(_ends[0], _ends[1]) * TimeSpan.TicksPerSecond / _sampleRate);

    /// <summary>Lays a piece down.</summary>
    /// <param name="side">0 for left, 1 for right.</param>
    /// <param name="at">When its first sample is heard.</param>
    /// <param name="samples">Mono.</param>
    public void Place(int side, TimeSpan at, ReadOnlySpan<short> samples)
    {
        long end = _ends[side], position = Math.Max(SamplesIn(at), _taken);
        if (position - end < SamplesIn(s_seam))
            position = Math.Max(end, _taken);   // what was laid down is never overwritten
        short[] ring = _rings[side];
        int room = (int)Math.Clamp(_taken + ring.Length - position, 0, samples.Length);
        for (int i = 0; i < room; i++)
            ring[(position + i) % ring.Length] = samples[i];
        Dropped += samples.Length - room;
        if (room > 0)
            _ends[side] = position + room;
    }

    /// <summary>Takes out of one voice what lies beyond a moment: it was dropped before anybody heard it.</summary>
    public void Cut(int side, TimeSpan at)
    {
        long from = Math.Max(SamplesIn(at), _taken);
        short[] ring = _rings[side];
        for (long i = from; i < _ends[side]; i++)
            ring[i % ring.Length] = 0;
        _ends[side] = Math.Min(_ends[side], from);
    }

    /// <summary>Takes both voices, interleaved, from where the last call ended up to a moment.</summary>
    /// <returns>How many samples were written, both channels counted; fewer than there are where the destination is too small.</returns>
    public int TakeUntil(TimeSpan at, Span<short> interleaved)
    {
        int count = (int)Math.Clamp(SamplesIn(at) - _taken, 0, interleaved.Length / 2);
        for (int i = 0; i < count; i++)
        {
            for (int side = 0; side < 2; side++)
            {
                ref short sample = ref _rings[side][(_taken + i) % _rings[side].Length];
                interleaved[(2 * i) + side] = sample;
                sample = 0;
            }
        }

        _taken += count;
        return 2 * count;
    }

    private long SamplesIn(TimeSpan time) => time.Ticks * _sampleRate / TimeSpan.TicksPerSecond;
}
