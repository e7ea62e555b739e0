using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>
/// Two whole peers on a seeded network in virtual time. The same seed makes the same decisions; time jumps from one event to the next.
/// </summary>
internal sealed class PeerSimulation : IDisposable
{
    private static readonly DateTimeOffset WallClock = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Random _network;
    private readonly PriorityQueue<(SimulatedPeer To, byte[] Bytes, TransportPath Path), (long At, long Order)> _inFlight = new();
    private readonly byte[] _buffer = new byte[2048];
    private long _order;

    public PeerSimulation(int seed, Link? link = null, Func<PeerOptions, PeerOptions>? offerer = null, Func<PeerOptions, PeerOptions>? answerer = null)
    {
        Seed = seed;
        Link = link ?? Link.Perfect;
        _network = new Random(seed);
        Offerer = new(new WebRtcPeer(Configure(seed * 2, offerer), Now), "offerer");
        Answerer = new(new WebRtcPeer(Configure((seed * 2) + 1, answerer), Now), "answerer");
        OffererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);
        AnswererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 40002);
        Offerer.Peer.AddLocalAddress(OffererAddress);
        Answerer.Peer.AddLocalAddress(AnswererAddress);
    }

    public int Seed { get; }

    public Link Link { get; set; }

    public Instant Now { get; private set; } = Instant.Zero;

    public SimulatedPeer Offerer { get; }

    public SimulatedPeer Answerer { get; }

    public TransportAddress OffererAddress { get; }

    public TransportAddress AnswererAddress { get; }

    /// <summary>Sees every datagram that is sent before chance does; false loses it.</summary>
    public Func<Datagram, bool>? Deliver { get; set; }

    /// <summary>Further addresses of either side, to which packets are carried as well.</summary>
    public HashSet<TransportAddress> MoreAddresses { get; } = [];

    /// <summary>Whether anything passes from the first address to the second.</summary>
    public Func<TransportPath, bool>? Passes { get; set; }

    /// <summary>Sees what goes to an address that is neither's.</summary>
    public Action<TransportPath, byte[]>? ToElsewhere { get; set; }

    /// <summary>May change the offer or the answer on the way.</summary>
    public Func<string, string>? RewriteOffer { get; set; }

    public Func<string, string>? RewriteAnswer { get; set; }

    /// <summary>How long the answer is on its way; the answerer has begun by then.</summary>
    public TimeSpan AnswerDelay { get; set; }

    /// <summary>How the answerer sees the offerer: what a NAT makes of its address. Default: its own.</summary>
    public TransportAddress? OffererSeenAs { get; set; }

    /// <summary>How the offerer sees the answerer.</summary>
    public TransportAddress? AnswererSeenAs { get; set; }

    public bool BothOpen => Offerer.IsOpen && Answerer.IsOpen;

    public bool EitherEnded => Offerer.End is not null || Answerer.End is not null;

    /// <summary>Exchanges offer and answer; the network starts to flow.</summary>
    public void Negotiate()
    {
        string offer = Offerer.Peer.CreateOffer();
        offer = RewriteOffer?.Invoke(offer) ?? offer;
        Assert.True(Answerer.Peer.TryCreateAnswer(offer, Now, out string answer, out SdpError offerError), offerError.Message);
        answer = RewriteAnswer?.Invoke(answer) ?? answer;
        Drain();
        Run(AnswerDelay);
        Assert.True(Offerer.Peer.TrySetAnswer(answer, Now, out SdpError answerError), answerError.Message);
        Drain();
    }

    /// <summary>Negotiates and runs until both channels are open; fails with the story of both sides.</summary>
    public PeerSimulation Connect(TimeSpan? within = null)
    {
        Negotiate();
        Assert.True(RunUntil(() => BothOpen, within ?? TimeSpan.FromMinutes(1)), ToString());
        return this;
    }

    /// <summary>Runs until <paramref name="condition"/> holds or <paramref name="limit"/> of virtual time has passed; says which.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        Instant end = Now + limit;
        while (!condition())
        {
            if (!Step(end))
                return condition();
        }

        return true;
    }

    /// <summary>Lets <paramref name="time"/> pass.</summary>
    public void Run(TimeSpan time) => RunUntil(() => false, time);

    /// <summary>Sends a message, running the network while the buffer is full.</summary>
    public void Send(SimulatedPeer from, byte[] message, MessageKind kind = MessageKind.Binary)
    {
        SendResult result = SendResult.BufferFull;
        RunUntil(
            () => (result = from.Peer.SendMessage(message, kind, Now)) != SendResult.BufferFull || EitherEnded,
            TimeSpan.FromMinutes(5));
        Assert.True(result == SendResult.Accepted, $"{result}; {this}");
        Drain();
    }

    /// <summary>Takes all that both peers want to say and puts it on the network.</summary>
    public void Drain()
    {
        Drain(Offerer, Answerer);
        Drain(Answerer, Offerer);
    }

    public override string ToString() => $"seed {Seed}, {Link}, at {Now}\n{Offerer}\n{Answerer}";

    public void Dispose()
    {
        Offerer.Peer.Dispose();
        Answerer.Peer.Dispose();
    }

    private static PeerOptions Configure(int seed, Func<PeerOptions, PeerOptions>? change)
    {
        PeerOptions options = new() { WallClockAtZero = WallClock, Random = new SeededRandomSource(seed) };
        return change?.Invoke(options) ?? options;
    }

    private bool Step(Instant end)
    {
        Instant next = Instant.Min(Offerer.IsAsleep ? Instant.Never : Offerer.Peer.NextTimeout.At, Answerer.IsAsleep ? Instant.Never : Answerer.Peer.NextTimeout.At);
        if (_inFlight.TryPeek(out _, out (long At, long Order) priority))
            next = Instant.Min(next, new Instant(priority.At));
        if (next > end)
        {
            Now = end;
            return false;
        }

        // A timeout in the past is due now: time never runs backwards.
        Now = next < Now ? Now : next;
        while (_inFlight.TryPeek(out (SimulatedPeer To, byte[] Bytes, TransportPath Path) datagram, out priority) && priority.At <= Now.Ticks)
        {
            _inFlight.Dequeue();
            if (datagram.To.IsAsleep)
                continue;
            datagram.To.Peer.HandleDatagram(datagram.Bytes, datagram.Path, Now);
            Drain();
        }

        if (!Offerer.IsAsleep && Offerer.Peer.NextTimeout.At <= Now)
            Offerer.Peer.HandleTimeout(Now);
        if (!Answerer.IsAsleep && Answerer.Peer.NextTimeout.At <= Now)
            Answerer.Peer.HandleTimeout(Now);
        Drain();
        return true;
    }

    private void Drain(SimulatedPeer from, SimulatedPeer to)
    {
        from.Drain(Now);
        while (from.Peer.TryTakeDatagram(_buffer, out int length, out TransportPath path))
        {
            byte[] bytes = _buffer.AsSpan(0, length).ToArray();
            Datagram datagram = new(from == Offerer, bytes, from.DatagramsSent++);
            TransportAddress offererSeen = OffererSeenAs ?? OffererAddress, answererSeen = AnswererSeenAs ?? AnswererAddress;
            bool isFirst = path.Remote == (to == Offerer ? offererSeen : answererSeen);
            bool reachable = isFirst || MoreAddresses.Contains(path.Remote);
            if (!reachable)
                ToElsewhere?.Invoke(path, bytes);
            if (!reachable || length > Link.Mtu || Deliver?.Invoke(datagram) == false || Passes?.Invoke(path) == false)
                continue;
            int copies = _network.NextDouble() < Link.Loss ? 0 : _network.NextDouble() < Link.Duplication ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                TimeSpan delay = Link.Delay + (Link.Jitter * _network.NextDouble());
                TransportAddress inside = !isFirst ? path.Remote : to == Offerer ? OffererAddress : AnswererAddress;
                TransportAddress seen = MoreAddresses.Contains(path.Local) ? path.Local : to == Offerer ? answererSeen : offererSeen;
                TransportPath back = new(path.Protocol, inside, seen);
                _inFlight.Enqueue((to, i == 0 ? bytes : [.. bytes], back), ((Now + delay).Ticks, _order++));
            }
        }

        from.Drain(Now);
    }
}
