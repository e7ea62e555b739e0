namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// What was given to the loudspeaker, frame by frame, for each frame that the microphone gives: the two advance together. Where a frame is missing there are zeros, and as many are dropped when they come
/// late, so that the two never shift against each other. One writer, one reader, any threads.
/// </summary>
internal sealed class FarEnd
{
    private const int FrameSamples = Microphone.FrameSamples;
    private const int MaxFrames = 5;        // of the writer ahead, after a stall of the reader; then it is begun anew
    private const int MaxOwed = 2;          // of the writer behind; one that is further behind has stopped

    private readonly Lock _gate = new();
    private readonly short[] _ring = new short[MaxFrames * FrameSamples];
    private int _first, _count;             // samples
    private int _owed;                      // samples that were zeros and may still come

    public void Write(ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            int late = Math.Min(_owed, pcm.Length);
            _owed -= late;
            pcm = pcm[late..];
            if (_count + pcm.Length > _ring.Length)
                _count = 0;
            pcm = pcm[^Math.Min(pcm.Length, _ring.Length)..];
            for (int i = 0; i < pcm.Length; i++)
                _ring[(_first + _count + i) % _ring.Length] = pcm[i];
            _count += pcm.Length;
        }
    }

    /// <summary>The next 20 ms.</summary>
    public void Read(Span<short> frame)
    {
        lock (_gate)
        {
            int count = Math.Min(_count, frame.Length);
            for (int i = 0; i < count; i++)
                frame[i] = _ring[(_first + i) % _ring.Length];
            frame[count..].Clear();
            _first = (_first + count) % _ring.Length;
            _count -= count;
            _owed += frame.Length - count;
            if (_owed > MaxOwed * FrameSamples)
                _owed = 0;
        }
    }
}
