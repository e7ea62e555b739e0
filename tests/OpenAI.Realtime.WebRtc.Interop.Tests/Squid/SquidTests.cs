using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Squid;

/// <summary>Whole conversations through the proxy that many companies run: the requests and the call.</summary>
public class SquidTests
{
    [SquidFact]
    public async Task A_conversation_goes_through_Squid()
    {
        await using SquidProxy squid = await SquidProxy.StartAsync();
        await TalkAsync(squid, squid.Address);
    }

    [SquidFact]
    public async Task A_conversation_goes_through_Squid_that_asks_who_we_are()
    {
        await using SquidProxy squid = await SquidProxy.StartAsync("caller", "s3cret");
        await TalkAsync(squid, new UriBuilder(squid.Address) { UserName = "caller", Password = "s3cret" }.Uri);
    }

    private static async Task TalkAsync(SquidProxy squid, Uri proxy)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { TcpPort = 0 });
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = endpoint.BaseAddress,
            ApiKey = endpoint.ApiKey,
            Network = NetworkChoice.Tcp,
            Proxy = proxy,
        });
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new RealtimeConnectOptions { Audio = new AudioOptions { Source = new ToneAudioSource(440), Sink = new NullAudioSink() } });
        await session.SendAsync(ConversationItemCreate.UserText("Are you there?"));
        await session.SendAsync(new ResponseCreate());
        using CancellationTokenSource limit = new(Peers.Patience);
        await foreach (ServerEvent e in session.ReadEventsAsync(limit.Token))
        {
            if (e is ResponseDone)
                break;
        }

        PeerStatistics connection = session.GetStatistics().Connection!;
        Assert.Equal(TransportProtocol.Tcp, connection.Transport);
        Assert.Equal(squid.Address.ToString().TrimEnd('/'), connection.Proxy);
        Assert.True(connection.AudioPacketsReceived > 0);
        await session.CloseAsync();
        string log = squid.AccessLog;
        Assert.Contains($"CONNECT {connection.RemoteAddress}", log, StringComparison.Ordinal);
        Assert.Contains("POST http://", log, StringComparison.Ordinal);
    }
}
