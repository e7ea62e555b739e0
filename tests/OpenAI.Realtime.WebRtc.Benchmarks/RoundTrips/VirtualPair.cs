using System.Net;
using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Benchmarks.RoundTrips;

/// <summary>Two engine peers on a link that only delays, in virtual time: time jumps from one event to the next.</summary>
internal sealed class VirtualPair : IDisposable
{
    private static readonly TransportAddress s_offererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);
    private static readonly TransportAddress s_answererAddress = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 3478);

    private readonly PriorityQueue<(WebRtcPeer To, byte[] Bytes, TransportPath Path), (long At, int Order)> _inFlight = new();
    private readonly TimeSpan _oneWay;
    private readonly byte[] _buffer = new byte[2048];
    private int _sent;

    /// <param name="oneWay">The delay each way; half a round trip.</param>
    /// <param name="lite">Whether the answering side is ICE-lite, as production is.</param>
    /// <param name="channelId">The channel's id where both sides know it beforehand.</param>
    public VirtualPair(TimeSpan oneWay, bool lite, ushort? channelId = null)
    {
        _oneWay = oneWay;
        PeerOptions options = new() { WallClockAtZero = DateTimeOffset.UnixEpoch.AddYears(56), Random = new SystemRandom(), NegotiatedChannelId = channelId };
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

    /// <summary>Exchanges offer and answer, and runs until the offerer has the message that the answerer sends as soon as its channel is open.</summary>
    public void Connect()
    {
        if (!Answerer.TryCreateAnswer(Offerer.CreateOffer(), Now, out string answer, out SdpError error) || !Offerer.TrySetAnswer(answer, Now, out error))
            throw new InvalidOperationException(error.Message);
        Drain();
        while (FirstMessage is null)
            Step();
    }

    public void Dispose()
    {
        Offerer.Dispose();
        Answerer.Dispose();
    }

    private void Step()
    {
        Instant next = Instant.Min(Offerer.NextTimeout.At, Answerer.NextTimeout.At);
        if (_inFlight.TryPeek(out _, out (long At, int Order) first))
            next = Instant.Min(next, new Instant(first.At));
        if (next > Instant.Zero + TimeSpan.FromMinutes(1))
            throw new InvalidOperationException("They did not connect.");
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
                _inFlight.Enqueue((to, _buffer[..length], new(path.Protocol, path.Remote, path.Local)), ((Now + _oneWay).Ticks, _sent++));
            if (!from.TryTakeEvent(out PeerEvent e))
                break;
            events.TryAdd(e.Kind, Now);
            if (e.Kind == PeerEventKind.ChannelOpen && from == Answerer)
                from.SendMessage("""{"type":"session.created"}"""u8, MessageKind.Text, Now);
        }

        if (from == Offerer && FirstMessage is null && from.TryPeekMessage(out _, out _))
            FirstMessage = Now;
    }

    private sealed class SystemRandom : RandomSource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
