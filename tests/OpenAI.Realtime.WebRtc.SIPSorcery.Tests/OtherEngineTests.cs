using System.Net;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>SIPSorcery's engine with this project's own at the other end, in both roles.</summary>
public sealed class OtherEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SIPSorceryPeerConnectionFactory Theirs = new();
    private static readonly PeerConnectionFactory Ours = new();

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(true, true, null)]
    [InlineData(false, false, null)]
    [InlineData(false, true, null)]
    [InlineData(true, false, 4)]
    [InlineData(false, false, 4)]
    public async Task The_two_engines_talk_to_each_other(bool theyOffer, bool answererIsDtlsServer, int? negotiatedChannel)
    {
        await using IPeerConnection offerer = Create(theyOffer, false, negotiatedChannel);
        await using IPeerConnection answerer = Create(!theyOffer, answererIsDtlsServer, negotiatedChannel);
        offerer.SetAnswer(await answerer.CreateAnswerAsync(await offerer.CreateOfferAsync()));
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(Patience);

        foreach ((IPeerConnection from, IPeerConnection to) in new[] { (offerer, answerer), (answerer, offerer) })
        {
            foreach (int size in new[] { 1, 1_000, 60_000, 0 })
            {
                await from.Messages.SendAsync(new byte[size], size == 1 ? MessageKind.Text : MessageKind.Binary);
                using IncomingMessage? message = await to.Messages.ReceiveAsync().AsTask().WaitAsync(Patience);
                Assert.Equal(size, message!.Memory.Length);
                Assert.Equal(size == 1, message.Kind == MessageKind.Text);
            }
        }

        await using (ToneSpeaker offererSpeaks = new(offerer, LibOpusCodecFactory.Default, 440))
        await using (ToneSpeaker answererSpeaks = new(answerer, new ConcentusCodecFactory(), 1000))
        await using (ToneListener offererHears = new(offerer, LibOpusCodecFactory.Default))
        await using (ToneListener answererHears = new(answerer, new ConcentusCodecFactory()))
        {
            await answererHears.HearAsync(440, Patience);
            await offererHears.HearAsync(1000, Patience);
        }

        await offerer.CloseAsync().WaitAsync(Patience);
        Assert.Equal(PeerEndReason.ClosedLocally, (await offerer.Completion).Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, (await answerer.Completion.WaitAsync(Patience)).Reason);
    }

    private static IPeerConnection Create(bool theirs, bool dtlsServer, int? negotiatedChannel)
    {
        PeerConnectionOptions options = new()
        {
            LocalAddresses = [IPAddress.Loopback],
            AnswerAsDtlsServer = dtlsServer,
            NegotiatedChannelId = negotiatedChannel,
        };
        return theirs ? Theirs.Create(options) : Ours.Create(options);
    }
}
