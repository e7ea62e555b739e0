using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>Connecting that succeeds: what is asked for in which order, with which keys, and what is told of it.</summary>
public sealed class ConnectTests : ConnectHarness
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

    private sealed class Steps : IProgress<ConnectProgress>
    {
        public List<ConnectProgress> Seen { get; } = [];

        public void Report(ConnectProgress value)
        {
            lock (Seen)
                Seen.Add(value);
        }
    }
}
