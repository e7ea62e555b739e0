using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

public sealed class LiveConnectTests : LiveHarness
{
    [Fact]
    public async Task A_session_is_created_with_one_request_of_JSON_and_the_whole_offer()
    {
        Starts();
        Options.SafetyIdentifier = "user-7";
        Options.Project = "proj_1";
        await using LiveWebRtcSession session = await ConnectAsync(new LiveConnectOptions { Session = new LiveSessionConfig { Voice = LiveVoice.Cedar } });

        HttpRequestSeen request = Assert.Single(Endpoint.To(Path));
        Assert.Equal(("application/json", "Bearer sk-test-api-key", "proj_1"), (request.Header("Content-Type"), request.Header("Authorization"), request.Header("OpenAI-Project")));
        LiveSessionRequest asked = LiveSessionRequest.Read(request.Body);
        Assert.Equal(("webrtc", ScriptedPeer.Offer), (asked.Transport.Type, asked.Transport.Sdp));
        Assert.EndsWith("\r\n", asked.Transport.Sdp, StringComparison.Ordinal);
        Assert.Equal("gpt-live-1", asked.Session!.Model.Value!.Value.Value);
        Assert.Equal("user-7", asked.Session.SafetyIdentifier.Value);
        Assert.Equal("cedar", asked.Session.Voice.Value!.Value.Value);
        Assert.Equal((HttpEndpoint.Answer, "live_1"), (Peer.Answer, session.SessionId));
        Assert.Equal(SessionState.Connected, session.State);
        Assert.Equal("gpt-live-1", session.Info!.Model.Value!.Value.Value);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task Any_success_will_do(int status)
    {
        Starts();
        Answers(status);
        await using LiveWebRtcSession session = await ConnectAsync();
        Assert.Equal("live_1", session.SessionId);
    }

    [Fact]
    public async Task An_open_channel_is_not_a_started_session_and_a_remark_may_come_first()
    {
        var connected = new TaskCompletionSource();
        Starts();
        Peer.OnConnect = _ =>
        {
            Peer.Receive("""{"type":"info","event_id":"event_0","code":"data_channel_permissions","message":"All."}""");
            connected.SetResult();
            return Task.CompletedTask;
        };
        Task<LiveWebRtcSession> connecting = ConnectAsync();
        await connected.Task.Within();
        Assert.False(connecting.IsCompleted);
        Peer.Receive(Started);
        await using LiveWebRtcSession session = await connecting.Within();
        await session.CloseAsync().Within();
        Assert.Equal(["info", "session.started", "session.closed"], (await ReadAllAsync(session)).Select(e => e.Type));
    }

    [Fact]
    public async Task A_start_that_cannot_be_read_is_a_start()
    {
        Starts();
        Peer.OnConnect = _ =>
        {
            Peer.Receive("""{"type":"session.started","session":7}""");
            return Task.CompletedTask;
        };
        await using LiveWebRtcSession session = await ConnectAsync();
        Assert.Null(session.Info);
        Assert.Equal("live_1", session.SessionId);
    }

    [Fact]
    public async Task Silence_flows_before_the_start_and_the_source_after_it()
    {
        var sent = new TaskCompletionSource();
        var source = new CountingSource();
        Peer.OnAudio = _ => sent.TrySetResult();
        Starts();
        Peer.OnConnect = _ => Task.CompletedTask;
        Task<LiveWebRtcSession> connecting = ConnectAsync(new LiveConnectOptions { Audio = new AudioOptions { Source = source } });
        await sent.Task.Within();       // of the filler, since the source is not read yet
        Assert.Equal(0, source.Reads);
        Peer.Receive(Started);
        await using LiveWebRtcSession session = await connecting.Within();
        await source.Read.Task.Within();
        Assert.True(session.GetStatistics().FillerPackets > 0);
    }

    [Fact]
    public async Task An_error_before_the_start_is_the_failure_of_the_connect()
    {
        Peer.OnConnect = _ =>
        {
            Peer.Receive("""{"type":"error","event_id":"e","error":{"type":"billing_error","code":"credit_balance_exhausted","message":"No credit for sk-secret1234.","param":null}}""");
            return Task.CompletedTask;
        };
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal((ConnectPhase.Session, RealtimeFailure.RequestRejected, "credit_balance_exhausted", "billing_error"), (e.Phase, e.Failure, e.ErrorCode, e.ErrorType));
        Assert.DoesNotContain("secret1234", e.Message, StringComparison.Ordinal);
        Assert.True(Peer.Disposed);
        Assert.Equal(1, HangUps);
        Assert.Single(Endpoint.To(Path));
    }

    [Fact]
    public async Task A_session_that_does_not_start_in_time_is_given_up()
    {
        var time = new FakeTimeProvider();
        var connected = new TaskCompletionSource();
        Peer.OnConnect = _ =>
        {
            connected.SetResult();
            return Task.CompletedTask;
        };
        Task<LiveWebRtcSession> connecting = ConnectAsync(timeProvider: time);
        await connected.Task.Within();
        await time.PassUntilAsync(() => Peer.Sent.Any(sent => sent.Contains("session.close", StringComparison.Ordinal)), TimeSpan.FromSeconds(1));
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => connecting.Within());
        Assert.Equal((ConnectPhase.Session, RealtimeFailure.SessionNeverStarted), (e.Phase, e.Failure));
        Assert.Contains("session.close", string.Join('\n', Peer.Sent), StringComparison.Ordinal);
        Assert.True(Peer.Disposed);
        Assert.Equal(1, HangUps);
    }

