using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>Ended calls are remembered, 1,024 of them by default.</summary>
public sealed class EndedCallTests
{
    private const int Calls = 5;
    private const long MaxKept = 100 * 1024; // 40 KB were measured; with decoder, encoder, meter and rings it would be 235

    // Other tests allocate in the same process, so one round of ten has to be without.
    [Fact]
    public async Task An_ended_call_keeps_what_it_is_asked_for_and_not_what_it_worked_with()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { CodecFactory = ConcentusCodecFactory.Default });
        await CallAsync(endpoint);
        List<long> kept = [];
        while (kept.Count < 10 && !kept.Exists(k => k < MaxKept))
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int i = 0; i < Calls; i++)
                await CallAsync(endpoint);
            kept.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / Calls);
        }

        Assert.True(kept.Exists(k => k < MaxKept), $"Bytes kept of a call: {string.Join(", ", kept)}.");
        UplinkStatistics measured = endpoint.Calls[^1].Uplink;
        Assert.True(measured.Packets > 0, "What was measured is still told.");
    }

    private static async Task CallAsync(RealtimeTestEndpoint endpoint)
    {
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new RealtimeConnectOptions { Audio = { Source = new ToneAudioSource(440), Sink = new NullAudioSink() } });
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        while (call.Uplink.Packets == 0)
            await Task.Delay(10);
        await session.CloseAsync();
        await call.Completion;
    }
}
