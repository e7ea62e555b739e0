using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

public class ChangingKeyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_follows_its_key_from_connect_to_connect()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        string key = endpoint.ApiKey;
        using var client = new RealtimeWebRtcClient(new() { Endpoint = endpoint.BaseAddress, ApiKeyProvider = _ => new(key) });
        await (await client.ConnectAsync().WaitAsync(Patience)).DisposeAsync();

        // Revoked: nothing that the old key has made opens a call any more.
        key = "sk-test-revoked";
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync().WaitAsync(Patience));
        Assert.Equal((ConnectPhase.Key, RealtimeFailure.KeyRefused), (e.Phase, e.Failure));

        key = endpoint.ApiKey;
        await using RealtimeWebRtcSession session = await client.ConnectAsync().WaitAsync(Patience);
        Assert.Equal((2, 2), (endpoint.KeysMinted, endpoint.CallsCreated));
    }
}
