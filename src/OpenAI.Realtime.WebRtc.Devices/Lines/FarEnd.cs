namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// What was given to the loudspeaker, frame by frame, for each frame that the microphone gives: the two advance together. One frame waits, so that it does not matter which of the two comes first within 20 ms.
/// Where a frame is missing all the same there are zeros, and as many are dropped when they come, so that the two do not shift against each other; one that stays away has stopped, and begins anew. What
/// waits needlessly for half a second is left out.
/// One writer, one reader, any threads.
/// </summary>
internal sealed class FarEnd
{
    private const int FrameSamples = Microphone.FrameSamples;
    private const int MaxFrames = 5;        // of the writer ahead, after a stall of the reader; then it is begun anew
    private const int MaxMissing = 2;       // frames in a row, of a writer that has not stopped
    private const int LagPatience = 25;     // frames: half a second in which more has always waited than needs to

    private readonly Lock _gate = new();
    private readonly short[] _ring = new short[MaxFrames * FrameSamples];
    private int _first, _count;             // samples
    private int _owed;                      // samples that were zeros and may still come
    private int _missing;                   // frames in a row
    private bool _runs;
    private int _reads, _least;             // since the lag was looked at: frames read, and the fewest samples that waited behind one

    public void Write(ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            if (!_runs || _count + pcm.Length > _ring.Length)
                Begin();
            int late = Math.Min(_owed, pcm.Length);
            _owed -= late;
            pcm = pcm[late..];
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
            _missing = count == frame.Length ? 0 : _missing + 1;
            _runs &= _missing <= MaxMissing;
            CatchUp();
        }
    }

    // After a stall of the reader more waits than the one frame, for as long as the writer goes on: what is read would come later and later, at last behind its own echo.
    private void CatchUp()
    {
        _least = Math.Min(_least, _count);
        if (++_reads < LagPatience)
            return;
        if (_least > FrameSamples)
        {
            _first = (_first + _least - FrameSamples) % _ring.Length;
            _count -= _least - FrameSamples;
        }

        (_reads, _least) = (0, _ring.Length);
    }

    private void Begin()
    {
        _runs = true;
        _ring.AsSpan(0, FrameSamples).Clear();
        (_first, _count, _owed, _missing) = (0, FrameSamples, 0, 0);
        (_reads, _least) = (0, _ring.Length);
    }
}
