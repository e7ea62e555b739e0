namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Blocks one thread until one of many sockets can be read or written, a time is over, or another thread wakes it. Allocates nothing a wait.
/// <see cref="Wait"/> has one caller; everything else may be called from any thread.
/// </summary>
internal interface ISocketPoller : IDisposable
{
    /// <summary>Opens a socket that this poller can wait for, on a port of the system's choice or on one of <paramref name="ports"/> that is free.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or none of the ports.</exception>
    UdpPort Open(System.Net.IPAddress address, PortRange? ports = null);

    /// <summary>Begins to wait for a socket whose <see cref="PolledSocket.Owner"/> is set.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The system has no room for it.</exception>
    void Add(PolledSocket socket);

    /// <summary>Ends it; before the socket is closed.</summary>
    void Remove(PolledSocket socket);

    /// <summary>The owner has done what there was to do with the socket: report it again when something comes.</summary>
    void Rearm(PolledSocket socket);

    /// <summary>Waits at most <paramref name="milliseconds"/> (−1: for ever; it may be less) and writes the sockets that can be read or written.</summary>
    /// <returns>How many were written.</returns>
    int Wait(int milliseconds, Span<PolledSocket?> ready);

    /// <summary>Ends the wait that is under way, or else the next one.</summary>
    void Wake();
}
