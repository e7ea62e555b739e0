using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>Whole conversations with the endpoint on one's own machine, which answers with this project's own engine and libopus.</summary>
public sealed class ConversationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Engine_and_codec_are_chosen_alone_or_together(bool engine, bool codec)
    {
        await using RealtimeTestEndpoint endpoint = await StartAsync();
        await using ServiceProvider provider = Services(endpoint, builder =>
        {
            if (engine)
                builder.UsePeerConnectionFactory(_ => new SIPSorceryPeerConnectionFactory());
            if (codec)
                builder.UseOpusCodecFactory(_ => ConcentusCodecFactory.Default);
        });
        await ConverseAsync(endpoint, provider.GetRequiredService<RealtimeWebRtcClient>(), new());
    }

    [Fact]
    public async Task Without_dependency_injection_an_argument_and_an_option_choose_them()
    {
        await using RealtimeTestEndpoint endpoint = await StartAsync();
        using var client = new RealtimeWebRtcClient(
            new() { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey }, peerFactory: new SIPSorceryPeerConnectionFactory());
        await ConverseAsync(endpoint, client, new() { CodecFactory = ConcentusCodecFactory.Default });
    }

    [Fact]
    public async Task A_call_that_the_service_hangs_up_ends_with_that_reason()
    {
        await using RealtimeTestEndpoint endpoint = await StartAsync();
        await using ServiceProvider provider = Services(endpoint, builder => builder.UsePeerConnectionFactory(_ => new SIPSorceryPeerConnectionFactory()).UseOpusCodecFactory(_ => ConcentusCodecFactory.Default));
        await using RealtimeWebRtcSession session = await provider.GetRequiredService<RealtimeWebRtcClient>().ConnectAsync();
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        await call.HangUpAsync();
        Assert.Equal(SessionEndReason.ClosedByPeer, (await session.Completion.WaitAsync(Patience)).Reason);
    }

    private static async Task<RealtimeTestEndpoint> StartAsync()
    {
        RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Good morning!", RealtimeTestAudio.Tone(700, TimeSpan.FromSeconds(2))));
        return endpoint;
    }

    private static ServiceProvider Services(RealtimeTestEndpoint endpoint, Action<IOpenAIRealtimeWebRtcBuilder> choose)
    {
        var services = new ServiceCollection();
        choose(services.AddOpenAIRealtimeWebRtc(options =>
        {
            options.Endpoint = endpoint.BaseAddress;
            options.ApiKey = endpoint.ApiKey;
        }));
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>One turn: our tone is heard there, the transcript and its tone here.</summary>
    private static async Task ConverseAsync(RealtimeTestEndpoint endpoint, RealtimeWebRtcClient client, AudioOptions audio)
    {
        var heard = new ChannelAudioSink();
        audio.Source = new ToneAudioSource(440, peakDbfs: -30);
        audio.Sink = heard;
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new()
        {
            Session = new RealtimeSessionConfig { TurnDetection = new ServerVad { Threshold = 1 } },      // our tone is too soft to be a turn
            Audio = audio,
        }).WaitAsync(Patience);
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        await session.SendAsync(new ResponseCreate());
        var pcm = new short[heard.Format.SampleRate];
        using var limit = new CancellationTokenSource(Patience);
        for (int read = 0; read < pcm.Length || Math.Abs(RealtimeTestAudio.FromPcm(pcm, heard.Format.SampleRate).DominantFrequency - 700) > 10;)
        {
            if (read == pcm.Length)
                read = 0;
            read += await heard.ReadAsync(pcm.AsMemory(read), limit.Token);
        }

        await foreach (ServerEvent e in session.ReadEventsAsync(limit.Token))
        {
            if (e is not ResponseOutputAudioTranscriptDone done)
                continue;
            Assert.Equal("Good morning!", done.Transcript);
            break;
        }

        while (Math.Abs(call.Uplink.DominantFrequency - 440) > 10)
            await Task.Delay(50, limit.Token);
    }
}
