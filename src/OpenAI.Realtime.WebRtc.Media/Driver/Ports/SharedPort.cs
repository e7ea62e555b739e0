using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Takes the datagrams of one connection from a shared port; called on the port's wait thread, never by two at once for one port.</summary>
internal interface IDatagramReceiver
{
    /// <summary>Takes a copy. Never throws, never waits.</summary>
    void Receive(ReadOnlySpan<byte> datagram, in TransportPath path);
}

/// <summary>
/// One UDP socket of many connections. Its wait thread reads it and brings each datagram to the connection that <see cref="PortDirectory{TOwner}"/> names; connections send through it directly, each on
/// whatever thread runs it.
/// </summary>
internal sealed class SharedPort : IWaitClient
{
    /// <summary>Datagrams read before the thread's other sockets and deadlines get their turn, under a flood as well.</summary>
    private const int MaxDatagramsPerRun = 64;

    /// <summary>As large as the buffer of a connection.</summary>
    private const int ReceiveBufferSize = 17 * 1024;

    private readonly Lock _gate = new(); // around the directory, and around each read: so that nobody closes the socket meanwhile
    private readonly PortDirectory<PortShare> _directory = new();
    private readonly byte[] _buffer = new byte[ReceiveBufferSize];
    private readonly WaitThread _wait;
    private readonly UdpPort _port;
    private long _strangers;
    private int _requested;
    private bool _closed;

    private SharedPort(WaitThread wait, UdpPort port, IPAddress address)
    {
        _wait = wait;
        _port = port;
        Scope = port.Local.IsIPv6 ? address.ScopeId : 0;
        Key = TransportAddress.From(address, port.Local.Port);
    }

    /// <summary>The address as the options name it, and the port: what the registry knows it by.</summary>
    public TransportAddress Key { get; }

    /// <summary>The address and port that the socket is bound to.</summary>
    public TransportAddress Local => _port.Local;

    /// <summary>The scope of the address, for link-local ones.</summary>
    public long Scope { get; }

    /// <summary>How many datagrams were nobody's.</summary>
    public long Strangers => Interlocked.Read(ref _strangers);

    /// <summary>How many remote addresses are remembered.</summary>
    public int AddressCount
    {
        get
        {
            lock (_gate)
                return _directory.AddressCount;
        }
    }

    /// <summary>It has none: connections keep their own, on their own threads.</summary>
    public long DueTimestamp => long.MaxValue;

    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or somebody else has the port.</exception>
    public static SharedPort Open(WaitThreads threads, IPAddress address, PortRange port)
    {
        WaitThread wait = threads.Join();
        UdpPort? opened = null;
        SharedPort? shared = null;
        try
        {
            opened = wait.Poller.Open(address, port);
            opened.WidenBuffers();
            shared = new SharedPort(wait, opened, address);
            opened.Owner = shared;
            wait.Poller.Add(opened);
            return shared;
        }
        catch
        {
            if (opened is not null)
            {
                wait.Poller.Remove(opened);
                opened.Dispose();
            }

            wait.Leave(shared);
            throw;
        }
    }

    public PortShare Add(IDatagramReceiver receiver, string fragment)
    {
        lock (_gate)
        {
            var share = new PortShare(this, receiver);
            share.Member = _directory.Add(share, fragment);
            return share;
        }
    }

    /// <summary>Says by which fragments requests name a connection.</summary>
    public void SetFragments(PortShare share, IReadOnlyList<string> fragments)
    {
        lock (_gate)
            _directory.SetFragments(share.Member, fragments);
    }

    /// <summary>Forgets a connection.</summary>
    /// <returns>Whether it was the last one.</returns>
    public bool Remove(PortShare share)
    {
        lock (_gate)
        {
            _directory.Remove(share.Member);
            return _directory.Count == 0;
        }
    }

    public bool TryClaim(PortShare share, in TransportAddress remote, ClaimStrength strength)
    {
        lock (_gate)
            return _directory.TryClaim(share.Member, remote, strength);
    }

    /// <summary>Sends one datagram; any thread may.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram, SocketAddress remote) => _port.SendTo(datagram, remote);

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _wait.Poller.Remove(_port);
            _port.Owner = null;
            _port.Dispose();
        }

        _wait.Leave(this);
    }

    public bool TryRequest() => Interlocked.Exchange(ref _requested, 1) == 0;

    public void BeginRequested() => Interlocked.Exchange(ref _requested, 0);

    public void RunOnWaitThread()
    {
        if (!_port.TakeReady())
            return;
        for (int left = MaxDatagramsPerRun; left > 0; left--)
        {
            if (!TryReceive(out int length, out TransportAddress remote, out PortShare? whose))
                return;
            whose?.Receiver.Receive(_buffer.AsSpan(0, length), new TransportPath(TransportProtocol.Udp, Local, remote));
        }

        _port.MarkReady();
        _wait.RequestRun(this);
    }

    private bool TryReceive(out int length, out TransportAddress remote, out PortShare? whose)
    {
        lock (_gate)
        {
            whose = null;
            (length, remote) = (0, default);
            if (_closed)
                return false;
            if (!_port.TryReceive(_buffer, out length, out remote))
            {
                _wait.Poller.Rearm(_port);
                return false;
            }

            whose = _directory.Find(_buffer.AsSpan(0, length), remote);
            if (whose is null)
                Interlocked.Increment(ref _strangers);
            return true;
        }
    }
}
