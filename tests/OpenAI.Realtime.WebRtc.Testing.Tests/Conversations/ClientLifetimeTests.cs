using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>
/// Disposing the client, or the HttpClient that it was given, before a session: the session used to stay half closed, its call open on the
/// service, because hanging up threw.
/// </summary>
public class ClientLifetimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_session_outlives_its_client_and_still_hangs_up()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var client = new RealtimeWebRtcClient(new() { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        RealtimeWebRtcSession session = await client.ConnectAsync().WaitAsync(Patience);
        client.Dispose();
        await session.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion.WaitAsync(Patience)).Reason);
        Assert.Contains(endpoint.Requests, request => request.Route == RealtimeTestRoute.HangUp);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync());
    }

    [Fact]
    public async Task A_session_whose_http_client_is_gone_closes_all_the_same()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var http = new HttpClient();
        using var client = new RealtimeWebRtcClient(new() { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey }, http);
        RealtimeWebRtcSession session = await client.ConnectAsync().WaitAsync(Patience);
        http.Dispose();
        await session.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion.WaitAsync(Patience)).Reason);
    }
}
