using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

/// <summary>What the simulated link does to datagrams.</summary>
internal sealed record LinkConditions
{
    public int LossPercent { get; init; }

    public int DuplicatePercent { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Each datagram takes up to this much longer, so that datagrams overtake each other.</summary>
    public TimeSpan Jitter { get; init; }
}

/// <summary>A client and a server of ours in virtual time, with a seeded link between them.</summary>
internal sealed class DtlsPair : IDisposable
{
    private static readonly DateTimeOffset s_anchor = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<(DtlsSide To, byte[] Datagram), (long At, int Order)> _onTheWay = new();
    private readonly Random _random;
    private readonly LinkConditions _link;
    private int _order;

    public DtlsPair(int seed = 1, LinkConditions? link = null, Func<DtlsOptions, DtlsOptions>? client = null, Func<DtlsOptions, DtlsOptions>? server = null, int mtu = 1200)
    {
        Seed = seed;
        _random = new Random(seed);
        _link = link ?? new LinkConditions();
        var source = new SeededRandomSource(seed);
        ClientCertificate = DtlsCertificate.Create(s_anchor, source);
        ServerCertificate = DtlsCertificate.Create(s_anchor, source);
        var clientOptions = new DtlsOptions
        {
            Role = DtlsRole.Client,
            Certificate = ClientCertificate,
            PeerFingerprints = [ServerCertificate.Sha256Fingerprint],
            Random = source,
            MaxDatagramSize = mtu,
        };
        var serverOptions = new DtlsOptions
        {
            Role = DtlsRole.Server,
            Certificate = ServerCertificate,
            PeerFingerprints = [ClientCertificate.Sha256Fingerprint],
            Random = source,
            MaxDatagramSize = mtu,
        };
        Client = new DtlsSide("client", new DtlsConnection(client?.Invoke(clientOptions) ?? clientOptions));
        Server = new DtlsSide("server", new DtlsConnection(server?.Invoke(serverOptions) ?? serverOptions));
        Client.Peer = Server;
        Server.Peer = Client;
    }

    public int Seed { get; }

    public DtlsCertificate ClientCertificate { get; }

    public DtlsCertificate ServerCertificate { get; }

    public DtlsSide Client { get; }

    public DtlsSide Server { get; }

    public Instant Now { get; private set; }

    public bool BothConnected => Client.Connection.IsConnected && Server.Connection.IsConnected;

    /// <summary>A pair that has connected over a good link, and whose client has said something: the server knows that its last flight has come.</summary>
    public static DtlsPair Connected(int seed = 1)
    {
        var pair = new DtlsPair(seed);
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        pair.Send(pair.Client, [0]);
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Server.Received.Clear();
        return pair;
    }

    public void Start()
    {
        Server.Connection.Start(Now);
        Client.Connection.Start(Now);
        Drain(Server);
        Drain(Client);
    }

    /// <summary>Lets time pass until <paramref name="done"/>; false when it takes longer than <paramref name="limit"/>.</summary>
    public bool RunUntil(Func<bool> done, TimeSpan limit)
    {
        Instant end = Now + limit;
        while (!done())
        {
            Instant next = Instant.Min(Client.Connection.NextTimeout.At, Server.Connection.NextTimeout.At);
            if (_onTheWay.TryPeek(out _, out (long At, int Order) key))
                next = Instant.Min(next, new Instant(key.At));
            if (next > end || next == Instant.Never)
            {
                Now = end;
                return false;
            }

            Now = next;
            while (_onTheWay.TryPeek(out (DtlsSide To, byte[] Datagram) item, out key) && new Instant(key.At) <= Now)
            {
                _onTheWay.Dequeue();
                Deliver(item.To, item.Datagram);
            }

            foreach (DtlsSide side in (DtlsSide[])[Client, Server])
            {
                side.Connection.HandleTimeout(Now);
                Drain(side);
            }
        }

        return true;
    }

    public void Run(TimeSpan time) => RunUntil(() => false, time);

    /// <summary>Hands a datagram over at once, by-passing the link.</summary>
    public void Deliver(DtlsSide to, ReadOnlySpan<byte> datagram)
    {
        Span<byte> rest = datagram.ToArray();
        while (to.Connection.TryHandleRecord(ref rest, Now, out ReadOnlySpan<byte> data))
        {
            if (!data.IsEmpty)
                to.Received.Add(data.ToArray());
        }

        Drain(to);
    }

    /// <summary>Sends application data over the link.</summary>
    public void Send(DtlsSide from, ReadOnlySpan<byte> data)
    {
        var buffer = new byte[data.Length + DtlsConnection.RecordOverhead];
        Assert.True(from.Connection.TryProtect(data, buffer, out int length));
        Carry(from, buffer.AsSpan(0, length).ToArray());
    }

    public void Drain(DtlsSide side)
    {
        var buffer = new byte[1500];
        while (side.Connection.TryTakeDatagram(buffer, out int length))
            Carry(side, buffer.AsSpan(0, length).ToArray());
        while (side.Connection.TryTakeEvent(out DtlsEvent e))
        {
            side.Events.Add(e);
            if (e.Kind == DtlsEventKind.Connected)
                side.OnConnected?.Invoke();
        }
    }

    public string Describe() =>
        $"seed {Seed}, at {Now}: client {Client.Connection.Step} {Client.Failure?.Detail}; server {Server.Connection.Step} {Server.Failure?.Detail}";

    public void Dispose()
    {
        Client.Connection.Dispose();
        Server.Connection.Dispose();
        ClientCertificate.Dispose();
        ServerCertificate.Dispose();
    }

    private void Carry(DtlsSide from, byte[] datagram)
    {
        from.Sent.Add(datagram);
        foreach (byte[] carried in from.Intercept?.Invoke(datagram) ?? [datagram])
        {
            if (_random.Next(100) < _link.LossPercent)
                continue;
            int copies = _random.Next(100) < _link.DuplicatePercent ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                Instant at = Now + _link.Delay + (_link.Jitter * _random.NextDouble());
                _onTheWay.Enqueue((from.Peer, carried), (at.Ticks, _order++));
            }
        }
    }
}

/// <summary>One of the two, and what has happened to it.</summary>
internal sealed class DtlsSide(string name, DtlsConnection connection)
{
    public string Name { get; } = name;

    public DtlsConnection Connection { get; } = connection;

    public DtlsSide Peer { get; set; } = null!;

    public List<DtlsEvent> Events { get; } = [];

    public List<byte[]> Sent { get; } = [];

    public List<byte[]> Received { get; } = [];

    /// <summary>Replaces what this side sends by none, one or several datagrams.</summary>
    public Func<byte[], byte[][]>? Intercept { get; set; }

    public Action? OnConnected { get; set; }

    public DtlsFailure? Failure => Events.Select(e => e.Failure).FirstOrDefault(f => f is not null);
}
