using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The ports of the process that connections share: each is opened with the first connection that asks for it and closed with the last one that leaves.</summary>
internal sealed class SharedPorts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TransportAddress, SharedPort> _ports = [];

    /// <summary>How many are open at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _ports.Count;
        }
    }

    /// <summary>The port with this address; null where it is not open.</summary>
    public SharedPort? Find(in TransportAddress local)
    {
        lock (_gate)
            return _ports.GetValueOrDefault(local);
    }

    /// <summary>Gives a connection its share of a port. Every call is paired with one of <see cref="Leave"/>.</summary>
    /// <param name="threads">Whose thread waits for the socket, when it is opened.</param>
    /// <param name="address">The local address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="fragment">The connection's ICE username fragment.</param>
    /// <param name="receiver">What takes the connection's datagrams.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or somebody else has the port.</exception>
    public PortShare Join(WaitThreads threads, IPAddress address, int port, string fragment, IDatagramReceiver receiver)
    {
        var local = TransportAddress.From(address, port);
        lock (_gate)
        {
            if (!_ports.TryGetValue(local, out SharedPort? shared))
                _ports.Add(local, shared = SharedPort.Open(threads, address, new PortRange(port)));
            return shared.Add(receiver, fragment);
        }
    }

    /// <summary>The connection has ended: nothing is brought to it any more.</summary>
    public void Leave(PortShare share)
    {
        lock (_gate)
        {
            if (!share.Port.Remove(share))
                return;
            _ports.Remove(share.Port.Key);
            share.Port.Close(); // under the gate: who joins next opens it anew, and finds it free
        }
    }
}
