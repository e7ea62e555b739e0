using System.Net;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Chromium;

/// <summary>Our engine against the browser that most of the world runs, on the machine's own address.</summary>
[Collection(nameof(ChromiumBrowser))]
public class ChromiumTests(ChromiumBrowser browser)
{
    private static readonly IOpusCodecFactory Codec = LibOpusCodecFactory.Default;

    public enum Shape
    {
        /// <summary>We offer, Chromium answers; it is the DTLS client.</summary>
        WeOffer,

        /// <summary>Chromium offers, we answer; we are the DTLS client.</summary>
        ChromiumOffers,

        /// <summary>Chromium offers, we answer as the DTLS server.</summary>
        ChromiumOffersToADtlsServer,

        /// <summary>Chromium offers, we answer as production does: ICE-lite, setup:active.</summary>
        ChromiumOffersToALiteAgent,
    }

    [ChromiumTheory]
    [InlineData(Shape.WeOffer)]
    [InlineData(Shape.ChromiumOffers)]
    [InlineData(Shape.ChromiumOffersToADtlsServer)]
    [InlineData(Shape.ChromiumOffersToALiteAgent)]
    public async Task Connects_talks_and_closes(Shape shape)
    {
        await using ChromiumPeer chromium = await browser.NewPeerAsync();
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions
        {
            AnswerAsDtlsServer = shape == Shape.ChromiumOffersToADtlsServer,
            IceLite = shape == Shape.ChromiumOffersToALiteAgent,
        });
        await NegotiateAsync(shape, peer, chromium);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await Peers.UntilAsync(chromium.ReportAsync, r => r.Channel == "open", "Chromium's channel to be open");

        // Audio both ways, each side measuring the other's frequency.
        await using ToneSpeaker speaker = new(peer, Codec, 440);
        await using ToneListener listener = new(peer, Codec);
        await listener.HearAsync(1000, Peers.Patience);
        ChromiumReport heard = await Peers.UntilAsync(chromium.ReportAsync, r => r.Frequency is > 430 and < 450, "Chromium to hear 440 Hz");
        Assert.NotEqual("127.0.0.1", heard.LocalAddress);

        // Messages both ways, up to 256 KiB.
        int[] sizes = [1, 1_200, 65_536, 262_144];
        foreach (int size in sizes)
        {
            await peer.Messages.SendAsync(Pattern(size), MessageKind.Binary);
            await chromium.SendBinaryAsync(size);
            await chromium.SendTextAsync(size);
        }

        foreach (int size in sizes)
        {
            using IncomingMessage? binary = await peer.Messages.ReceiveAsync().AsTask().WaitAsync(Peers.Patience);
            Assert.Equal(MessageKind.Binary, binary!.Kind);
            Assert.True(Pattern(size).AsSpan().SequenceEqual(binary.Memory.Span), $"{size} bytes from Chromium arrived changed.");
            using IncomingMessage? text = await peer.Messages.ReceiveAsync().AsTask().WaitAsync(Peers.Patience);
            Assert.Equal(MessageKind.Text, text!.Kind);
            Assert.Equal(size, text.Memory.Length);
        }

