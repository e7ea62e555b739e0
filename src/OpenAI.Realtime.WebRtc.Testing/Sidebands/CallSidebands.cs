namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The WebSockets beside one call or session, at most 16. Thread-safe.</summary>
internal sealed class CallSidebands
{
    private const int MaxSidebands = 16;

    private readonly Lock _gate = new();
    private CallSideband[] _all = [];       // replaced as a whole, so that sending needs no lock

    public int Count => Volatile.Read(ref _all).Length;

    /// <summary>Adds one.</summary>
    /// <returns>False when there are too many.</returns>
    public bool TryAdd(CallSideband sideband)
    {
        lock (_gate)
        {
            if (_all.Length >= MaxSidebands)
                return false;
            Volatile.Write(ref _all, [.. _all, sideband]);
            return true;
        }
    }

    public void Remove(CallSideband sideband)
    {
        lock (_gate)
            Volatile.Write(ref _all, [.. _all.Where(other => other != sideband)]);
    }

    /// <summary>Queues an event for each; never waits.</summary>
    public void Send(byte[] utf8)
    {
        foreach (CallSideband sideband in Volatile.Read(ref _all))
            sideband.Send(utf8);
    }

    /// <summary>Cuts them, without a goodbye.</summary>
    public void Break()
    {
        foreach (CallSideband sideband in Volatile.Read(ref _all))
            sideband.Break();
    }

    /// <summary>The call is over: what is queued goes out, then a goodbye.</summary>
    public void End()
    {
        foreach (CallSideband sideband in Volatile.Read(ref _all))
            sideband.End();
    }
}