    [Fact]
    public async Task A_cancelled_connect_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        Peer.OnConnect = _ => cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().ConnectAsync(null, cancel.Token)).Within();
        Assert.True(Peer.Disposed);
        Assert.Equal(1, HangUps);
    }

    [Fact]
    public async Task A_refused_key_has_three_causes_and_the_message_names_them()
    {
        Endpoint.Routes[Path] = context => HttpEndpoint.FailAsync(context, 403, """{"error":{"message":"Voice session access denied","type":"forbidden","param":null,"code":"forbidden"}}""");
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal((RealtimeFailure.KeyRefused, HttpStatusCode.Forbidden, "forbidden"), (e.Failure, e.HttpStatus, e.ErrorCode));
        Assert.Contains("no access to the Live API", e.Message, StringComparison.Ordinal);
        Assert.Contains("subscription", e.Message, StringComparison.Ordinal);
        Assert.Contains("voice", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, HangUps);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task The_request_is_never_repeated(int status)
    {
        Endpoint.Routes[Path] = context => HttpEndpoint.FailAsync(context, status, """{"error":{"message":"Try again.","type":"server_error"}}""");
        await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Single(Endpoint.Requests);
    }

    [Fact]
    public async Task Where_the_answer_is_lost_the_message_says_that_there_may_be_a_session()
    {
        Endpoint.Routes[Path] = async context =>
        {
            context.Response.StatusCode = 201;
            context.Response.ContentLength = 5000;
            await context.Response.WriteAsync("{\"session\":");
            context.Abort();
        };
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Contains("may have created a session", e.Message, StringComparison.Ordinal);
        Assert.Single(Endpoint.Requests);
    }

    [Fact]
    public async Task Nobody_is_asked_twice_where_nobody_listens()
    {
        await Endpoint.DisposeAsync();
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.DoesNotContain("may have created", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v=0\r\n")]
    [InlineData("{}")]
    [InlineData("{\"session\":{\"id\":\"live_1\"}}")]
    [InlineData("{\"session\":{\"id\":\"live_1\"},\"transport\":{\"type\":\"webrtc\",\"sdp\":\"no sdp\"}}")]
    [InlineData("{\"session\":{\"id\":7},\"transport\":[]}")]
    public async Task An_answer_that_is_none_is_quoted_and_its_session_ended(string body)
    {
        Endpoint.Routes[Path] = context => HttpEndpoint.FailAsync(context, 201, body);
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal((ConnectPhase.Answer, RealtimeFailure.AnswerUnusable), (e.Phase, e.Failure));
        Assert.Equal(body.Contains("live_1", StringComparison.Ordinal) ? 1 : 0, HangUps);
    }

    [Fact]
    public async Task A_session_that_is_created_when_its_caller_has_gone_is_ended()
    {
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        Func<HttpContext, Task> answer = Endpoint.Routes[Path];
        Endpoint.Routes[Path] = async context =>
        {
            asked.SetResult();
            await go.Task;
            await answer(context);
        };
        Endpoint.Routes[Path + "/live_1/hangup"] = _ =>
        {
            hungUp.TrySetResult();
            return Task.CompletedTask;
        };
        using var cancel = new CancellationTokenSource();
        Task<LiveWebRtcSession> connecting = Client().ConnectAsync(null, cancel.Token);
        await asked.Task.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting).Within();
        go.SetResult();
        await hungUp.Task.Within();
    }

    [Fact]
    public async Task A_fork_goes_on_from_a_stored_session()
    {
        Starts();
        Answers(path: Path + "/live%20old/fork");
        Endpoint.Routes[Path + "/live old/fork"] = Endpoint.Routes[Path + "/live%20old/fork"];
        await using LiveWebRtcSession session = await ConnectAsync(new LiveConnectOptions { ForkOf = "live old", Session = new LiveSessionConfig { Store = true, Instructions = "not sent" } });
        LiveSessionRequest asked = LiveSessionRequest.Read(Assert.Single(Endpoint.Requests).Body);
        Assert.Equal("{\"store\":true}", Encoding.UTF8.GetString(asked.Session!.ToUtf8Json()));
    }

    [Fact]
    public async Task A_broker_is_asked_the_same_without_a_key()
    {
        Starts();
        Options.ApiKey = null;
        Options.BrokerUrl = new Uri(Endpoint.Base, "/start");
        Endpoint.Routes["/start"] = Endpoint.Routes[Path];
        await using LiveWebRtcSession session = await ConnectAsync();
        HttpRequestSeen request = Assert.Single(Endpoint.Requests);
        Assert.Equal(("/start", null), (request.Path, request.Header("Authorization")));
        Assert.Equal(ScriptedPeer.Offer, LiveSessionRequest.Read(request.Body).Transport.Sdp);
    }

    [Theory]
    [InlineData(401, "Your broker did not accept the caller")]
    [InlineData(403, "your broker does not allow this caller")]
    [InlineData(404, "BrokerUrl")]
    [InlineData(502, "may have created a session")]
    public async Task A_broker_that_refuses_is_said_to_have(int status, string remedy)
    {
        Options.ApiKey = null;
        Options.BrokerUrl = new Uri(Endpoint.Base, "/start");
        Answers(status, "/start");
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.StartsWith($"Your broker answered {status}", e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ephemeral", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "set ApiKey to a project's key")]
    [InlineData(true, "let ApiKeyProvider give a project's key")]
    public async Task A_key_that_is_refused_is_said_to_have_to_be_a_projects(bool isProvided, string remedy)
    {
        Options.ApiKey = isProvided ? null : "ek_of_the_other_api";
        Options.ApiKeyProvider = isProvided ? _ => ValueTask.FromResult("ek_of_the_other_api") : null;
        Answers(401);
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ek_of", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_negotiated_channel_is_named_in_the_body()
    {
        Starts();
        Options.NegotiatedChannelId = 3;
        await using LiveWebRtcSession session = await ConnectAsync();
        HttpRequestSeen request = Assert.Single(Endpoint.Requests);
        Assert.Equal(("", 3), (request.Query, JsonElement.Parse(request.Body).GetProperty("transport").GetProperty("dcid").GetInt32()));
    }

    [Fact]
    public async Task DTX_is_refused_before_anything_is_asked()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ConnectAsync(new LiveConnectOptions { Audio = new AudioOptions { Encoder = new OpusEncoderOptions { Dtx = true } } }));
        Assert.Empty(Endpoint.Requests);
    }

    [Fact]
    public async Task No_key_stands_in_the_log()
    {
        Starts();
        await (await ConnectAsync()).DisposeAsync();
        Assert.NotEmpty(Log.GetSnapshot());
        Assert.DoesNotContain("sk-test-api-key", Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("offerpassword", Log.All, StringComparison.Ordinal);
    }

    private sealed class CountingSource : IAudioSource
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public TaskCompletionSource Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AudioFormat Format => new(48000, 1);

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            Read.TrySetResult();
            buffer.Span.Clear();
            return new(buffer.Length);
        }
    }
}
