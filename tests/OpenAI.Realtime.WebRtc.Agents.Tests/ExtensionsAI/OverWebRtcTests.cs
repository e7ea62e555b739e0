using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

/// <summary>The middleware of Microsoft.Extensions.AI over real WebRTC, with the endpoint on this machine.</summary>
public sealed class OverWebRtcTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_function_is_called_and_answered_with_logging_and_telemetry_around_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.FunctionOutputs.Count == 0
            ? RealtimeTestReply.CallFunction("weather", """{"city":"Berlin"}""")
            : RealtimeTestReply.Say(turn.FunctionOutputs.Values.Single(), RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20))));
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        var log = new FakeLogCollector();
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(new FakeLoggerProvider(log)));
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "meai-test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (activities)
                    activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        IRealtimeClient realtime = client.AsIRealtimeClient().AsBuilder().UseFunctionInvocation().UseOpenTelemetry(sourceName: "meai-test").UseLogging(loggers).Build();

        await using IRealtimeClientSession session = await realtime.CreateSessionAsync(new RealtimeSessionOptions { Tools = [AIFunctionFactory.Create((string city) => $"Sun in {city}.", "weather")] });
        await session.SendAsync(new CreateConversationItemRealtimeClientMessage(new RealtimeConversationItem([new TextContent("What is the weather in Berlin?")])));
        await session.SendAsync(new CreateResponseRealtimeClientMessage());
        using var patience = new CancellationTokenSource(s_patience);
        string? said = null;
        await foreach (RealtimeServerMessage message in session.GetStreamingResponseAsync(patience.Token))
        {
            if (message is OutputTextAudioRealtimeServerMessage text && text.Type == RealtimeServerMessageType.OutputAudioTranscriptionDone)
                said = text.Text;
            if (said is not null && message.Type == RealtimeServerMessageType.ResponseDone)
                break;
        }

        Assert.Equal("Sun in Berlin.", said);
        Assert.DoesNotContain(endpoint.Calls.Single().SentEvents, e => e.Type == "error");
        Assert.NotEmpty(log.GetSnapshot());
        lock (activities)
            Assert.Contains(activities, activity => activity.GetTagItem("gen_ai.usage.input_tokens") is not null);
    }

    [Fact]
    public async Task Sound_in_messages_is_heard_by_the_service_and_its_answer_comes_back_in_messages()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Good.", RealtimeTestAudio.Tone(600, TimeSpan.FromMilliseconds(600))));
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        using IRealtimeClient realtime = client.AsIRealtimeClient(new WebRtcRealtimeClientOptions { AudioInMessages = true });
        await using IRealtimeClientSession session = await realtime.CreateSessionAsync(new RealtimeSessionOptions { VoiceActivityDetection = new VoiceActivityDetectionOptions { Enabled = false } });

        RealtimeTestAudio voice = RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1));
        byte[] pcm = new SampleBytes(null).Write(Halved(voice.Samples.Span));
        await session.SendAsync(new InputAudioBufferAppendRealtimeClientMessage(new DataContent(pcm, "audio/pcm")));
        await session.SendAsync(new InputAudioBufferCommitRealtimeClientMessage());
        await session.SendAsync(new CreateResponseRealtimeClientMessage());

        using var patience = new CancellationTokenSource(s_patience);
        List<short> heard = [];
        var ids = new HashSet<(string?, string?)>();
        var bytes = new SampleBytes(null);
        await foreach (RealtimeServerMessage message in session.GetStreamingResponseAsync(patience.Token))
        {
            if (message is not OutputTextAudioRealtimeServerMessage audio)
                continue;
            if (audio.Type == RealtimeServerMessageType.OutputAudioDone)
                break;
            if (audio.Type != RealtimeServerMessageType.OutputAudioDelta)
                continue;
            heard.AddRange(bytes.Read(new DataContent(Convert.FromBase64String(audio.Audio!), "audio/pcm")));
            ids.Add((audio.ResponseId, audio.ItemId));
        }

        RealtimeTestCall call = endpoint.Calls.Single();
        Assert.Single(ids);
        Assert.Contains(call.SentEvents, e => e.Type == "input_audio_buffer.committed");
        Assert.InRange(RealtimeTestAudio.FromPcm(heard.ToArray(), 24_000).DominantFrequency, 590, 610);
        Assert.True(call.Uplink.Level.RmsDbfs > -40, $"{call.Uplink.Level}");
    }

    // 48 kHz to 24, well enough for a voice that nobody listens to.
    private static short[] Halved(ReadOnlySpan<short> samples)
    {
        short[] half = new short[samples.Length / 2];
        for (int i = 0; i < half.Length; i++)
            half[i] = (short)((samples[2 * i] + samples[(2 * i) + 1]) / 2);
        return half;
    }
}
