using System.Net;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>How a sideband comes to its session, and what keeps it from it.</summary>
public sealed class AttachTests : LiveSidebandHarness
{
    [Fact]
    public async Task It_asks_for_a_WebSocket_beside_the_session_with_the_key_and_for_a_goodbye()
    {
        (Options.Organization, Options.Project) = ("org_1", "proj_1");
        Options.ExtraQuery["api-version"] = "7";
        await using LiveSideband sideband = await Client().AttachAsync("live/ü 1").Within();
        await Server.NextAsync();
        HttpRequestSeen asked = Assert.Single(Server.Requests);
        Assert.Equal("/v1/live/sessions/live%2F%C3%BC%201/attach", asked.Path);
        Assert.Equal("?api-version=7&graceful_close=true", asked.Query);
        Assert.Equal(("Bearer " + Key, "org_1", "proj_1"), (asked.Header("Authorization"), asked.Header("OpenAI-Organization"), asked.Header("OpenAI-Project")));
        Assert.Equal(("live/ü 1", SessionState.Connected), (sideband.SessionId, sideband.State));
        Assert.NotNull(sideband.GetStatistics().Timings.Answer);
        Assert.Null(sideband.Info);
        Assert.DoesNotContain(Key, Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_the_service_does_not_know_yet_is_waited_for()
    {
        int tries = 0;
        Server.Instead = async context =>
        {
            if (Interlocked.Increment(ref tries) > 3)
                return false;
            await HttpEndpoint.FailAsync(context, 404, """{"error":{"message":"No session.","type":"invalid_request_error","param":null,"code":"session_not_found"}}""");
            return true;
        };
        await using LiveSideband sideband = await Client().AttachAsync("live_1").Within();
        Assert.Equal(4, Server.Requests.Count);
    }

    [Fact]
    public async Task A_session_that_never_comes_to_be_is_a_failure_after_the_limit()
    {
        Server.EndCall();
        var time = new ManualTimeProvider();
        Task<LiveSideband> attaching = Client(time).AttachAsync("live_1");
        await PassWaitsUntilAsync(time, attaching);
        RealtimeCallException e = await Assert.ThrowsAsync<RealtimeCallException>(() => attaching);
        Assert.Equal((RealtimeCallOperation.Attach, "live_1", HttpStatusCode.NotFound), (e.Operation, e.CallId, e.HttpStatus));
        Assert.InRange(time.Now, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        Assert.StartsWith("Attaching to live_1 failed.", e.Message, StringComparison.Ordinal);
        Assert.Contains("its sound is not connected yet", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("telephone", e.Message, StringComparison.Ordinal);

        e = await Assert.ThrowsAsync<RealtimeCallException>(() => Client().AttachAsync("live_1", new() { WaitForSession = TimeSpan.Zero }).Within());
        Assert.Equal(HttpStatusCode.NotFound, e.HttpStatus);
    }

    [Theory]
    [InlineData(401, RealtimeFailure.KeyRefused)]
    [InlineData(403, RealtimeFailure.KeyRefused)]
    [InlineData(429, RealtimeFailure.RequestRejected)]
    [InlineData(500, RealtimeFailure.RequestRejected)]
    [InlineData(200, RealtimeFailure.AnswerUnusable)]
    public async Task A_refusal_is_told_and_not_tried_again(int status, RealtimeFailure failure)
    {
        Server.Fail(status, "no");
        RealtimeCallException e = await Assert.ThrowsAsync<RealtimeCallException>(() => Client().AttachAsync("live_1").Within());
        Assert.Equal((failure, (HttpStatusCode)status), (e.Failure, e.HttpStatus));
        Assert.Single(Server.Requests);
        Assert.DoesNotContain(Key, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_asked_for_each_time()
    {
        int asked = 0;
        Options.ApiKey = null;
        Options.ApiKeyProvider = _ => ValueTask.FromResult($"sk-{Interlocked.Increment(ref asked)}");
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await using LiveSideband owned = sideband;
        socket.Break();
        await Server.NextAsync();
        Assert.Equal(["Bearer sk-1", "Bearer sk-2"], Server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task What_cannot_be_is_said_before_anything_is_asked()
    {
        LiveWebRtcClient client = Client();
        await Assert.ThrowsAsync<ArgumentException>(() => client.AttachAsync(""));
        await Assert.ThrowsAsync<ArgumentException>(() => client.AttachAsync(".."));
        foreach (LiveSidebandOptions options in new LiveSidebandOptions[]
        {
            new() { WaitForSession = TimeSpan.FromSeconds(-1) },
            new() { ReconnectTimeout = TimeSpan.FromMinutes(11) },
            new() { KeepAliveInterval = TimeSpan.Zero },
            new() { KeepAliveTimeout = TimeSpan.FromMinutes(11) },
            new() { Delegation = new LiveClientHandler((_, _) => Task.FromResult<string?>(null)) { MaxTasks = 0 } },
        })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => client.AttachAsync("live_1", options));
        }
        Assert.Contains("WaitForSession", (await Assert.ThrowsAsync<ArgumentException>(() => client.AttachAsync("live_1", new() { WaitForSession = TimeSpan.FromHours(1) }))).Message, StringComparison.Ordinal);
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.AttachAsync("live_1"));

        (Options.ApiKey, Options.BrokerUrl) = (null, new Uri("http://localhost/broker"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().AttachAsync("live_1"));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_client_that_is_disposed_keeps_its_sidebands()
    {
        LiveWebRtcClient client = Client();
        await using LiveSideband sideband = await client.AttachAsync("live_1").Within();
        ServedSocket socket = await Server.NextAsync();
        client.Dispose();
        socket.Break();
        ServedSocket again = await Server.NextAsync();      // by the same HTTP client
        await sideband.SendAsync(new LiveResponseCreate()).AsTask().Within();
        Assert.Contains("response.create", await again.ReceiveAsync(), StringComparison.Ordinal);
    }
}
