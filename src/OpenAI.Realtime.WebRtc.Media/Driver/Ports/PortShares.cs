using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// What a connection has in place of sockets when it shares a port: its share on each local address, and the datagrams on their way from the ports' wait thread to whoever runs the connection. When it
/// is full the new one is dropped and counted, as in a socket.
/// </summary>
/// <param name="threads">Whose threads wait for the sockets.</param>
/// <param name="client">The connection, run when something has come.</param>
internal sealed class PortShares(WaitThreads threads, IWaitClient client) : IDatagramReceiver
{
    /// <summary>The connection takes them within microseconds, so this fills only while it is held up: as many as it reads from a socket in one pass.</summary>
    public const int MaxDatagrams = 64;

    /// <summary>64 of them at 1,000 bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly AudioRing<TransportPath> _ring = new(MaxDatagrams, MaxBytes);
    private PortShare[] _shares = [];
    private long _dropped;

    /// <summary>Takes a share of a port.</summary>
    /// <returns>The local address.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or another program has the port.</exception>
    public TransportAddress Join(IPAddress address, int port, string fragment)
    {
        PortShare share = threads.SharedPorts.Join(threads, address, port, fragment, this);
        _shares = [.. _shares, share];
        return share.Local;
    }

    /// <summary>Says by which fragments requests name the connection, on each of its addresses.</summary>
    public void SetFragments(IReadOnlyList<string> fragments)
    {
        foreach (PortShare share in _shares)
            share.Port.SetFragments(share, fragments);
    }

    /// <summary>Gives the share on one address back.</summary>
    /// <returns>Its local address and port; null where there is none.</returns>
    public TransportAddress? Leave(IPAddress address)
    {
        foreach (PortShare share in _shares)
        {
            if (share.Local != TransportAddress.From(address, share.Local.Port))
                continue;
            _shares = [.. _shares.Where(s => s != share)];
            threads.SharedPorts.Leave(share);
            return share.Local;
        }

        return null;
    }

    /// <summary>Gives all of them back; what they have counted stays to be asked for.</summary>
    public void Leave()
    {
        foreach (PortShare share in _shares)
            threads.SharedPorts.Leave(share);
    }

    public void Receive(ReadOnlySpan<byte> datagram, in TransportPath path)
    {
        bool taken;
        lock (_gate)
            taken = _ring.TryEnqueue(datagram, path);
        if (!taken)
            Interlocked.Increment(ref _dropped);
        client.RunOnWaitThread();
    }

    /// <summary>Takes the oldest datagram.</summary>
    public bool TryTake(Span<byte> buffer, out int length, out TransportPath path)
    {
        if (_ring.Count > 0)
        {
            lock (_gate)
                return _ring.TryDequeue(buffer, out length, out path);
        }

        (length, path) = (0, default);
        return false;
    }

    /// <summary>The share with this address; null where there is none.</summary>
    public PortShare? Find(in TransportAddress local)
    {
        foreach (PortShare share in _shares)
        {
            if (share.Local == local)
                return share;
        }

        return null;
    }

    /// <summary>Says of an end what the engine cannot know: that the answers went to another connection.</summary>
    public PeerEnd Explain(PeerEnd end) => end.Reason != PeerEndReason.IceFailed || _shares.All(share => share.Taken == 0)
        ? end
        : new PeerEnd(end.Reason, end.Phase, end.Detail + " Another connection of the same UDP port has that address as its peer, and what comes from there is brought to it: name more than one port in UdpPorts.", end.Error);

    /// <summary>Adds what has been counted. What was nobody's is the port's: every connection of it says the same number.</summary>
    public void AddDrops(Dictionary<string, long> drops)
    {
        Add("port: nobody's", _shares.Sum(share => share.Port.Strangers));
        Add("port: held up", Interlocked.Read(ref _dropped));
        Add("port: the address is another connection's", _shares.Sum(share => share.Taken));

        void Add(string reason, long count)
        {
            if (count > 0)
                drops[reason] = count;
        }
    }
}
