using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>Connecting that the caller, or the clock, gives up.</summary>
public sealed class ConnectGivenUpTests : ConnectHarness
{
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
}
