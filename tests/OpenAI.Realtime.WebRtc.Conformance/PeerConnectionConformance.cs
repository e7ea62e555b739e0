using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>
/// What every engine behind <see cref="IPeerConnectionFactory"/> and every codec behind <see cref="IOpusCodecFactory"/> has to do, shown with
/// two connections on loopback. Derive, and give the two factories.
/// </summary>
public abstract class PeerConnectionConformance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Makes the engine's connections.</summary>
    protected abstract IPeerConnectionFactory Engine { get; }

    /// <summary>Makes the codec.</summary>
    protected abstract IOpusCodecFactory Codec { get; }

    [Fact]
    public async Task Connects_and_says_so_in_order()
    {
        await using Pair pair = await ConnectAsync();
        Assert.Equal(PeerState.Connected, pair.Offerer.State);
        Assert.Equal(PeerState.Connected, pair.Answerer.State);

        List<PeerState> states = [];
        while (pair.Offerer.StateChanges.TryRead(out PeerStateChange change))
            states.Add(change.State);
        Assert.Equal([PeerState.CheckingConnectivity, PeerState.Securing, PeerState.OpeningChannel, PeerState.Connected], states);
        Assert.False(pair.Offerer.Completion.IsCompleted);
    }

    [Fact]
    public async Task Carries_messages_both_ways_in_order_and_whole()
    {
        await using Pair pair = await ConnectAsync();
        int[] sizes = [1, 100, 1_200, 16_384, 65_536, 262_144];
        foreach ((IPeerConnection from, IPeerConnection to) in pair.BothWays)
        {
            Task<List<byte[]>> receiving = ReceiveAsync(to, sizes.Length);
            foreach (int size in sizes)
                await from.Messages.SendAsync(Pattern(size), MessageKind.Binary).AsTask().WaitAsync(Patience);
            List<byte[]> received = await receiving.WaitAsync(Patience);
            for (int i = 0; i < sizes.Length; i++)
                Assert.True(Pattern(sizes[i]).AsSpan().SequenceEqual(received[i]), $"The message of {sizes[i]} bytes was changed on the way.");
        }
    }

    [Fact]
    public async Task Tells_text_from_binary()
    {
        await using Pair pair = await ConnectAsync();
        await pair.Offerer.Messages.SendAsync("{\"type\":\"response.create\"}"u8.ToArray(), MessageKind.Text);
        await pair.Offerer.Messages.SendAsync(new byte[] { 1, 2, 3 }, MessageKind.Binary);
        using IncomingMessage? text = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(Patience);
        using IncomingMessage? binary = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(MessageKind.Text, text!.Kind);
        Assert.Equal("{\"type\":\"response.create\"}", Encoding.UTF8.GetString(text.Memory.Span));
        Assert.Equal(MessageKind.Binary, binary!.Kind);
        Assert.Equal([1, 2, 3], binary.Memory.ToArray());
    }

    [Fact]
    public async Task Refuses_a_message_that_the_peer_would_not_take()
    {
        await using Pair pair = await ConnectAsync(answerer: new() { LocalAddresses = [IPAddress.Loopback], MaxIncomingMessageSize = 4096 });
        await Assert.ThrowsAsync<ArgumentException>(() => pair.Offerer.Messages.SendAsync(new byte[5000], MessageKind.Text).AsTask());
        await pair.Offerer.Messages.SendAsync(new byte[4000], MessageKind.Text);
        using IncomingMessage? message = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(4000, message!.Memory.Length);
    }

    [Fact]
    public async Task Carries_audio_both_ways()
    {
        await using Pair pair = await ConnectAsync();
        await using ToneSpeaker offererSpeaks = new(pair.Offerer, Codec, 440);
        await using ToneSpeaker answererSpeaks = new(pair.Answerer, Codec, 1000);
        await using ToneListener answererHears = new(pair.Answerer, Codec);
        await using ToneListener offererHears = new(pair.Offerer, Codec);
        await answererHears.HearAsync(440, Patience);
        await offererHears.HearAsync(1000, Patience);

        PeerStatistics statistics = pair.Offerer.GetStatistics();
        Assert.True(statistics.AudioPacketsSent is null or > 20);
        Assert.True(statistics.AudioPacketsReceived is null or > 20);
    }

    [Fact]
    public async Task Carries_silence_while_muted_and_speech_again_after()
    {
        await using Pair pair = await ConnectAsync();
        await using ToneSpeaker speaker = new(pair.Offerer, Codec, 440);
        await using ToneListener listener = new(pair.Answerer, Codec);
        await listener.HearAsync(440, Patience);
        speaker.Muted = true;
        await listener.HearSilenceAsync(Patience);
        speaker.Muted = false;
        await listener.HearAsync(440, Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_one_side_ends_both_with_the_right_reason(bool offererCloses)
    {
        await using Pair pair = await ConnectAsync();
        (IPeerConnection closer, IPeerConnection other) = offererCloses ? (pair.Offerer, pair.Answerer) : (pair.Answerer, pair.Offerer);
        await closer.Messages.SendAsync("last words"u8.ToArray(), MessageKind.Text);
        Task<List<byte[]>> received = ReceiveAsync(other, 1);
        await closer.CloseAsync().WaitAsync(Patience);

        Assert.Equal(PeerEndReason.ClosedLocally, (await closer.Completion.WaitAsync(Patience)).Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, (await other.Completion.WaitAsync(Patience)).Reason);
        Assert.Equal("last words", Encoding.UTF8.GetString((await received.WaitAsync(Patience))[0]));
        Assert.Null(await other.Messages.ReceiveAsync().AsTask().WaitAsync(Patience));
        Assert.False(await other.Audio.WaitAsync().AsTask().WaitAsync(Patience));
        await Assert.ThrowsAsync<PeerConnectionException>(() => other.Messages.SendAsync(new byte[1], MessageKind.Text).AsTask());
        Assert.Equal(PeerState.Closed, other.State);
    }

    [Fact]
    public async Task Refuses_a_certificate_that_the_answer_did_not_promise()
    {
        await using Pair pair = new(Engine, null, null);
        string offer = await pair.Offerer.CreateOfferAsync();
        string answer = await pair.Answerer.CreateAnswerAsync(offer);
        pair.Offerer.SetAnswer(System.Text.RegularExpressions.Regex.Replace(
            answer, "(?<=a=fingerprint:sha-256 )[0-9A-Fa-f:]+", string.Join(':', Enumerable.Repeat("AB", 32))));
        Task other = pair.Answerer.ConnectAsync();
        PeerConnectionException refusal = await Assert.ThrowsAsync<PeerConnectionException>(() => pair.Offerer.ConnectAsync().WaitAsync(Patience));
        Assert.Equal(PeerEndReason.FingerprintMismatch, refusal.End.Reason);
        Assert.Equal(PeerPhase.Dtls, refusal.End.Phase);
        await Assert.ThrowsAsync<PeerConnectionException>(() => other.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peer_that_vanishes_is_noticed()
    {
        PeerConnectionOptions impatient = new() { LocalAddresses = [IPAddress.Loopback], ConsentTimeout = TimeSpan.FromSeconds(8) };
        await using Pair pair = new(Engine, impatient, null);
        using DatagramRelay network = new();
        await pair.ConnectAsync(network);
        network.IsCut = true;
        PeerEnd end = await pair.Offerer.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains(end.Reason, (PeerEndReason[])[PeerEndReason.ConsentExpired, PeerEndReason.ChannelFailed]);
    }

    [Fact]
    public async Task Connecting_to_nobody_fails_in_time_and_names_ice()
    {
        PeerConnectionOptions impatient = new() { LocalAddresses = [IPAddress.Loopback], IceTimeout = TimeSpan.FromSeconds(1) };
        await using Pair pair = new(Engine, impatient, null);
        string answer = await Nobody.AnswerAsync(pair.Answerer, await pair.Offerer.CreateOfferAsync());
        pair.Offerer.SetAnswer(answer);
        PeerConnectionException failure = await Assert.ThrowsAsync<PeerConnectionException>(() => pair.Offerer.ConnectAsync().WaitAsync(Patience));
        Assert.Equal(PeerEndReason.IceFailed, failure.End.Reason);
        Assert.Equal(PeerPhase.Ice, failure.End.Phase);
    }

    [Fact]
    public async Task A_cancelled_connect_closes_the_connection()
    {
        await using Pair pair = new(Engine, null, null);
        string answer = await Nobody.AnswerAsync(pair.Answerer, await pair.Offerer.CreateOfferAsync());
        pair.Offerer.SetAnswer(answer);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Offerer.ConnectAsync(cancel.Token).WaitAsync(Patience));
        Assert.Equal(PeerEndReason.ClosedLocally, (await pair.Offerer.Completion.WaitAsync(Patience)).Reason);
    }

    [Fact]
    public async Task An_answer_that_is_no_sdp_is_refused_with_a_reason()
    {
        await using Pair pair = new(Engine, null, null);
        await pair.Offerer.CreateOfferAsync();
        SdpException refusal = Assert.Throws<SdpException>(() => pair.Offerer.SetAnswer("{\"error\":{\"message\":\"no\"}}"));
        Assert.NotEmpty(refusal.Message);
    }

    [Fact]
    public async Task An_ICE_restart_keeps_the_call_or_is_refused_clearly()
    {
        await using Pair pair = await ConnectAsync();
        string offer;
        try
        {
            offer = await pair.Offerer.CreateRestartOfferAsync();
        }
        catch (NotSupportedException e)
        {
            Assert.NotEmpty(e.Message);
            return;
        }

        pair.Offerer.SetAnswer(await pair.Answerer.CreateAnswerAsync(offer));
        foreach ((IPeerConnection from, IPeerConnection to) in pair.BothWays)
        {
            await from.Messages.SendAsync(Pattern(50_000), MessageKind.Binary);
            Assert.Equal(Pattern(50_000), Assert.Single(await ReceiveAsync(to, 1).WaitAsync(Patience)));
        }

        Assert.All([pair.Offerer, pair.Answerer], peer => Assert.Equal(PeerState.Connected, peer.State));
    }

    [Fact]
    public async Task Connects_and_closes_a_hundred_times()
    {
        for (int i = 0; i < 100; i++)
        {
            await using Pair pair = await ConnectAsync();
            await pair.Offerer.CloseAsync().WaitAsync(Patience);
            await pair.Answerer.Completion.WaitAsync(Patience);
        }
    }

    private async Task<Pair> ConnectAsync(PeerConnectionOptions? offerer = null, PeerConnectionOptions? answerer = null)
    {
        Pair pair = new(Engine, offerer, answerer);
        await pair.ConnectAsync();
        return pair;
    }

    private static async Task<List<byte[]>> ReceiveAsync(IPeerConnection peer, int count)
    {
        List<byte[]> messages = [];
        while (messages.Count < count && await peer.Messages.ReceiveAsync() is { } message)
        {
            using (message)
                messages.Add(message.Memory.ToArray());
        }

        return messages;
    }

    private static byte[] Pattern(int size)
    {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++)
            bytes[i] = (byte)(i * 31);
        return bytes;
    }

    /// <summary>Two connections of the engine under test.</summary>
    private sealed class Pair(IPeerConnectionFactory engine, PeerConnectionOptions? offerer, PeerConnectionOptions? answerer) : IAsyncDisposable
    {
        public IPeerConnection Offerer { get; } = engine.Create(offerer ?? new() { LocalAddresses = [IPAddress.Loopback] });

        public IPeerConnection Answerer { get; } = engine.Create(answerer ?? new() { LocalAddresses = [IPAddress.Loopback] });

        public IEnumerable<(IPeerConnection From, IPeerConnection To)> BothWays => [(Offerer, Answerer), (Answerer, Offerer)];

        public async Task ConnectAsync(DatagramRelay? network = null)
        {
            string offer = await Offerer.CreateOfferAsync();
            string answer = await Answerer.CreateAnswerAsync(network?.CarryOffer(offer) ?? offer);
            Offerer.SetAnswer(network?.CarryAnswer(answer) ?? answer);
            await Task.WhenAll(Offerer.ConnectAsync(), Answerer.ConnectAsync()).WaitAsync(Patience);
        }

        public async ValueTask DisposeAsync()
        {
            await Offerer.DisposeAsync();
            await Answerer.DisposeAsync();
        }
    }
}
