using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Tcp;

/// <summary>
/// Two whole peers between which TCP streams can be opened, and UDP passes or does not; in virtual time. A stream brings its bytes in order and cut anywhere, by a seed.
/// </summary>
internal sealed class TcpSimulation : IDisposable
{
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    private readonly Random _cuts;
    private readonly PriorityQueue<Action, (long At, long Order)> _due = new();
    private readonly byte[] _buffer = new byte[2048];
    private readonly Dictionary<TransportPath, TransportPath> _streams = []; // open ones: the offerer's path → the answerer's
    private ushort _nextPort = 50_000;
    private long _order;

    public TcpSimulation(int seed = 1, bool lite = true, bool answererHasUdp = true)
    {
        Seed = seed;
        _cuts = new Random(seed);
        Offerer = new(new WebRtcPeer(Options(seed * 2, lite: false), Now), "offerer");
        Answerer = new(new WebRtcPeer(Options((seed * 2) + 1, lite), Now), "answerer");
        Offerer.Peer.AddLocalAddress(OffererUdp);
        Offerer.Peer.AddLocalAddress(OffererTcp, TransportProtocol.Tcp);
        if (answererHasUdp)
            Answerer.Peer.AddLocalAddress(AnswererUdp);
        Answerer.Peer.AddLocalAddress(AnswererTcp, TransportProtocol.Tcp);
    }

