using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

/// <summary>One datagram that an agent handed out.</summary>
internal sealed record SentDatagram(SimulatedAgent From, Instant At, TransportPath Path, byte[] Bytes)
{
    public StunClass Class => Read(static m => m.Type.Class);

    public bool IsRequest => Class == StunClass.Request;

    public bool UseCandidate => Read(static m => m.UseCandidate);

    public StunTransactionId TransactionId => Read(static m => m.TransactionId);

    public StunErrorCode Error => Read(static m => m.TryGetErrorCode(out StunErrorCode code) ? code : StunErrorCode.None);

    private T Read<T>(Reader<T> read)
    {
        Assert.True(StunMessage.TryParse(Bytes, out StunMessage message));
        return read(message);
    }

    private delegate T Reader<T>(StunMessage message);
}

internal sealed class SimulatedAgent(string name, IceOptions options, int seed, string[] addresses)
{
    public IceAgent Agent { get; } = Make(options, seed, addresses);

    public List<IceEvent> Events { get; } = [];

    public int Count(IceEventKind kind) => Events.Count(e => e.Kind == kind);

    public TransportPath? Selected => Agent.TryGetSelectedPath(out TransportPath path) ? path : null;

    public override string ToString() => name;

    private static IceAgent Make(IceOptions options, int seed, string[] addresses)
    {
        IceAgent agent = new(options, new SeededRandomSource(seed));
        foreach (string address in addresses)
            Assert.True(agent.AddLocalAddress(IceSimulation.Address(address)));
        return agent;
    }
}

/// <summary>Two agents, virtual time, and a network between them that loses, delays, reorders, blocks and translates addresses.</summary>
internal sealed class IceSimulation
{
    private const int MaxSteps = 1_000_000;

    private readonly PriorityQueue<(SimulatedAgent To, TransportPath Path, byte[] Bytes), (long Ticks, long Order)> _inFlight = new();
    private readonly byte[] _buffer = new byte[IceAgent.MaxDatagramLength];
    private readonly Random _random;
    private long _order;

    public IceSimulation(
        int seed = 1,
        bool answererIsLite = false,
        string[]? offererAddresses = null,
        string[]? answererAddresses = null,
        TimeSpan? consentTimeout = null,
        bool? offererControls = null,
        bool? answererControls = null)
    {
        _random = new(seed);
        TimeSpan consent = consentTimeout ?? TimeSpan.FromSeconds(30);
        Offerer = new("offerer", new() { IsControlling = offererControls ?? true, ConsentTimeout = consent }, seed * 2, offererAddresses ?? ["10.0.0.1:1000"]);
        Answerer = new(
            "answerer",
            new() { Lite = answererIsLite, IsControlling = answererControls ?? false, ConsentTimeout = consent },
            (seed * 2) + 1,
            answererAddresses ?? ["10.0.0.2:2000"]);
        AnswererIsLite = answererIsLite;
    }

    public bool AnswererIsLite { get; }

    public SimulatedAgent Offerer { get; }

    public SimulatedAgent Answerer { get; }

