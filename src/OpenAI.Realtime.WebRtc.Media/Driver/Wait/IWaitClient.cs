namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What a <see cref="WaitThread"/> runs: a connection.</summary>
internal interface IWaitClient
{
    /// <summary>When the client wants to run by itself, as <see cref="System.Diagnostics.Stopwatch"/> ticks; <see cref="long.MaxValue"/>: never.</summary>
    long DueTimestamp { get; }

    /// <summary>Notes that somebody has asked for a run; false when that is noted already, so that nobody stands in the queue twice.</summary>
    bool TryRequest();

    /// <summary>The run that was asked for begins: whoever asks from now on asks for another one.</summary>
    void BeginRequested();

    /// <summary>Runs whatever there is to do. Does nothing when another thread is at it: that one then does it. Never throws.</summary>
    void RunOnWaitThread();
}
