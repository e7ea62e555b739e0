using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Conversation;

/// <summary>What the user does with voice alone, or does not do, over real WebRTC.</summary>
public sealed class EndpointVoiceTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Story = string.Join(' ', Enumerable.Repeat("once upon a time", 60));

    private readonly ChannelAudioSource _microphone = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
    private readonly Ear _loudspeaker = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    public static TheoryData<TurnDetection> Detections => new(new ServerVad(), new SemanticVad());

    [Theory]
    [MemberData(nameof(Detections))]
    public async Task The_users_voice_cuts_the_assistant_off_and_is_answered(TurnDetection detection)
    {
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Audio is null
            ? RealtimeTestReply.Say(Story, RealtimeTestAudio.Voice(TimeSpan.FromSeconds(60)))
            : RealtimeTestReply.Say("Yes?", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Session = new RealtimeSessionConfig { TurnDetection = detection } });
        await talk.SendTextAsync("Tell me a story.");
        await _loudspeaker.HeardAsync(TimeSpan.FromSeconds(1));
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        InterruptionUpdate cut = await talk.UntilAsync<InterruptionUpdate>();
        Assert.True(cut.ByUser);
        await talk.UntilAsync<TranscriptUpdate>(update => update is { IsFinal: true, Text: "Yes?" });
        HistoryMessage[] said = [.. talk.History.Items.Cast<HistoryMessage>()];
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant], said.Select(message => message.Role));
        Assert.Equal([false, true, false, false], said.Select(message => message.WasInterrupted));
        Assert.InRange(said[1].HeardText!.Length, 1, Story.Length / 2);
        Assert.DoesNotContain(_endpoint.Calls[^1].ReceivedEvents, e => e.Type is "response.cancel" or "output_audio_buffer.clear");     // the service does it by itself
        Assert.DoesNotContain(_endpoint.Calls[^1].SentEvents, e => e.Type == "error");
    }

    [Fact]
    public async Task Where_the_users_voice_is_not_to_interrupt_the_assistant_speaks_to_the_end()
    {
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Audio is null
            ? RealtimeTestReply.Say("All of it.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(6)))
            : RealtimeTestReply.Say("Yes?", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Session = new RealtimeSessionConfig { TurnDetection = new ServerVad { InterruptResponse = false } } });
        await talk.SendTextAsync("Tell me all.");
        await _loudspeaker.HeardAsync(TimeSpan.FromSeconds(1));
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        RealtimeTestCall call = _endpoint.Calls[^1];
        await call.WaitForSentEventAsync("input_audio_buffer.speech_stopped").WaitAsync(Patience);
        await talk.UntilAsync(update => update switch
        {
            InterruptionUpdate => throw new InvalidOperationException("It was cut off."),
            SpeechUpdate { IsSpeaking: false } over => over.Role == ChatRole.Assistant,
            _ => false,
        });
        await _loudspeaker.HeardAsync(TimeSpan.FromSeconds(4));
        Assert.False(talk.History.Items.OfType<HistoryMessage>().Single(message => message.Text == "All of it.").WasInterrupted);
        Assert.DoesNotContain(call.SentEvents, e => e.Type is "output_audio_buffer.cleared" or "error");
        Assert.DoesNotContain(call.ReceivedEvents, e => e.Type is "response.cancel" or "output_audio_buffer.clear");
    }

    [Fact]
    public async Task Where_nobody_speaks_the_assistant_says_goodbye_and_hangs_up()
    {
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Goodbye.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        var options = new VoiceConversationOptions { Limits = { IdleTimeout = TimeSpan.FromSeconds(2), Farewell = "Say goodbye." } };
        await using VoiceConversation talk = await StartAsync(new VoiceAgent(), options);
        RealtimeTestCall call = _endpoint.Calls[^1];
        await talk.UntilAsync<TranscriptUpdate>(update => update is { IsFinal: true, Text: "Goodbye." });
        ConversationEnd end = (await talk.UntilAsync<EndUpdate>()).End;
        Assert.Equal((ConversationEndReason.Idle, "Nobody has spoken for 2 s.", SessionEndReason.ClosedLocally), (end.Reason, end.Detail, end.Session!.Reason));
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(700));      // the word was heard before
        await call.Completion.WaitAsync(Patience);
    }

    private Task<VoiceConversation> StartAsync(VoiceAgent agent, VoiceConversationOptions? options = null) =>
        _client.StartConversationAsync(agent, new RealtimeConnectOptions { Audio = new AudioOptions { Source = _microphone, Sink = _loudspeaker } }, options);
}
