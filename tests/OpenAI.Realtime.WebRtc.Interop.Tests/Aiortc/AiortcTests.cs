using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Aiortc;

/// <summary>Our engine against aiortc: another ICE, OpenSSL's DTLS, another SRTP, another SCTP, libopus.</summary>
public class AiortcTests
{
    private static readonly IOpusCodecFactory Codec = LibOpusCodecFactory.Default;

    public enum Shape
    {
        WeOffer,
        AiortcOffers,
        AiortcOffersToADtlsServer,
        AiortcOffersToALiteAgent,
    }

    [AiortcTheory]
    [InlineData(Shape.WeOffer)]
    [InlineData(Shape.AiortcOffers)]
    [InlineData(Shape.AiortcOffersToADtlsServer)]
    [InlineData(Shape.AiortcOffersToALiteAgent)]
    public async Task Connects_talks_and_closes(Shape shape)
    {
        await using AiortcPeer aiortc = new();
        await using IPeerConnection peer = Create(shape);
        await NegotiateAsync(shape, peer, aiortc);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await Peers.UntilAsync(aiortc.ReportAsync, r => r.Channel == "open", "aiortc's channel to be open");

        await using ToneSpeaker speaker = new(peer, Codec, 440);
        await using ToneListener listener = new(peer, Codec);
        await listener.HearAsync(1000, Peers.Patience);
        await Peers.UntilAsync(aiortc.ReportAsync, r => r.Frequency is > 430 and < 450, "aiortc to hear 440 Hz");

        // aiortc advertises, and takes, 64 KiB.
        int[] sizes = [1, 1_200, 65_535];
        foreach (int size in sizes)
        {
            await peer.Messages.SendAsync(Pattern(size), MessageKind.Binary);
            await aiortc.SendAsync(size, text: false);
            using IncomingMessage? message = await peer.Messages.ReceiveAsync().AsTask().WaitAsync(Peers.Patience);
            Assert.True(Pattern(size).AsSpan().SequenceEqual(message!.Memory.Span), $"{size} bytes from aiortc arrived changed.");
        }

        AiortcReport report = await Peers.UntilAsync(aiortc.ReportAsync, r => r.Messages.Count == sizes.Length, "every message in aiortc");
        for (int i = 0; i < sizes.Length; i++)
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Pattern(sizes[i]))), report.Messages[i].Sha256);
        await Assert.ThrowsAsync<ArgumentException>(() => peer.Messages.SendAsync(new byte[65_537], MessageKind.Binary).AsTask());

        await peer.CloseAsync();
        Assert.Equal(PeerEndReason.ClosedLocally, (await peer.Completion).Reason);
        await Peers.UntilAsync(aiortc.ReportAsync, r => r.Channel == "closed", "aiortc to see the channel closed");
    }

    [AiortcTheory]
    [InlineData(Shape.WeOffer)]
    [InlineData(Shape.AiortcOffersToALiteAgent)]
    public async Task Aiortc_closing_ends_the_connection_as_closed_by_the_peer(Shape shape)
    {
        await using AiortcPeer aiortc = new();
        await using IPeerConnection peer = Create(shape);
        await NegotiateAsync(shape, peer, aiortc);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await aiortc.CloseAsync();
        Assert.Equal(PeerEndReason.ClosedByPeer, (await peer.Completion.WaitAsync(Peers.Patience)).Reason);
    }

    private static IPeerConnection Create(Shape shape) => new PeerConnectionFactory().Create(new PeerConnectionOptions
    {
        AnswerAsDtlsServer = shape == Shape.AiortcOffersToADtlsServer,
        IceLite = shape == Shape.AiortcOffersToALiteAgent,
    });

    private static async Task NegotiateAsync(Shape shape, IPeerConnection peer, AiortcPeer aiortc)
    {
        if (shape == Shape.WeOffer)
            peer.SetAnswer(await aiortc.AnswerAsync(await peer.CreateOfferAsync(), 1000));
        else
            await aiortc.SetAnswerAsync(await peer.CreateAnswerAsync(await aiortc.OfferAsync(1000)));
    }

    private static byte[] Pattern(int size)
    {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++)
            bytes[i] = (byte)(i * 31);
        return bytes;
    }
}