        ChromiumReport report = await Peers.UntilAsync(chromium.ReportAsync, r => r.Received.Count == sizes.Length, "every message in Chromium");
        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.Equal(sizes[i], report.Received[i].Length);
            Assert.Equal(Adler32(Pattern(sizes[i])), report.Received[i].Adler32);
        }

        PeerStatistics statistics = peer.GetStatistics();
        Assert.Equal("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", statistics.DtlsCipherSuite);
        Assert.Equal(statistics.DtlsCipherSuite, report.DtlsCipher);

        await peer.CloseAsync();
        Assert.Equal(PeerEndReason.ClosedLocally, (await peer.Completion).Reason);
        await Peers.UntilAsync(chromium.ReportAsync, r => r.Channel == "closed", "Chromium to see the channel closed");
    }

    [ChromiumTheory]
    [InlineData(Shape.WeOffer, true)]
    [InlineData(Shape.WeOffer, false)]
    [InlineData(Shape.ChromiumOffers, true)]
    [InlineData(Shape.ChromiumOffers, false)]
    [InlineData(Shape.ChromiumOffersToADtlsServer, true)]
    [InlineData(Shape.ChromiumOffersToALiteAgent, true)]
    [InlineData(Shape.ChromiumOffersToALiteAgent, false)]
    public async Task Restarts_ICE_and_audio_and_messages_go_on(Shape shape, bool byChromium)
    {
        await using ChromiumPeer chromium = await browser.NewPeerAsync();
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions
        {
            AnswerAsDtlsServer = shape == Shape.ChromiumOffersToADtlsServer,
            IceLite = shape == Shape.ChromiumOffersToALiteAgent,
        });
        await NegotiateAsync(shape, peer, chromium);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await using ToneSpeaker speaker = new(peer, Codec, 440);
        await using ToneListener listener = new(peer, Codec);
        await listener.HearAsync(1000, Peers.Patience);
        ChromiumReport before = await Peers.UntilAsync(chromium.ReportAsync, r => r.Frequency is > 430 and < 450 && r.Channel == "open", "Chromium to hear 440 Hz");
        for (int i = 1; i <= 3; i++)
        {
            if (byChromium)
                await chromium.SetAnswerAsync(await peer.CreateAnswerAsync(await chromium.OfferRestartAsync()));
            else
                peer.SetAnswer(await chromium.AnswerRestartAsync(await peer.CreateRestartOfferAsync()));
            string? fragment = before.IceFragment;
            before = await Peers.UntilAsync(
                chromium.ReportAsync, r => r.IceFragment != fragment && r is { Connection: "connected", Ice: "connected" or "completed" } && peer.GetStatistics().IceRestarts == i, $"restart {i}");
            int packets = listener.Packets;
            await Peers.UntilAsync(() => Task.FromResult(listener.Packets), n => n > packets + 50, "a second of Chromium's audio");
            await listener.HearAsync(1000, Peers.Patience);
            await Peers.UntilAsync(chromium.ReportAsync, r => r.Frequency is > 430 and < 450, "Chromium to hear 440 Hz");
            await peer.Messages.SendAsync(Pattern(65_536), MessageKind.Binary);
            await chromium.SendBinaryAsync(65_536);
            using IncomingMessage? message = await peer.Messages.ReceiveAsync().AsTask().WaitAsync(Peers.Patience);
            Assert.True(Pattern(65_536).AsSpan().SequenceEqual(message!.Memory.Span));
            await Peers.UntilAsync(chromium.ReportAsync, r => r.Received.Count == i, $"message {i} in Chromium");
        }

        Assert.Equal(PeerState.Connected, peer.State);
    }

    [ChromiumTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connects_by_TCP_where_the_answer_names_nothing_else(bool lite)
    {
        await using ChromiumPeer chromium = await browser.NewPeerAsync();
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions { Network = NetworkChoice.Tcp, TcpPort = 0, IceLite = lite });
        await NegotiateAsync(Shape.ChromiumOffers, peer, chromium);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await using ToneSpeaker speaker = new(peer, Codec, 440);
        await using ToneListener listener = new(peer, Codec);
        await listener.HearAsync(1000, Peers.Patience);
        await Peers.UntilAsync(chromium.ReportAsync, r => r.Frequency is > 430 and < 450, "Chromium to hear 440 Hz");
        foreach (int size in (int[])[1, 262_144])
        {
            await chromium.SendBinaryAsync(size);
            using IncomingMessage? binary = await peer.Messages.ReceiveAsync().AsTask().WaitAsync(Peers.Patience);
            Assert.True(Pattern(size).AsSpan().SequenceEqual(binary!.Memory.Span), $"{size} bytes from Chromium arrived changed.");
            await peer.Messages.SendAsync(Pattern(size), MessageKind.Binary);
        }

        await Peers.UntilAsync(chromium.ReportAsync, r => r.Received.Count == 2, "both messages in Chromium");
        Assert.Equal(TransportProtocol.Tcp, peer.GetStatistics().Transport);
    }

    [ChromiumTheory]
    [InlineData(Shape.WeOffer)]
    [InlineData(Shape.ChromiumOffersToALiteAgent)]
    public async Task Chromium_closing_ends_the_connection_as_closed_by_the_peer(Shape shape)
    {
        await using ChromiumPeer chromium = await browser.NewPeerAsync();
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions { IceLite = shape == Shape.ChromiumOffersToALiteAgent });
        await NegotiateAsync(shape, peer, chromium);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
        await chromium.CloseAsync();
        PeerEnd end = await peer.Completion.WaitAsync(Peers.Patience);
        Assert.Equal(PeerEndReason.ClosedByPeer, end.Reason);
    }

    [ChromiumFact]
    public async Task Connects_on_loopback_too_when_only_loopback_is_offered()
    {
        await using ChromiumPeer chromium = await browser.NewPeerAsync();
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], IceLite = true });
        await NegotiateAsync(Shape.ChromiumOffersToALiteAgent, peer, chromium);
        await peer.ConnectAsync().WaitAsync(Peers.Patience);
    }

    private static async Task NegotiateAsync(Shape shape, IPeerConnection peer, ChromiumPeer chromium)
    {
        if (shape == Shape.WeOffer)
            peer.SetAnswer(await chromium.AnswerAsync(await peer.CreateOfferAsync(), 1000));
        else
            await chromium.SetAnswerAsync(await peer.CreateAnswerAsync(await chromium.OfferAsync(1000)));
    }

    private static byte[] Pattern(int size)
    {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++)
            bytes[i] = (byte)(i * 31);
        return bytes;
    }

    private static uint Adler32(byte[] bytes)
    {
        uint a = 1, b = 0;
        foreach (byte value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }
}
