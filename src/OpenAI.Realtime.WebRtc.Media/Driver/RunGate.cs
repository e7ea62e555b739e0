namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Lets one thread at a time run a connection, without anyone ever waiting for it.
/// <code>
///            TryEnter: yes                TryEnter: no, but the runner goes round once more
///   Idle ───────────────────► Running ──────────────────────────────────────────────────► RunAgain
///     ◄───────────────────────   ▲                                                            │
///           TryLeave: yes        └──────────────────────── TryLeave: no ◄─────────────────────┘
/// </code>
/// Work is put where the runner finds it <i>before</i> <see cref="TryEnter"/> is called: then either the caller runs it or a runner will.
/// </summary>
internal struct RunGate
{
    private const int Idle = 0, Running = 1, RunAgain = 2;
    private int _state;

    /// <summary>Whether the caller is now the one who runs; otherwise another thread is, and it will look at everything again.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, Running, Idle);
            if (state == Idle)
                return true;
            if (state == RunAgain || Interlocked.CompareExchange(ref _state, RunAgain, Running) == Running)
                return false;
        }
    }

    /// <summary>Whether the caller has stopped running; otherwise there is new work and the caller still runs.</summary>
    public bool TryLeave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
            return true;
        Volatile.Write(ref _state, Running);
        return false;
    }

    /// <summary>Stops running though there may be new work; the caller sees to it that somebody runs soon.</summary>
    public void Leave() => Interlocked.Exchange(ref _state, Idle);
}