    public static TransportAddress OffererUdp { get; } = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);

    public static TransportAddress OffererTcp { get; } = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 0);

    public static TransportAddress AnswererUdp { get; } = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 3478);

    public static TransportAddress AnswererTcp { get; } = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 443);

    public int Seed { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    public SimulatedPeer Offerer { get; }

    public SimulatedPeer Answerer { get; }

    public bool UdpPasses { get; set; }

    /// <summary>The system of the offerer says so at once when it does not let UDP out.</summary>
    public bool UdpIsRefused { get; set; }

    /// <summary>Why no stream can be opened; null when they can.</summary>
    public string? TcpRefusal { get; set; }

    /// <summary>When each stream was asked for.</summary>
    public List<Instant> Connects { get; } = [];

    public int OpenStreams => _streams.Count;

    public bool BothOpen => Offerer.IsOpen && Answerer.IsOpen;

    public bool AreOnTcp => Offerer.Peer.GetCounters().SelectedPath is { Protocol: TransportProtocol.Tcp } && Answerer.Peer.GetCounters().SelectedPath is { Protocol: TransportProtocol.Tcp };

    public string Offer { get; private set; } = "";

    public string Answer { get; private set; } = "";

    public TcpSimulation Negotiate()
    {
        Offer = Offerer.Peer.CreateOffer();
        Assert.True(Answerer.Peer.TryCreateAnswer(Offer, Now, out string answer, out SdpError error), error.Message);
        Answer = answer;
        Assert.True(Offerer.Peer.TrySetAnswer(answer, Now, out error), error.Message);
        Drain();
        return this;
    }

    public TcpSimulation Connect()
    {
        Negotiate();
        Assert.True(RunUntil(() => BothOpen, TimeSpan.FromSeconds(10)), ToString());
        return this;
    }

    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        Instant end = Now + limit;
        while (!condition())
        {
            Instant next = Instant.Min(Offerer.Peer.NextTimeout.At, Answerer.Peer.NextTimeout.At);
            if (_due.TryPeek(out _, out (long At, long) priority))
                next = Instant.Min(next, new Instant(priority.At));
            if (next > end)
            {
                Now = end;
                return condition();
            }

            Now = next < Now ? Now : next;
            while (_due.TryPeek(out _, out priority) && priority.At <= Now.Ticks)
            {
                _due.Dequeue()();
                Drain();
            }

            Offerer.Peer.HandleTimeout(Now);
            Answerer.Peer.HandleTimeout(Now);
            Drain();
        }

        return true;
    }

    public void Run(TimeSpan time) => RunUntil(static () => false, time);

    public void Send(SimulatedPeer from, byte[] message)
    {
        Assert.Equal(SendResult.Accepted, from.Peer.SendMessage(message, MessageKind.Binary, Now));
        Drain();
    }

    /// <summary>Every stream breaks, as when a NAT forgets it: both sides are told.</summary>
    public void BreakStreams()
    {
        foreach ((TransportPath ours, TransportPath theirs) in _streams.ToArray())
        {
            _streams.Remove(ours);
            Offerer.Peer.HandleStreamClosed(ours, "connection reset", Now);
            Answerer.Peer.HandleStreamClosed(theirs, "connection reset", Now);
        }

        Drain();
    }

    /// <summary>Somebody else opens a stream to the answerer and says something.</summary>
    public TransportPath OpenAsStranger(byte[] says)
    {
        TransportPath path = new(TransportProtocol.Tcp, AnswererTcp, TransportAddress.From(IPAddress.Parse("203.0.113.9"), _nextPort++));
        Answerer.Peer.HandleStreamOpened(path, Now);
        Span<byte> data = says;
        while (Answerer.Peer.TryHandleStreamData(ref data, path, Now))
            Drain();
        Drain();
        return path;
    }

    public override string ToString() => $"seed {Seed}, at {Now}\n{Offerer}\n{Answerer}";

    public void Dispose()
    {
        Offerer.Peer.Dispose();
        Answerer.Peer.Dispose();
    }

    private static PeerOptions Options(int seed, bool lite) =>
        new() { WallClockAtZero = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), Random = new SeededRandomSource(seed), IceLite = lite };

    private void After(TimeSpan delay, Action action) => _due.Enqueue(action, ((Now + delay).Ticks, _order++));

    private void Drain()
    {
        Drain(Offerer, Answerer);
        Drain(Answerer, Offerer);
    }

    private void Drain(SimulatedPeer from, SimulatedPeer to)
    {
        from.Drain(Now);
        while (from.Peer.TryTakeDisconnect(out TransportPath path))
            Disconnect(from, path);
        while (from.Peer.TryTakeConnect(out TransportPath path))
            Open(path);
        while (from.Peer.TryTakeDatagram(_buffer, out int length, out TransportPath path))
        {
            byte[] datagram = _buffer[..length];
            if (path.Protocol == TransportProtocol.Tcp)
                SendByStream(from, to, path, datagram);
            else if (from == Offerer && UdpIsRefused)
                from.Peer.HandleUnsent(path, Now);
            else if (UdpPasses)
                After(Delay, () => to.Peer.HandleDatagram(datagram, new(TransportProtocol.Udp, path.Remote, path.Local), Now));
        }

        from.Drain(Now);
    }

    private void Open(TransportPath path)
    {
        Connects.Add(Now);
        After(2 * Delay, () =>
        {
            if (TcpRefusal is { } why)
            {
                Offerer.Peer.HandleStreamClosed(path, why, Now);
                return;
            }

            TransportPath theirs = new(TransportProtocol.Tcp, path.Remote, TransportAddress.From(path.Local.ToIPAddress(), _nextPort++));
            _streams[path] = theirs;
            Answerer.Peer.HandleStreamOpened(theirs, Now);
            Offerer.Peer.HandleStreamOpened(path, Now);
        });
    }

    private void Disconnect(SimulatedPeer from, TransportPath path)
    {
        foreach ((TransportPath ours, TransportPath theirs) in _streams.ToArray())
        {
            if ((from == Offerer ? ours : theirs) != path)
                continue;
            _streams.Remove(ours);
            (from == Offerer ? Answerer : Offerer).Peer.HandleStreamClosed(from == Offerer ? theirs : ours, "the other side closed the connection", Now);
        }
    }

    private void SendByStream(SimulatedPeer from, SimulatedPeer to, TransportPath path, byte[] datagram)
    {
        byte[] frame = [(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram];
        KeyValuePair<TransportPath, TransportPath> stream = _streams.FirstOrDefault(s => (from == Offerer ? s.Key : s.Value) == path);
        if (stream.Key == default)
            return; // closed: the driver counts it
        while (frame.Length > 0)
        {
            byte[] piece = frame[..Math.Min(frame.Length, _cuts.Next(1, 2000))];
            frame = frame[piece.Length..];
            After(Delay, () =>
            {
                if (!_streams.ContainsKey(stream.Key))
                    return;
                Span<byte> data = piece;
                while (to.Peer.TryHandleStreamData(ref data, to == Offerer ? stream.Key : stream.Value, Now))
                    Drain();
            });
        }
    }
}
