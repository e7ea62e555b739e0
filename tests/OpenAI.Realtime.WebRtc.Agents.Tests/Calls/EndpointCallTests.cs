using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>Calls that are exchanged over real WebRTC, with one microphone and one loudspeaker; the conversation's clock is the test's.</summary>
public sealed class EndpointCallTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChannelAudioSource _microphone = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
    private readonly Ear _loudspeaker = new();
    private readonly FakeTimeProvider _time = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(RealtimeTestReply.Say($"This is call {_endpoint.Calls.Count}.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CacheKeys = false });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_old_call_is_exchanged_and_sound_goes_on_in_both_directions()
    {
        await using VoiceConversation talk = await StartAsync();
        IRealtimeSession first = talk.Session;
        await talk.SendTextAsync("I am Ada.");
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(500));
        await UntilAsync(talk, u => u is SpeechUpdate { IsSpeaking: false });
        _time.Advance(TimeSpan.FromMinutes(57));
        var rotated = (RotatedUpdate)await UntilAsync(talk, u => u is RotatedUpdate);
        Assert.Equal((_endpoint.Calls[0].Id, _endpoint.Calls[1].Id, TimeSpan.Zero), (rotated.Change.PreviousCallId, rotated.Change.CallId, rotated.Change.Gap));
        await _endpoint.Calls[0].Completion.WaitAsync(Patience);       // it is hung up
        Assert.Equal(SessionEndReason.ClosedLocally, (await first.Completion.WaitAsync(Patience)).Reason);
        await SpeakAsync(talk, _endpoint.Calls[1]);
    }

    [Fact]
    public async Task A_call_that_ends_is_replaced_and_sound_goes_on_in_both_directions()
    {
        await using VoiceConversation talk = await StartAsync();
        await talk.SendTextAsync("I am Ada.");
        await UntilAsync(talk, u => u is SpeechUpdate { IsSpeaking: false });
        await _endpoint.Calls[0].ExpireSessionAsync();
        await UntilAsync(talk, u => u is ReconnectingUpdate { Lost.Reason: SessionEndReason.SessionExpired, Attempt: 1 });
        var back = (ReconnectedUpdate)await UntilAsync(talk, u => u is ReconnectedUpdate);
        Assert.Equal(_endpoint.Calls[1].Id, back.Change.CallId);
        await SpeakAsync(talk, _endpoint.Calls[1]);
    }

    // The user speaks into the microphone that was there from the beginning, and hears the answer from the loudspeaker that was.
    private async Task SpeakAsync(VoiceConversation talk, RealtimeTestCall call)
    {
        Task heard = _loudspeaker.MoreHeardAsync(TimeSpan.FromMilliseconds(500));
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        await call.WaitForSentEventAsync("input_audio_buffer.speech_started").WaitAsync(Patience);
        await UntilAsync(talk, u => u is TranscriptUpdate { IsFinal: true, Text: "This is call 2." });
        await heard.WaitAsync(Patience);
        Assert.Equal(["user: I am Ada.", "assistant: This is call 1."], talk.History.Items.Take(2).Select(i => i.ToString()));
        Assert.Equal([ChatRole.User, ChatRole.Assistant], talk.History.Items.Skip(2).Cast<HistoryMessage>().Select(m => m.Role));
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
        Assert.Equal(2, _endpoint.KeysMinted);       // each call has a key of its own
    }

    private Task<VoiceConversation> StartAsync() => _client.StartConversationAsync(
        new VoiceAgent(), new RealtimeConnectOptions { Audio = new AudioOptions { Source = _microphone, Sink = _loudspeaker } }, new VoiceConversationOptions { TimeProvider = _time });

    private static async Task<ConversationUpdate> UntilAsync(VoiceConversation talk, Func<ConversationUpdate, bool> matches)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(patience.Token))
        {
            if (matches(update))
                return update;
        }

        throw new InvalidOperationException($"The conversation ended first: {await talk.Completion}");
    }
}
