using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;

/// <summary>What a simulated line does to datagrams, each way.</summary>
/// <param name="Delay">One way; half a round trip.</param>
/// <param name="Loss">The chance that a datagram is lost, 0 to 1.</param>
/// <param name="Jitter">Added to the delay, uniformly.</param>
/// <param name="BytesPerSecond">What it carries; 0: all.</param>
/// <param name="QueueBytes">How much waits in front of it; what comes beyond is lost.</param>
internal readonly record struct VirtualLink(TimeSpan Delay, double Loss = 0, TimeSpan Jitter = default, int BytesPerSecond = 0, int QueueBytes = 0);

/// <summary>Two engine peers on a simulated line, in virtual time: time jumps from one event to the next.</summary>
internal sealed class VirtualPair : IDisposable
{
    private static readonly TransportAddress s_offererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);
    private static readonly TransportAddress s_answererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 3478);

    private readonly PriorityQueue<(WebRtcPeer To, byte[] Bytes, TransportPath Path), (long At, int Order)> _inFlight = new();
    private readonly Random _network;
    private readonly byte[] _buffer = new byte[2048];
    private int _sent;
    private (Instant Offerer, Instant Answerer) _freeAt;

    /// <param name="link">The line between the two.</param>
    /// <param name="lite">Whether the answering side is ICE-lite, as production is.</param>
    /// <param name="channelId">The channel's id where both sides know it beforehand.</param>
    /// <param name="answererIsDtlsServer">Whether the offering side is the DTLS client.</param>
    /// <param name="seed">What the line loses, and what the peers draw.</param>
    public VirtualPair(VirtualLink link, bool lite, ushort? channelId = null, bool answererIsDtlsServer = false, int seed = 1)
    {
        Link = link;
        _network = new Random(seed);
        PeerOptions options = new()
        {
            WallClockAtZero = DateTimeOffset.UnixEpoch.AddYears(56),
            Random = new SeededRandom(seed),
            NegotiatedChannelId = channelId,
            AnswerAsDtlsServer = answererIsDtlsServer,
        };
        Offerer = new WebRtcPeer(options, Now);
        Answerer = new WebRtcPeer(options with { IceLite = lite }, Now);
        Offerer.AddLocalAddress(s_offererAddress);
        Answerer.AddLocalAddress(s_answererAddress);
    }

    public WebRtcPeer Offerer { get; }

    public WebRtcPeer Answerer { get; }

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>When each of the offerer's events came; and of the answerer's.</summary>
    public Dictionary<PeerEventKind, Instant> OffererEvents { get; } = [];

    public Dictionary<PeerEventKind, Instant> AnswererEvents { get; } = [];

    /// <summary>When the offerer had its first message.</summary>
    public Instant? FirstMessage { get; private set; }

    /// <summary>Why the connection ended, where it did.</summary>
    public PeerEnd? End { get; private set; }

    public int DatagramsSent => _sent;

    /// <summary>Datagrams lost because the queue was full.</summary>
    public int Overflowed { get; private set; }

    /// <summary>The line; may change while the pair runs.</summary>
    public VirtualLink Link { get; set; }

    /// <summary>Called with each message that either side takes.</summary>
    public Action<WebRtcPeer, byte[]>? OnMessage { get; set; }

    /// <summary>Lets time pass until <paramref name="done"/>.</summary>
    /// <returns>False: it had not happened at <paramref name="end"/>.</returns>
    public bool RunUntil(Func<bool> done, Instant end)
    {
        Drain();
        while (!done())
        {
            if (!Step(end))
            {
                Now = end;
                return false;
            }
        }

        return true;
    }

    /// <summary>Exchanges offer and answer, and runs until the offerer has the message that the answerer sends as soon as its channel is open.</summary>
    public void Connect()
    {
        Negotiate();
        while (FirstMessage is null)
        {
            if (!Step())
                throw new InvalidOperationException("They did not connect.");
        }
    }

    /// <summary>Exchanges offer and answer, and runs until the offerer's channel is open.</summary>
    /// <returns>How long it took; null when it failed.</returns>
    public TimeSpan? TryConnect()
    {
        Negotiate();
        while (!OffererEvents.ContainsKey(PeerEventKind.ChannelOpen))
        {
            if (End is not null || !Step())
                return null;
        }

        return OffererEvents[PeerEventKind.ChannelOpen] - Instant.Zero;
    }

    private void Negotiate()
    {
        if (!Answerer.TryCreateAnswer(Offerer.CreateOffer(), Now, out string answer, out SdpError error) || !Offerer.TrySetAnswer(answer, Now, out error))
            throw new InvalidOperationException(error.Message);
        Drain();
    }

    public void Dispose()
    {
        Offerer.Dispose();
        Answerer.Dispose();
    }

    private bool Step() => Step(Instant.Zero + TimeSpan.FromMinutes(1));

    private bool Step(Instant end)
    {
        Instant next = Instant.Min(Offerer.NextTimeout.At, Answerer.NextTimeout.At);
        if (_inFlight.TryPeek(out _, out (long At, int Order) first))
            next = Instant.Min(next, new Instant(first.At));
        if (next > end)
            return false;
        Now = next < Now ? Now : next;
        while (_inFlight.TryPeek(out (WebRtcPeer To, byte[] Bytes, TransportPath Path) datagram, out first) && first.At <= Now.Ticks)
        {
            _inFlight.Dequeue();
            datagram.To.HandleDatagram(datagram.Bytes, datagram.Path, Now);
            Drain();
        }

        Offerer.HandleTimeout(Now);
        Answerer.HandleTimeout(Now);
        Drain();
        return true;
    }

    private void Drain()
    {
        Drain(Offerer, Answerer, OffererEvents);
        Drain(Answerer, Offerer, AnswererEvents);
    }

    private void Drain(WebRtcPeer from, WebRtcPeer to, Dictionary<PeerEventKind, Instant> events)
    {
        while (true)
        {
            while (from.TryTakeDatagram(_buffer, out int length, out TransportPath path))
            {
                _sent++;
                if (_network.NextDouble() < Link.Loss)
                    continue;
                if (!TryQueue(from, length, out TimeSpan queued))
                    continue;
                Instant at = Now + queued + Link.Delay + (Link.Jitter * _network.NextDouble());
                _inFlight.Enqueue((to, _buffer[..length], new(path.Protocol, path.Remote, path.Local)), (at.Ticks, _sent));
            }

            if (!from.TryTakeEvent(out PeerEvent e))
                break;
            events.TryAdd(e.Kind, Now);
            End ??= e.End;
            if (e.Kind == PeerEventKind.ChannelOpen && from == Answerer)
                from.SendMessage("""{"type":"session.created"}"""u8, MessageKind.Text, Now);
        }

        if (from == Offerer && FirstMessage is null && from.TryPeekMessage(out _, out _))
            FirstMessage = Now;
        while (OnMessage is not null && from.TryPeekMessage(out int length, out _))
        {
            byte[] message = new byte[length];
            from.TakeMessage(message, Now);
            OnMessage(from, message);
        }
    }

    /// <summary>How long a datagram waits for the line and takes on it.</summary>
    private bool TryQueue(WebRtcPeer from, int length, out TimeSpan queued)
    {
        queued = default;
        if (Link.BytesPerSecond == 0)
            return true;
        ref Instant free = ref from == Offerer ? ref _freeAt.Offerer : ref _freeAt.Answerer;
        if (free < Now)
            free = Now;
        TimeSpan waits = free - Now;
        if (waits.TotalSeconds * Link.BytesPerSecond > Link.QueueBytes)
        {
            Overflowed++;
            return false;
        }

        queued = waits + TimeSpan.FromSeconds((double)length / Link.BytesPerSecond);
        free = Now + queued;
        return true;
    }

    private sealed class SeededRandom(int seed) : RandomSource
    {
        private readonly Random _random = new(seed);

        public override void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
