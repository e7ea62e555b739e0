namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Blocks one thread until one of many sockets can be read, a time is over, or another thread wakes it. Allocates nothing a wait.
/// <see cref="Wait"/> has one caller; everything else may be called from any thread.
/// </summary>
internal interface ISocketPoller : IDisposable
{
    /// <summary>Opens a socket that this poller can wait for, on a port of the system's choice or on one of <paramref name="ports"/> that is free.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or none of the ports.</exception>
    UdpPort Open(System.Net.IPAddress address, PortRange? ports = null);

    /// <summary>Begins to wait for a port whose <see cref="UdpPort.Owner"/> is set.</summary>
    void Add(UdpPort port);

    /// <summary>Ends it; before the port is closed.</summary>
    void Remove(UdpPort port);

    /// <summary>The port's owner has read the port until nothing was left: report it again when something comes.</summary>
    void Rearm(UdpPort port);

    /// <summary>Waits at most <paramref name="milliseconds"/> (−1: for ever; it may be less) and writes the ports that can be read.</summary>
    /// <returns>How many were written.</returns>
    int Wait(int milliseconds, Span<UdpPort?> readable);

    /// <summary>Ends the wait that is under way, or else the next one.</summary>
    void Wake();
}
