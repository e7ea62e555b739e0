namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Tells how far behind a live source is, from the frames that wait: whatever has waited all the time is lag and nothing else. Told of every frame and
/// every tick, by one caller at a time.
/// </summary>
/// <remarks>
/// A recorder may write in lumps of up to half a second: then many frames wait at once, yet there is a tick before the next lump at which hardly any do. A lag
/// shows as frames that wait at every tick. At the start and after a stall nobody waits for that: while frames come faster than time passes, only the newest is kept.
/// </remarks>
internal sealed class LiveBacklog
{
    /// <summary>The most frames that may wait: 1 s, two of the longest lumps.</summary>
    public const int MaxFrames = 50;

    private const int MaxPerTick = 100;     // 2 s of audio: more than a pipe and a recorder hold
    private const int Window = 30;          // ticks: longer than the longest lump
    private const int Steady = 2;           // frames that may fall between two ticks without being a burst

    private bool _begun;
    private bool _catchingUp = true;
    private int _came;
    private int _least = int.MaxValue;
    private int _ticks;

    /// <summary>False when so much has come since the last tick that reading has to pause: a file that calls itself live does not take a core.</summary>
    public bool MayTake => _came < MaxPerTick;

    /// <summary>A frame has come.</summary>
    public void Add() => _came++;

    /// <summary>A frame is due. Says how many of those that wait are to be left out, oldest first, before it is taken.</summary>
    /// <param name="waiting">How many wait.</param>
    /// <param name="skipped">How many ticks were missed before this one.</param>
    public int Excess(int waiting, int skipped)
    {
        int came = _came;
        _came = 0;
        _begun |= came > 0;
        _catchingUp |= skipped > 0;
        if (_catchingUp && _begun)
        {
            _catchingUp = came > Steady || skipped > 0;
            Restart();
            return Math.Max(0, waiting - 1);
        }

        _least = Math.Min(_least, waiting);
        if (++_ticks < Window)
            return 0;
        int excess = Math.Max(0, _least - 1);
        Restart();
        return excess;
    }

    private void Restart()
    {
        _ticks = 0;
        _least = int.MaxValue;
    }
}
