using System.Net.Sockets;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>A network that goes down under a conversation over real WebRTC: the sockets stay open, and nothing comes through any more.</summary>
public sealed class NetworkLossTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChannelAudioSource _microphone = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
    private readonly Ear _loudspeaker = new();
    private readonly Cable _cable = new();
    private HttpClient _http = null!;
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { EmulateNetwork = true });
        _http = new HttpClient(_cable);
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CacheKeys = false }, _http);
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _cable.Dispose();
    }

    [Fact]
    public async Task Everything_is_down_while_a_tool_runs_and_the_conversation_goes_on_when_it_is_back()
    {
        int runs = 0;
        var table = new TaskCompletionSource<string>();
        AIFunction find = AIFunctionFactory.Create(() =>
        {
            Interlocked.Increment(ref runs);
            return table.Task;
        }, "find_table");
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            turn.FunctionOutputs.Count > 0 ? RealtimeTestReply.Say($"You have {turn.FunctionOutputs.Values.Single()}.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)))
            : turn.Text is not null ? RealtimeTestReply.CallFunction("find_table", "{}")
            : RealtimeTestReply.Say("You are welcome.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent { Tools = [find] });
        IRealtimeSession first = talk.Session;
        await talk.SendTextAsync("A table for two, please.");
        await talk.UntilAsync<ToolCallUpdate>(update => update.Call.Status == ToolCallStatus.Running);

        Pull();
        ReconnectingUpdate lost = await talk.UntilAsync<ReconnectingUpdate>();
        Assert.Equal((SessionEndReason.ConnectionLost, 1, null), (lost.Lost.Reason, lost.Attempt, lost.Failure));
        ReconnectingUpdate again = await talk.UntilAsync<ReconnectingUpdate>(update => update.Attempt == 3);
        Assert.Equal(RealtimeFailure.EndpointUnreachable, Assert.IsType<RealtimeConnectException>(again.Failure).Failure);
        table.SetResult("table 7");         // while nobody can be told
        await talk.UntilAsync<ToolCallUpdate>(update => update.Call.Status == ToolCallStatus.Completed);
        PlugIn();
        ReconnectedUpdate back = await talk.UntilAsync<ReconnectedUpdate>();
        RealtimeTestCall second = _endpoint.Calls[^1];
        Assert.Equal((_endpoint.Calls[0].Id, second.Id), (back.Change.PreviousCallId, back.Change.CallId));
        Assert.True(back.Change.Gap > TimeSpan.Zero);
        Assert.Empty(back.Change.Untold);
        await talk.UntilAsync<TranscriptUpdate>(update => update is { IsFinal: true, Text: "You have table 7." });
        await talk.UntilAsync<SpeechUpdate>(update => !update.IsSpeaking);

        await SpeakAsync(talk, second, "You are welcome.");
        Assert.Equal(
            ["user: A table for two, please.", "find_table({}) = table 7", "assistant: You have table 7."],
            talk.History.Items.Take(3).Select(item => item.ToString()));
        Assert.Equal([ChatRole.User, ChatRole.Assistant], talk.History.Items.Skip(3).Cast<HistoryMessage>().Select(message => message.Role));
        Assert.Equal(1, runs);
        Assert.Empty(OutputsTo(_endpoint.Calls[0]));
        Assert.Equal("table 7", Assert.Single(OutputsTo(second)));
        Assert.DoesNotContain(second.SentEvents, e => e.Type == "error");
        await first.Completion.WaitAsync(Patience);
        await _endpoint.Calls[0].Completion.WaitAsync(Patience);       // it is hung up, and costs no more
    }

    [Fact]
    public async Task The_path_of_a_call_dies_while_the_assistant_speaks_and_it_goes_on_over_another()
    {
        string story = string.Join(' ', Enumerable.Repeat("once upon a time", 60));
        var options = new VoiceConversationOptions();
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            ((string?)turn.Parameters?["instructions"])?.EndsWith(options.Calls.ContinueInstructions!, StringComparison.Ordinal) == true ? RealtimeTestReply.Say("there was a king.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)))
            : turn.Text is not null ? RealtimeTestReply.Say(story, RealtimeTestAudio.Voice(TimeSpan.FromSeconds(60)))
            : RealtimeTestReply.Say("Good night.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        await using VoiceConversation talk = await StartAsync(new VoiceAgent(), options);
        await talk.SendTextAsync("Tell me a story.");
        await talk.UntilAsync<SpeechUpdate>(update => update.IsSpeaking);       // from here on it is counted what was heard
        await _loudspeaker.MoreHeardAsync(TimeSpan.FromSeconds(2));

        _endpoint.Calls[0].Network.IsDown = true;       // this path alone: whoever asks for a new one gets it
        await talk.UntilAsync<ReconnectingUpdate>(update => update.Lost.Reason == SessionEndReason.ConnectionLost);
        ReconnectedUpdate back = await talk.UntilAsync<ReconnectedUpdate>();
        RealtimeTestCall second = _endpoint.Calls[1];
        Assert.Equal(second.Id, back.Change.CallId);
        RealtimeTestEvent asked = await second.WaitForEventAsync("response.create").WaitAsync(Patience);
        Assert.EndsWith(options.Calls.ContinueInstructions!, (string?)asked.Parse()!["response"]?["instructions"], StringComparison.Ordinal);
        await talk.UntilAsync<TranscriptUpdate>(update => update is { IsFinal: true, Text: "there was a king." });
        await talk.UntilAsync<SpeechUpdate>(update => !update.IsSpeaking);
        await SpeakAsync(talk, second, "Good night.");

        HistoryMessage[] said = [.. talk.History.Items.Cast<HistoryMessage>()];
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant], said.Select(message => message.Role));
        Assert.True(said[1].WasInterrupted);
        Assert.InRange(said[1].HeardText!.Length, 1, story.Length / 2);
        string[] told = [.. second.ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => (string)e.Parse()!["item"]!["content"]![0]!["text"]!)];
        Assert.Equal(["Tell me a story.", said[1].HeardText!], told);       // what was heard, and no more
        Assert.DoesNotContain(second.SentEvents, e => e.Type == "error");
        Assert.Equal(2, _endpoint.CallsCreated);
    }

    // The user speaks into the microphone that was there from the beginning, and hears the answer from the loudspeaker that was.
    private async Task SpeakAsync(VoiceConversation talk, RealtimeTestCall call, string answer)
    {
        Task heard = _loudspeaker.MoreHeardAsync(TimeSpan.FromMilliseconds(500));
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        await call.WaitForSentEventAsync("input_audio_buffer.speech_started").WaitAsync(Patience);
        await talk.UntilAsync<TranscriptUpdate>(update => update.IsFinal && update.Text == answer);
        await heard.WaitAsync(Patience);
    }

    private static string[] OutputsTo(RealtimeTestCall call) =>
        [.. call.ReceivedEvents.Where(e => e.Type == "conversation.item.create").Select(e => (string?)e.Parse()!["item"]!["output"]).OfType<string>()];

    private void Pull()
    {
        _cable.IsPulled = true;
        foreach (RealtimeTestCall call in _endpoint.Calls)
            call.Network.IsDown = true;
    }

    private void PlugIn()
    {
        foreach (RealtimeTestCall call in _endpoint.Calls)
            call.Network.IsDown = false;
        _cable.IsPulled = false;
    }

    // A session says that it hears nothing after 5 s of silence; the rest takes no time to speak of.
    private Task<VoiceConversation> StartAsync(VoiceAgent agent, VoiceConversationOptions? options = null)
    {
        options ??= new VoiceConversationOptions();
        options.Calls.DisconnectTimeout = TimeSpan.FromMilliseconds(200);
        (options.Calls.RetryDelay, options.Calls.MaxRetryDelay) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200));
        return _client.StartConversationAsync(agent, new RealtimeConnectOptions { Audio = new AudioOptions { Source = _microphone, Sink = _loudspeaker } }, options);
    }

    /// <summary>The way to the service's web server.</summary>
    private sealed class Cable : DelegatingHandler
    {
        private volatile bool _isPulled;

        public Cable()
            : base(new SocketsHttpHandler())
        {
        }

        public bool IsPulled
        {
            get => _isPulled;
            set => _isPulled = value;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            IsPulled ? throw new HttpRequestException(HttpRequestError.ConnectionError, "The network is unreachable.", new SocketException((int)SocketError.NetworkUnreachable)) : base.SendAsync(request, cancellationToken);
    }
}
