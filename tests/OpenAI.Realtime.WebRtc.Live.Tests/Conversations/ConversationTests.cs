using System.Net;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Tests.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Conversations;

/// <summary>Whole conversations over real HTTP, ICE, DTLS, SRTP and SCTP, with the endpoint of the Testing package as the service.</summary>
public sealed class ConversationTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RealtimeTestEndpoint _endpoint = null!;
    private LiveWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _client = new LiveWebRtcClient(new OpenAILiveWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CloseTimeout = Patience, CommandTimeout = Patience, StartTimeout = Patience });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Somebody_speaks_is_answered_asks_for_more_and_hangs_up()
    {
        var speech = new SpeechOnce(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)));
        var heard = new LoudSink();
        _endpoint.LiveScript.OnSpeech = (_, _) => "Roses are red today";
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Session = new LiveSessionConfig { Instructions = "You sell flowers.", Voice = LiveVoice.Cedar },
            Audio = new AudioOptions { Source = speech, Sink = heard },
        }).WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        Assert.Equal((atService.Id, "You sell flowers.", "gpt-live-1"), (session.SessionId, session.Info!.Instructions.Value, session.Info.Model.Value!.Value.Value));
        Assert.NotNull(session.ExpiresAt);

        var transcript = new System.Text.StringBuilder();
        bool userHeard = false;
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveServerEvent e in session.ReadEventsAsync(limit.Token))
        {
            if (e is LiveInputTranscriptDelta)
                userHeard = true;
            else if (e is LiveOutputTranscriptDelta { Start: not null } said)
                transcript.Append(said.Delta);
            if (transcript.ToString() == "Roses are red today")
                break;
        }
        Assert.True(userHeard);
        await heard.Loud.Task.WaitAsync(Patience);

        LiveCommentaryAppended appended = await session.AppendCommentaryAsync("Say goodbye.").WaitAsync(Patience);
        Assert.True(appended.Start > TimeSpan.Zero);
        LiveSessionEnd end = await session.CloseAsync().WaitAsync(Patience);
        Assert.Equal((SessionEndReason.ClosedLocally, true, LiveCloseReason.CloseRequested), (end.Reason, end.IsConfirmed, end.ServiceReason!.Value));
        Assert.True(end.Usage!.Active > TimeSpan.Zero);
        await atService.Completion.WaitAsync(Patience);
        Assert.DoesNotContain(_endpoint.Requests, request => request.Route == RealtimeTestRoute.LiveHangUp);
    }

    [Fact]
    public async Task A_program_without_a_microphone_greets_first_and_its_silence_keeps_the_session_alive()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await session.AppendCommentaryAsync("Good morning to you").WaitAsync(Patience);
        await atService.WaitForSentEventAsync("session.output_transcript.delta", e => (string?)e["delta"] == " you", Patience);
        Assert.True(atService.Uplink.Packets > 20);
    }

    [Fact]
    public async Task An_encoded_source_that_stops_does_not_stop_the_clock()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions { Audio = new AudioOptions { EncodedSource = new EndedSource() } }).WaitAsync(Patience);
        await session.AppendThinkingAsync("taken up all the same").WaitAsync(Patience);
        Assert.True(session.GetStatistics().FillerPackets > 0);
    }

    [Fact]
    public async Task Work_that_is_handed_over_is_answered_by_its_id()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        string id = atService.Delegate();
        using var limit = new CancellationTokenSource(Patience);
        await foreach (LiveServerEvent e in session.ReadEventsAsync(limit.Token))
        {
            if (e is LiveDelegationCreated { Delegation: var asked })
            {
                Assert.Equal((id, LiveDelegationTarget.Client), (asked.Id, asked.Target!.Value));
                break;
            }
        }
        await session.AppendThinkingAsync("Looking it up.", id).WaitAsync(Patience);
        await session.AppendCommentaryAsync("Red roses are in stock.", id).WaitAsync(Patience);
        LiveCommandException e2 = await Assert.ThrowsAsync<LiveCommandException>(() => session.AppendThinkingAsync("x", "del_unknown").WaitAsync(Patience));
        Assert.Null(e2.Error!.Code);
        Assert.Contains("Unknown client delegation", e2.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_change_and_what_is_fixed_is_refused()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions
        {
            Session = new LiveSessionConfig { Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Model = "gpt-5.5", Instructions = "Long." } } },
        }).WaitAsync(Patience);
        LiveSessionUpdated updated = await session.UpdateAsync(new LiveSessionChanges
        {
            Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Tools = [new LiveFunctionTool { Name = "weather" }] } },
        }).WaitAsync(Patience);
        var responses = Assert.IsType<LiveResponsesDelegation>(updated.Session.Delegation.Value).Responses.Value!;
        Assert.Equal(("gpt-5.5", "Long.", "weather"), (responses.Model.Value, responses.Instructions.Value, Assert.IsType<LiveFunctionTool>(responses.Tools[0]).Name));
        Assert.Same(updated.Session, session.Info);

        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => session.UpdateAsync(new LiveSessionChanges { Delegation = new LiveClientDelegation() }).WaitAsync(Patience));
        Assert.Equal("immutable_field_update", e.ErrorCode);
        await session.MuteInputAsync().WaitAsync(Patience);
        await session.UnmuteInputAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_and_the_session_goes_on()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => session.AppendInstructionsAsync(new string('x', 3000)).WaitAsync(Patience));
        Assert.Equal(("invalid_value", "content"), (e.ErrorCode, e.Param));
        await session.AppendInstructionsAsync("Short.").WaitAsync(Patience);
    }

    [Fact]
    public async Task The_service_ends_a_session_whose_time_is_over()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await atService.CloseAsync();
        LiveSessionEnd end = await session.Completion.WaitAsync(Patience);
        Assert.Equal((SessionEndReason.SessionExpired, true), (end.Reason, end.IsConfirmed));
        Assert.True(session.Expiring.IsCompleted);
    }

    [Fact]
    public async Task A_service_that_hangs_up_without_a_word_is_unconfirmed()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        await (await _endpoint.WaitForLiveSessionAsync(Patience)).HangUpAsync();
        LiveSessionEnd end = await session.Completion.WaitAsync(Patience);
        Assert.Equal((SessionEndReason.ClosedByPeer, false), (end.Reason, end.IsConfirmed));
    }

    [Fact]
    public async Task A_voice_that_does_not_exist_is_a_403()
    {
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => _client.ConnectAsync(new LiveConnectOptions { Session = new LiveSessionConfig { Voice = "nova" } }));
        Assert.Equal((HttpStatusCode.Forbidden, RealtimeFailure.KeyRefused), (e.HttpStatus, e.Failure));
        Assert.Contains("a voice that does not exist", e.Message, StringComparison.Ordinal);
        Assert.Single(_endpoint.Requests);
    }

    [Fact]
    public async Task A_field_that_the_service_does_not_know_is_named()
    {
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => _client.ConnectAsync(
            new LiveConnectOptions { Session = new LiveSessionConfig { AdditionalProperties = new() { ["standby"] = System.Text.Json.JsonElement.Parse("true") } } }));
        Assert.Equal(("unknown_parameter", "session.standby"), (e.ErrorCode, e.Param));
    }

    [Theory]
    [InlineData(nameof(RealtimeTestFault.TruncatedAnswer))]
    [InlineData(nameof(RealtimeTestFault.AnswerWithoutFingerprint))]
    [InlineData(nameof(RealtimeTestFault.JsonInsteadOfSdp))]
    [InlineData(nameof(RealtimeTestFault.Cut))]
    public async Task A_broken_answer_fails_and_leaves_nothing_behind(string fault)
    {
        _endpoint.FailNext(RealtimeTestRoute.LiveSessions, (RealtimeTestFault)typeof(RealtimeTestFault).GetProperty(fault)!.GetValue(null)!);
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => _client.ConnectAsync().WaitAsync(Patience));
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        if (fault == nameof(RealtimeTestFault.Cut))
            Assert.Contains("may have created a session", e.Message, StringComparison.Ordinal);        // cut off before its head or after it
        else
            Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
        Assert.Single(_endpoint.Requests, request => request.Route == RealtimeTestRoute.LiveSessions);
        if (fault is nameof(RealtimeTestFault.TruncatedAnswer) or nameof(RealtimeTestFault.AnswerWithoutFingerprint))
            Assert.Single(_endpoint.Requests, request => request.Route == RealtimeTestRoute.LiveHangUp);
    }

    [Fact]
    public async Task A_session_starts_when_the_service_says_so()
    {
        _endpoint.LiveScript.StartsAtOnce = false;
        Task<LiveWebRtcSession> connecting = _client.ConnectAsync();
        LiveTestSession atService = await _endpoint.WaitForLiveSessionAsync(Patience);
        await atService.Connected.WaitAsync(Patience);
        Assert.False(connecting.IsCompleted);
        atService.Start();
        await using LiveWebRtcSession session = await connecting.WaitAsync(Patience);
        Assert.NotNull(session.GetStatistics().Started);
    }

    [Fact]
    public async Task A_channel_carries_what_it_may()
    {
        var channel = new LiveDataChannelConfig { AllowedClientEvents = new LiveAllowedClientEvents("session.close"), AllowedServerEvents = new LiveAllowedServerEvents("session.started", "session.closed", "error", "info") };
        await using LiveWebRtcSession session = await _client.ConnectAsync(new LiveConnectOptions { Session = new LiveSessionConfig { Client = new LiveClientConfig { DataChannel = channel } } }).WaitAsync(Patience);
        LiveCommandException e = await Assert.ThrowsAsync<LiveCommandException>(() => session.MuteInputAsync().WaitAsync(Patience));
        Assert.Contains("not allowed", e.Message, StringComparison.Ordinal);
        Assert.True((await session.CloseAsync().WaitAsync(Patience)).IsConfirmed);
        using var limit = new CancellationTokenSource(Patience);
        var types = new List<string>();
        await foreach (LiveServerEvent read in session.ReadEventsAsync(limit.Token))
            types.Add(read.Type);
        Assert.Equal(["info", "session.started", "error", "session.closed"], types);
    }

    [Fact]
    public async Task Whatever_a_client_sends_the_session_goes_on()
    {
        await using LiveWebRtcSession session = await _client.ConnectAsync().WaitAsync(Patience);
        var random = new Random(20261130);
        Func<System.Text.Json.JsonElement, Random, byte[]>[] ways = [Mutation.Duplicate, Mutation.Retype, Mutation.MakeHuge, Mutation.Remove, Mutation.Truncate, Mutation.Garble];
        foreach ((_, _, string json) in Examples.Client.Where(example => example.Name != "session.close"))
        {
            foreach (Func<System.Text.Json.JsonElement, Random, byte[]> spoil in ways)
            {
                byte[] spoilt = spoil(Examples.Parse(json), random);
                if (spoilt.Length > 0)
                    await session.SendRawAsync(spoilt);
            }
        }
        await session.UnmuteInputAsync().WaitAsync(Patience);
        await session.AppendThinkingAsync("Still here.").WaitAsync(Patience);
        Assert.True((await session.CloseAsync().WaitAsync(Patience)).IsConfirmed);
    }

    [Fact]
    public async Task Ten_sessions_at_once_are_ten_conversations()
    {
        LiveWebRtcSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _client.ConnectAsync())).WaitAsync(Patience);
        await Task.WhenAll(sessions.Select(session => session.AppendThinkingAsync(session.SessionId!))).WaitAsync(Patience);
        foreach (LiveTestSession atService in _endpoint.LiveSessions)
            Assert.Single(atService.ReceivedEvents, e => e.Type == "session.thinking.append" && (string?)JsonNode.Parse(e.Utf8Json.Span)!["content"] == atService.Id);
        LiveSessionEnd[] ends = await Task.WhenAll(sessions.Select(session => session.CloseAsync())).WaitAsync(Patience);
        Assert.All(ends, end => Assert.True(end.IsConfirmed));
        await Task.WhenAll(_endpoint.LiveSessions.Select(session => session.Completion)).WaitAsync(Patience);
        Assert.Equal(0, _endpoint.OpenLiveSessions);
    }

    private sealed class SpeechOnce(RealtimeTestAudio audio) : IAudioSource
    {
        private int _at;

        public AudioFormat Format => new(48000, 1);

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, audio.Samples.Length - _at);
            audio.Samples.Span.Slice(_at, Math.Max(0, count)).CopyTo(buffer.Span);
            _at += Math.Max(0, count);
            buffer.Span[Math.Max(0, count)..].Clear();
            return new(buffer.Length);
        }
    }

    private sealed class LoudSink : IAudioSink
    {
        public TaskCompletionSource Loud { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AudioFormat Format => new(48000, 1);

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            if (AudioLevel.Measure(pcm.Span).RmsDbfs > -40)
                Loud.TrySetResult();
            return default;
        }

        public void Flush()
        {
        }
    }

    private sealed class EndedSource : IEncodedAudioSource
    {
        public ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(default(EncodedAudioFrame));
    }
}
