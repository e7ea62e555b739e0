using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>Offers and answers, changed letter by letter, into a whole peer. What it takes it must be able to live with.</summary>
internal sealed class SdpFuzz(int seed, FuzzReport report)
{
    private static readonly DateTimeOffset s_wallClock = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TransportAddress s_local = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);

    private readonly Random _random = new(seed);
    private string _last = "";

    public void Run(int inputs)
    {
        TextMutator mutator = new(_random);
        WebRtcPeer? answerer = null;
        WebRtcPeer? offerer = null;
        using WebRtcPeer other = New();
        string offer = other.CreateOffer();
        string answer = "";
        for (int i = 0; i < inputs; i++)
        {
            Instant now = new(TimeSpan.FromSeconds(i).Ticks);
            answerer ??= New();
            if (offerer is null)
            {
                offerer = New();
                using WebRtcPeer honest = New();
                if (!honest.TryCreateAnswer(offerer.CreateOffer(), now, out answer, out SdpError problem))
                    throw Failure($"An honest offer is refused: {problem}", null);
            }

            report.Count("SDP");
            if (_random.Next(2) == 0)
            {
                _last = mutator.Mutate(offer);
                if (answerer.TryCreateAnswer(_last, now, out string made, out SdpError error))
                {
                    if (!SessionDescription.TryParse(made, out _, out error))
                        throw Failure($"The answer to a changed offer cannot be read: {error}\n{made}", null);
                    Live(answerer, now);
                    answerer = null;
                }
                else
                {
                    Check(error);
                }
            }
            else
            {
                _last = mutator.Mutate(answer);
                if (offerer.TrySetAnswer(_last, now, out SdpError error))
                {
                    Live(offerer, now);
                    offerer = null;
                }
                else
                {
                    Check(error);
                }
            }
        }

        answerer?.Dispose();
        offerer?.Dispose();
    }

    public FuzzFailureException Failure(string message, Exception? inner) => new($"{message} [SDP]\nThe text:\n{_last}", inner);

    private static WebRtcPeer New()
    {
        WebRtcPeer peer = new(new PeerOptions { WallClockAtZero = s_wallClock, Random = new SeededRandomSource(5) }, Instant.Zero);
        peer.AddLocalAddress(s_local);
        return peer;
    }

    private void Check(SdpError error)
    {
        if (string.IsNullOrEmpty(error.Message) || error.Message.Any(char.IsControl) || (error.LineText?.Any(char.IsControl) ?? false))
            throw Failure($"A refusal without a readable reason: {error}", null);
    }

    /// <summary>Half a minute of checks to whatever the text named; nobody answers, so that it ends with a name.</summary>
    private void Live(WebRtcPeer peer, Instant now)
    {
        report.Connections++;
        byte[] buffer = new byte[2048];
        Instant end = now + TimeSpan.FromSeconds(30);
        int wakes = 0;
        PeerEvent? last = null;
        while (last?.Kind != PeerEventKind.Ended)
        {
            int datagrams = 0;
            while (peer.TryTakeDatagram(buffer, out _, out _))
            {
                if (++datagrams > Duel.MaxDatagramsForAnInput)
                    throw Failure("Datagrams without end.", null);
            }

            while (peer.TryTakeEvent(out PeerEvent e))
                last = e;
            Instant next = peer.NextTimeout.At;
            if (last?.Kind == PeerEventKind.Ended)
                break;
            if (next > end || ++wakes > 30 * Duel.MaxWakesInASecond)
                throw Failure($"It neither connects nor ends: next {peer.NextTimeout}, {wakes} wake-ups.", null);
            now = next > now ? next : now;
            peer.HandleTimeout(now);
        }

        report.CountEnd($"SDP, {last.Value.End!.Reason}");
        peer.Dispose();
    }
}