    public Instant Now { get; private set; } = Instant.Zero + TimeSpan.FromHours(1);

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Added to <see cref="Delay"/>, at random up to this: reorders.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Added to <see cref="Delay"/> for some datagrams: a longer way.</summary>
    public Func<SentDatagram, TimeSpan> Detour { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>The share of datagrams lost.</summary>
    public double Loss { get; set; }

    /// <summary>Whether a datagram on this path, as its sender sees it, arrives at all.</summary>
    public Func<SentDatagram, bool> Passes { get; set; } = static _ => true;

    /// <summary>From an agent's own address to the one that the other side sees.</summary>
    public Dictionary<TransportAddress, TransportAddress> Translations { get; } = [];

    public List<SentDatagram> Sent { get; } = [];

    /// <summary>Whether data flows as soon as both have selected a pair.</summary>
    public bool HasData { get; set; } = true;

    public static TransportAddress Address(string text) => TransportAddress.From(IPEndPoint.Parse(text));

    /// <summary>What the SDP does: credentials and host candidates both ways, then both start.</summary>
    public IceSimulation Start(bool offererKnowsCandidates = true, bool answererKnowsCandidates = true)
    {
        Exchange(Answerer, Offerer, isLite: false, answererKnowsCandidates);
        Answerer.Agent.Start(Now);
        Exchange(Offerer, Answerer, AnswererIsLite, offererKnowsCandidates);
        Offerer.Agent.Start(Now);
        return this;
    }

    public static void Exchange(SimulatedAgent to, SimulatedAgent from, bool isLite, bool withCandidates = true)
    {
        Assert.True(to.Agent.SetRemote(from.Agent.LocalCredentials, isLite));
        if (!withCandidates)
            return;
        foreach (IceCandidate candidate in from.Agent.LocalCandidates)
            Assert.True(to.Agent.AddRemoteCandidate(candidate));
    }

    public bool IsConnected => Offerer.Selected is { } a && Answerer.Selected is { } b
        && Seen(a.Local) == b.Remote && Seen(b.Local) == a.Remote;

    public bool RunUntilConnected(TimeSpan? limit = null) => RunUntil(() => IsConnected, limit ?? TimeSpan.FromSeconds(15));

    public void RunFor(TimeSpan duration) => RunUntil(static () => false, duration);

    public bool RunUntil(Func<bool> done, TimeSpan limit)
    {
        Instant end = Now + limit;
        for (int step = 0; step < MaxSteps; step++)
        {
            Drain(Offerer);
            Drain(Answerer);
            if (done())
                return true;
            Instant next = Instant.Min(Offerer.Agent.NextTimeout.At, Answerer.Agent.NextTimeout.At);
            if (_inFlight.TryPeek(out _, out (long Ticks, long) arrival))
                next = Instant.Min(next, new(arrival.Ticks));
            if (next > end)
            {
                Now = end;
                return false;
            }

            if (next > Now)
                Now = next;
            while (_inFlight.TryPeek(out _, out arrival) && arrival.Ticks <= Now.Ticks)
            {
                (SimulatedAgent to, TransportPath path, byte[] bytes) = _inFlight.Dequeue();
                to.Agent.HandleDatagram(bytes, path, Now);
                Drain(to);
            }

            if (HasData && IsConnected)
            {
                Offerer.Agent.HandleData(Offerer.Selected!.Value);
                Answerer.Agent.HandleData(Answerer.Selected!.Value);
            }

            Offerer.Agent.HandleTimeout(Now);
            Answerer.Agent.HandleTimeout(Now);
        }

        Assert.Fail("The agents keep asking to be woken and do nothing.");
        return false;
    }

    /// <summary>Puts a datagram on its way to an agent.</summary>
    public void Inject(SimulatedAgent to, TransportPath path, byte[] bytes) =>
        _inFlight.Enqueue((to, path, bytes), (Now.Ticks, _order++));

    public void Drain(SimulatedAgent from)
    {
        while (from.Agent.TryTakeDatagram(_buffer, out int length, out TransportPath path))
        {
            SentDatagram datagram = new(from, Now, path, _buffer[..length]);
            Sent.Add(datagram);
            SimulatedAgent to = from == Offerer ? Answerer : Offerer;
            if (!Passes(datagram) || _random.NextDouble() < Loss || !TryFindInside(to, path.Remote, out TransportAddress inside))
                continue;
            Instant arrival = Now + Delay + Detour(datagram) + (Jitter * _random.NextDouble());
            _inFlight.Enqueue((to, new(path.Protocol, inside, Seen(path.Local)), datagram.Bytes), (arrival.Ticks, _order++));
        }

        while (from.Agent.TryTakeEvent(out IceEvent e))
            from.Events.Add(e);
    }

    private TransportAddress Seen(TransportAddress inside) => Translations.GetValueOrDefault(inside, inside);

    private bool TryFindInside(SimulatedAgent to, TransportAddress outside, out TransportAddress inside)
    {
        foreach (IceCandidate candidate in to.Agent.LocalCandidates)
        {
            inside = candidate.Address;
            if (candidate.Type == CandidateType.Host && Seen(inside) == outside)
                return true;
        }

        inside = default;
        return false;
    }
}
