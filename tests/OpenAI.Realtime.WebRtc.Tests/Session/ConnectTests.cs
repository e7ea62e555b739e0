using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

public sealed class ConnectTests : Harness
{
    [Fact]
    public async Task Connecting_mints_exchanges_applies_the_answer_and_is_connected()
    {
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Session = new RealtimeSessionConfig { Voice = "marin" } });

        Assert.Equal(["/v1/realtime/client_secrets", "/v1/realtime/calls"], Endpoint.Requests.Select(r => r.Path));
        HttpRequestSeen[] seen = [.. Endpoint.Requests];
        Assert.Equal("""{"session":{"type":"realtime","model":"gpt-realtime-2.1","audio":{"output":{"voice":"marin"}}}}""", seen[0].Text);
        Assert.Equal("Bearer ek_test_1", seen[1].Header("Authorization"));
        Assert.Equal(ScriptedPeer.Offer, seen[1].Text);
        Assert.Equal(HttpEndpoint.Answer, Peer.Answer);
        Assert.Equal("rtc_1", session.CallId);
        Assert.Equal(SessionState.Connected, session.State);
        Assert.Equal(2, Audio.Starts);
        Assert.Empty(Peer.Sent);
        Assert.True(Peer.Options!.IncludeLoopback);
    }

    [Fact]
    public async Task The_engine_is_told_which_ports_and_addresses_to_use()
    {
        Options.UdpPorts = "40000-40100";
        Options.LocalAddresses.Add("192.0.2.1");
        Options.AnnouncedAddresses.Add("203.0.113.7");
        Options.AnnounceLocalAddresses = true;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        PeerConnectionOptions told = Peer.Options!;
        Assert.Equal(new PortRange(40000, 40100), told.UdpPorts);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], told.LocalAddresses!);
        Assert.Equal([IPAddress.Parse("203.0.113.7")], told.AnnouncedAddresses!);
        Assert.True(told.AnnounceLocalAddresses);
        Assert.Null(told.Interfaces);
    }

    [Fact]
    public async Task The_key_is_fetched_while_the_offer_is_written()
    {
        var offering = new TaskCompletionSource();
        var minted = new TaskCompletionSource();
        Peer.OnOffer = _ => minted.Task;
        Func<Microsoft.AspNetCore.Http.HttpContext, Task> mint = Endpoint.Routes["/v1/realtime/client_secrets"];
        Endpoint.Routes["/v1/realtime/client_secrets"] = async c =>
        {
            await mint(c);
            minted.TrySetResult();
        };

        // Would never end if the key waited for the offer.
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Assert.NotNull(session.Timings.Key);
    }

    [Fact]
    public async Task A_second_session_with_the_same_configuration_uses_the_same_key()
    {
        RealtimeWebRtcClient client = Client();
        await using (await client.ConnectAsync().Within())
        {
        }
        var second = new ScriptedPeer();
        using var other = new RealtimeWebRtcClient(Options, peerFactory: second) { AudioFactory = Audio.Create };
        Assert.Single(Endpoint.To("/v1/realtime/client_secrets"));
        await using RealtimeWebRtcSession _ = await other.ConnectAsync().Within();
        Assert.Equal(2, Endpoint.To("/v1/realtime/client_secrets").Count()); // another client keeps its own
    }

    [Fact]
    public async Task A_kept_key_that_is_refused_is_minted_once_more()
    {
        RealtimeWebRtcClient client = Client(new CachingEphemeralKeyProvider(new OpenAIEphemeralKeyProvider(Options, new HttpClient())));
        await WarmUp(client);
        Endpoint.Routes["/v1/realtime/calls"] = c => c.Request.Headers.Authorization == "Bearer ek_test_1"
            ? HttpEndpoint.FailAsync(c, 401, """{"error":{"message":"expired","type":"invalid_request_error","param":null,"code":"token_expired"}}""")
            : HttpEndpoint.WriteAnswerAsync(c);

        await using RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        Assert.Equal(2, Endpoint.To("/v1/realtime/client_secrets").Count());
        Assert.Equal(["Bearer ek_test_1", "Bearer ek_test_1", "Bearer ek_test_2"], Endpoint.To("/v1/realtime/calls").Select(r => r.Header("Authorization")));
        Assert.Contains(Log.GetSnapshot(), e => e.Id.Id == 4);
    }

    [Fact]
    public async Task A_key_that_is_refused_again_ends_the_attempt()
    {
        RealtimeWebRtcClient client = Client(new CachingEphemeralKeyProvider(new OpenAIEphemeralKeyProvider(Options, new HttpClient())));
        await WarmUp(client);
        Endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 401, "{}");
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync().Within());
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(2, Endpoint.To("/v1/realtime/client_secrets").Count());
    }

    [Fact]
    public async Task A_new_key_that_is_refused_is_not_minted_again()
    {
        Endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 401, "{}");
        var e = await ConnectFails();
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Single(Endpoint.To("/v1/realtime/client_secrets"));
    }

    [Fact]
    public async Task The_unified_interface_needs_no_key()
    {
        Options.UseUnifiedInterface = true;
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Session = new RealtimeSessionConfig { Instructions = "Hi" }, SafetyIdentifier = "alice" });
        HttpRequestSeen seen = Assert.Single(Endpoint.Requests);
        Assert.Contains("\"instructions\":\"Hi\"", seen.Text, StringComparison.Ordinal);
        Assert.Equal("Bearer sk-test-api-key", seen.Header("Authorization"));
        Assert.Equal("alice", seen.Header("OpenAI-Safety-Identifier"));
        Assert.Null(session.Timings.Key);
        Assert.Empty(Peer.Sent);
    }

    [Fact]
    public async Task A_configuration_that_no_key_carries_is_the_first_event_sent()
    {
        Options.EphemeralKey = "ek_given";
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Session = new RealtimeSessionConfig { Voice = "marin", Model = "other" } });
        Assert.Equal("""{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"marin"}}}}""", Assert.Single(Peer.Sent));
    }

    [Fact]
    public async Task A_session_without_settings_sends_no_update()
    {
        Options.EphemeralKey = "ek_given";
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Assert.Empty(Peer.Sent);
    }

    [Fact]
    public async Task A_key_of_ones_own_server_is_never_given_to_the_next_user_of_the_process()
    {
        Options.ApiKey = null;
        Options.KeyUrl = new Uri(Endpoint.Base, "/session");
        Endpoint.Routes["/session"] = c => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(c.Response,
            $$"""{"value":"ek_{{c.Request.Headers["X-User"]}}","expires_at":4102444800}""");
        using var http = new HttpClient(RealtimeWebRtcClient.CreateHandler());
        using var client = new RealtimeWebRtcClient(Options, peerFactory: Peer, keyServerHttpClient: http) { AudioFactory = Audio.Create };
        foreach (string user in new[] { "alice", "bob" })
        {
            http.DefaultRequestHeaders.Remove("X-User");
            http.DefaultRequestHeaders.Add("X-User", user);
            await using RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        }
        Assert.Equal(["Bearer ek_alice", "Bearer ek_bob"], Endpoint.To("/v1/realtime/calls").Select(r => r.Header("Authorization")));
        Assert.All(Endpoint.To("/v1/realtime/calls"), r => Assert.Null(r.Header("X-User")));
    }

    [Fact]
    public async Task The_beta_goes_the_articles_way()
    {
        Options.Dialect = RealtimeDialect.Beta;
        Options.ApiKey = null;
        Options.KeyUrl = new Uri(Endpoint.Base, "/session");
        Endpoint.Routes["/session"] = c => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(c.Response, """{"client_secret":{"value":"ek_b","expires_at":4102444800}}""");
        Endpoint.Routes["/v1/realtime"] = c => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(c.Response, HttpEndpoint.Answer);
        await using RealtimeWebRtcSession session = await ConnectAsync(new() { Session = new RealtimeSessionConfig { Voice = "shimmer", InputTranscription = new InputTranscription { Model = "whisper-1" } } });
        Assert.Equal("?model=gpt-realtime-2.1", Assert.Single(Endpoint.To("/v1/realtime")).Query);
        Assert.Equal("""{"type":"session.update","session":{"input_audio_transcription":{"model":"whisper-1"},"voice":"shimmer"}}""", Assert.Single(Peer.Sent));
        Assert.Null(session.CallId);

        Peer.Receive("""{"type":"response.audio_transcript.done","response_id":"r","item_id":"i","output_index":0,"content_index":0,"transcript":"hello"}""");
        ServerEvent e = Assert.Single(await ReadAsync(session, 1));
        Assert.Equal("hello", Assert.IsType<ResponseOutputAudioTranscriptDone>(e).Transcript);
        Assert.Equal("response.audio_transcript.done", e.Type);
        await session.CloseAsync().Within();
        Assert.Equal(0, HangUps);
    }

    [Fact]
    public async Task Each_step_is_told_with_its_time_on_one_clock()
    {
        var clock = new ManualTimeProvider();     // begins at 0, as the times at which the peer's packets arrive do
        Peer.OnOffer = _ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(5));
            return Task.CompletedTask;
        };
        Peer.OnConnect = _ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(30));
            Peer.Enter(PeerState.CheckingConnectivity, 5);
            Peer.Enter(PeerState.Securing, 10);
            Peer.Enter(PeerState.OpeningChannel, 20);
            Peer.Enter(PeerState.Connected, 30);
            return Task.CompletedTask;
        };
        var steps = new Steps();
        await using RealtimeWebRtcSession session = await Client(timeProvider: clock).ConnectAsync(new() { Progress = steps }).Within();
        Peer.Receive("""{"type":"session.created","session":{}}""");
        await ReadAsync(session, 1);
        Audio.Track!.TryRead(new byte[EncodedAudio.MaxLength], out _);

        Assert.Equal(
            [ConnectStep.Answer, ConnectStep.Ice, ConnectStep.Dtls, ConnectStep.Channel, ConnectStep.FirstEvent, ConnectStep.FirstAudio],
            steps.Seen.Select(s => s.Step).Where(s => s != ConnectStep.Key));
        ConnectTimings timings = session.Timings;
        Assert.NotNull(timings.Key);
        Assert.Equal(TimeSpan.FromMilliseconds(5), timings.Answer);
        Assert.Equal(TimeSpan.FromMilliseconds(10), timings.Ice);
        Assert.Equal(TimeSpan.FromMilliseconds(20), timings.Dtls);
        Assert.Equal(TimeSpan.FromMilliseconds(30), timings.Channel);
        Assert.Equal(TimeSpan.FromMilliseconds(35), timings.FirstEvent);
        Assert.Equal(TimeSpan.FromMilliseconds(33), timings.FirstAudio);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_applied_is_named_and_its_call_is_hung_up()
    {
        Peer.OnAnswer = _ => throw new SdpException("a=fingerprint is missing.", 4, "a=ice-pwd:topsecret");
        var e = await ConnectFails();
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
        Assert.Contains("a=fingerprint is missing", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: true);
    }

    [Theory]
    [InlineData(PeerEndReason.NoLocalAddress, PeerPhase.Gathering, ConnectPhase.Offer, RealtimeFailure.NoLocalAddress, "network")]
    [InlineData(PeerEndReason.IceFailed, PeerPhase.Ice, ConnectPhase.Ice, RealtimeFailure.IceFailed, "Let UDP or TCP out")]
    [InlineData(PeerEndReason.DtlsTimeout, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.DtlsFailed, "Try again")]
    [InlineData(PeerEndReason.DtlsFailed, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.DtlsFailed, "Try again")]
    [InlineData(PeerEndReason.FingerprintMismatch, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.FingerprintMismatch, "Do not retry blindly")]
    [InlineData(PeerEndReason.ChannelTimeout, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ChannelNeverOpened, "request id")]
    [InlineData(PeerEndReason.ChannelFailed, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ChannelNeverOpened, "request id")]
    [InlineData(PeerEndReason.ClosedByPeer, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ClosedByPeer, "session configuration")]
    [InlineData(PeerEndReason.EngineFailure, PeerPhase.Ice, ConnectPhase.Ice, RealtimeFailure.Internal, "report it")]
    public async Task Each_way_the_engine_fails_is_told_apart_and_leaves_nothing_behind(
        PeerEndReason reason, PeerPhase peerPhase, ConnectPhase phase, RealtimeFailure failure, string remedy)
    {
        Peer.OnConnect = _ => throw new PeerConnectionException(new PeerEnd(reason, peerPhase, "the detail"));
        var e = await ConnectFails();
        Assert.Equal(phase, e.Phase);
        Assert.Equal(failure, e.Failure);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.Matches(@"\. the detail\. [A-Z].*\.$", e.Message);        // what happened, how it ended, what to do: each a sentence
        AssertNothingLeft(hungUp: true);
    }

    [Fact]
    public async Task An_engine_that_never_ends_is_ended()
    {
        var clock = new FakeTimeProvider();
        var connecting = new TaskCompletionSource();
        Peer.OnConnect = token =>
        {
            Peer.Enter(PeerState.Securing);
            connecting.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        Task<RealtimeWebRtcSession> attempt = Client(timeProvider: clock).ConnectAsync();
        await connecting.Task.Within();
        clock.Advance(TimeSpan.FromMinutes(1));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Dtls, e.Phase);
        Assert.Contains("Try again", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: true);
    }

    [Fact]
    public async Task A_service_that_never_answers_is_given_up_after_the_answer_timeout()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        Endpoint.Routes["/v1/realtime/calls"] = c => HangAsync(c, asked);
        Task<RealtimeWebRtcSession> attempt = Client(timeProvider: clock).ConnectAsync();
        await asked.Task.Within();
        clock.Advance(TimeSpan.FromSeconds(21));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains("AnswerTimeout", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: false);
    }

    [Fact]
    public async Task Audio_that_cannot_be_made_fails_the_connect_before_anything_is_opened()
    {
        RealtimeWebRtcClient client = Client();
        client.AudioFactory = (_, _) => throw new DllNotFoundException("no opus");
        await Assert.ThrowsAsync<DllNotFoundException>(() => client.ConnectAsync().Within());
        Assert.True(Peer.Disposed);
        Assert.Empty(Endpoint.To("/v1/realtime/calls"));
    }

    [Fact]
    public async Task A_key_provider_of_ones_own_fails_with_its_phase()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Client(new FuncKeys((_, _) => throw new IOException("vault is shut"))).ConnectAsync().Within());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.Contains("vault is shut", e.Message, StringComparison.Ordinal);
        Assert.True(Peer.Disposed);
    }

    [Fact]
    public async Task A_key_provider_of_ones_own_is_given_up_after_the_key_timeout()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        Task<RealtimeWebRtcSession> attempt = Client(new FuncKeys((_, _) =>
        {
            asked.SetResult();
            return new TaskCompletionSource<EphemeralKey>().Task; // ignores its token
        }), clock).ConnectAsync();
        await asked.Task.Within();
        clock.Advance(TimeSpan.FromSeconds(16));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("offer")]
    [InlineData("key")]
    [InlineData("answer")]
    [InlineData("answer body")]
    [InlineData("set answer")]
    [InlineData("connect")]
    [InlineData("configure")]
    public async Task Connecting_can_be_cancelled_at_every_phase_and_leaves_nothing_behind(string phase)
    {
        using var cancel = new CancellationTokenSource();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task Hold(CancellationToken token)
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
        switch (phase)
        {
            case "before":
                await cancel.CancelAsync();
                reached.SetResult();
                break;
            case "offer":
                Peer.OnOffer = Hold;
                break;
            case "key":
                Endpoint.Routes["/v1/realtime/client_secrets"] = c => HangAsync(c, reached);
                break;
            case "answer":
                Endpoint.Routes["/v1/realtime/calls"] = c => HangAsync(c, reached);
                break;
            case "answer body":
                Endpoint.Routes["/v1/realtime/calls"] = async c =>
                {
                    c.Response.StatusCode = 201;
                    c.Response.Headers.Location = "/v1/realtime/calls/rtc_1";
                    await c.Response.Body.FlushAsync();
                    await HangAsync(c, new TaskCompletionSource());
                };
                break;
            case "set answer":
                Peer.OnAnswer = _ => cancel.Cancel();
                Peer.OnConnect = token =>
                {
                    reached.TrySetResult();
                    token.ThrowIfCancellationRequested();
                    return Task.CompletedTask;
                };
                break;
            case "connect":
                Peer.OnConnect = Hold;
                break;
            case "configure":
                Options.EphemeralKey = "ek_given";
                Peer.OnSend = _ =>
                {
                    cancel.Cancel();
                    reached.TrySetResult();
                    throw new OperationCanceledException(cancel.Token);
                };
                break;
        }
        using var http = new HttpClient(new HeadersSeen(phase == "answer body" ? 201 : 0, reached));
        RealtimeWebRtcClient client = Client(httpClient: http);
        Task<RealtimeWebRtcSession> attempt = client.ConnectAsync(new() { Session = new RealtimeSessionConfig { Voice = "marin" } }, cancel.Token);
        await reached.Task.Within();
        await cancel.CancelAsync();
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.Within());
        Assert.Equal(cancel.Token, e.CancellationToken);

        if (phase == "before")
        {
            Assert.Empty(Endpoint.Requests);
            return;
        }
        AssertNothingLeft(hungUp: phase is "answer body" or "set answer" or "connect" or "configure");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_call_that_the_service_makes_after_the_connect_was_given_up_is_hung_up(bool unified, bool byTimeout)
    {
        Options.UseUnifiedInterface = unified;
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hungUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Endpoint.Routes["/v1/realtime/calls"] = async c =>
        {
            asked.TrySetResult();
            await answer.Task;
            await HttpEndpoint.WriteAnswerAsync(c);
        };
        Endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = _ =>
        {
            hungUp.TrySetResult();
            return Task.CompletedTask;
        };
        using var cancel = new CancellationTokenSource();
        RealtimeWebRtcClient client = Client(timeProvider: clock);
        Task<RealtimeWebRtcSession> attempt = client.ConnectAsync(cancellationToken: cancel.Token);
        await asked.Task.Within();
        if (byTimeout)
            clock.Advance(Options.AnswerTimeout);
        else
            await cancel.CancelAsync();
        Exception? e = await Record.ExceptionAsync(() => attempt.Within());
        Assert.IsAssignableFrom(byTimeout ? typeof(RealtimeConnectException) : typeof(OperationCanceledException), e);
        AssertNothingLeft(hungUp: false);

        client.Dispose(); // the request that is left behind keeps the client's own HttpClient
        answer.SetResult();
        await hungUp.Task.Within();
        Assert.Equal(1, HangUps);
    }

    [Fact]
    public async Task A_request_left_behind_ends_after_ten_seconds()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Endpoint.Routes["/v1/realtime/calls"] = async c =>
        {
            await HangAsync(c, asked);
            gone.TrySetResult();
        };
        using var cancel = new CancellationTokenSource();
        Task<RealtimeWebRtcSession> attempt = Client(timeProvider: clock).ConnectAsync(cancellationToken: cancel.Token);
        await asked.Task.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.Within());
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(gone.Task.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await gone.Task.Within();
        Assert.Equal(0, HangUps);
    }

    [Fact]
    public async Task A_failed_hang_up_does_not_hide_why_connecting_failed()
    {
        Endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = c => HttpEndpoint.FailAsync(c, 500, "oops", "text/plain");
        Peer.OnConnect = _ => throw new PeerConnectionException(new PeerEnd(PeerEndReason.IceFailed, PeerPhase.Ice, "no pair"));
        Assert.Equal(RealtimeFailure.IceFailed, (await ConnectFails()).Failure);
        Assert.Contains(Log.GetSnapshot(), entry => entry.Id.Id == 3);
    }

    [Fact]
    public async Task The_hang_up_of_a_call_opened_with_a_given_key_uses_that_key()
    {
        Options.ApiKey = null;
        Options.EphemeralKey = "ek_given";
        await using (await ConnectAsync())
        {
        }
        Assert.Equal("Bearer ek_given", Endpoint.To("/v1/realtime/calls/rtc_1/hangup").Single().Header("Authorization"));
    }

    [Fact]
    public async Task A_5xx_leaves_no_socket_open_and_nothing_to_hang_up()
    {
        Endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 503, "busy", "text/plain");
        var e = await ConnectFails();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, e.HttpStatus);
        AssertNothingLeft(hungUp: false);
    }

    [Fact]
    public async Task Neither_keys_nor_passwords_are_logged_at_any_level()
    {
        Options.EphemeralKey = null;
        Options.UseUnifiedInterface = false;
        await using (RealtimeWebRtcSession session = await ConnectAsync(new() { Session = new RealtimeSessionConfig { Instructions = "Hi", ExtraProperties = new JsonObject { ["note"] = "sk-in-content" } } }))
        {
            Peer.Receive("""{"type":"session.created","session":{"client_secret":{"value":"ek_in_event"}},"sdp":"a=ice-pwd:pwdinevent"}""");
            Peer.Receive("""{"type":"error","error":{"message":"Bad key sk-in-error"}}""");
            await ReadAsync(session, 2);
            await session.SendRawAsync("""{"type":"x","token":"Bearer raw.token.here"}"""u8.ToArray());
        }
        Endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 400, """{"error":{"message":"Bad ek_test_1 in a=ice-pwd:offerpasswordofferpassword00"}}""");
        var failed = new RealtimeWebRtcClient(Options, peerFactory: new ScriptedPeer(), loggerFactory: Log.Factory()) { AudioFactory = Audio.Create };
        await Assert.ThrowsAsync<RealtimeConnectException>(() => failed.ConnectAsync().Within());

        Assert.Contains(Log.GetSnapshot(), e => e.Id.Id == 30);
        Assert.Contains(Log.GetSnapshot(), e => e.Id.Id == 31);
        foreach (string secret in new[]
        {
            "sk-test-api-key", "ek_test", "offerpassword", "answerpassword", "in_event", "pwdinevent", "in-error", "raw.token",
        })
        {
            Assert.DoesNotContain(secret, Log.All, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("sk-test-api-key", Options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_over_http_to_another_machine_are_warned_about()
    {
        Options.Endpoint = new Uri("http://192.0.2.1/v1");
        Client();
        Assert.Contains(Log.GetSnapshot(), e => e.Id.Id == 5);
        await Task.CompletedTask;
    }

    private async Task WarmUp(RealtimeWebRtcClient client)
    {
        // A first attempt that fails after the key has been used leaves the key in the cache.
        Peer.OnConnect = _ => throw new PeerConnectionException(new PeerEnd(PeerEndReason.IceFailed, PeerPhase.Ice, "warm-up"));
        await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync().Within());
        Peer.OnConnect = _ => Task.CompletedTask;
    }

    private async Task<RealtimeConnectException> ConnectFails()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.DoesNotContain("sk-test-api-key", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ek_test", e.ToString(), StringComparison.Ordinal);
        Assert.Contains(Log.GetSnapshot(), entry => entry.Id.Id == 12);
        return e;
    }

    private void AssertNothingLeft(bool hungUp)
    {
        Assert.True(Peer.Disposed);
        Assert.True(Audio.Disposed);
        Assert.Equal(hungUp ? 1 : 0, HangUps);
    }

    private static async Task HangAsync(Microsoft.AspNetCore.Http.HttpContext context, TaskCompletionSource asked)
    {
        var gone = new TaskCompletionSource();
        using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult());
        asked.TrySetResult();
        await gone.Task;
    }

    private sealed class Steps : IProgress<ConnectProgress>
    {
        public List<ConnectProgress> Seen { get; } = [];

        public void Report(ConnectProgress value)
        {
            lock (Seen)
                Seen.Add(value);
        }
    }

    private sealed class FuncKeys(Func<EphemeralKeyRequest, CancellationToken, Task<EphemeralKey>> get) : IEphemeralKeyProvider
    {
        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) => new(get(request, cancellationToken));
    }
}
