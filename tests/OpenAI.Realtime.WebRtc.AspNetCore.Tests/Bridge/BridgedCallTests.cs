using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Bridge;

public sealed class BridgedCallTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_page_and_the_service_hear_each_other_through_the_host()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge").AllowAnonymous());
        host.Service.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Good morning!", RealtimeTestAudio.Tone(880, TimeSpan.FromSeconds(3))));
        await using Page page = await Page.ConnectAsync(host, "/bridge");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await using var listener = new ToneListener(page.Peer, LibOpusCodecFactory.Default);

        await page.SendAsync("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello!"}]}}""");
        await page.SendAsync("""{"type":"response.create"}""");
        JsonObject transcript = await page.WaitForAsync("response.output_audio_transcript.done");
        Assert.Equal("Good morning!", transcript["transcript"]!.GetValue<string>());
        Assert.InRange(await listener.HearAsync(880, Patience), 860, 900);

        // Only now: the service takes a tone for speech, and would be interrupted by it.
        await using var speaker = new ToneSpeaker(page.Peer, LibOpusCodecFactory.Default, 440);
        await Wait.UntilAsync(() => call.Uplink.DominantFrequency is > 420 and < 460, "the service hears the page's tone");

        RealtimeBridgeCall bridged = Assert.Single(host.Bridge.Calls);
        Assert.Equal(page.CallId, bridged.Id);
        Assert.Equal(call.Id, bridged.ServiceCallId);
        Assert.Equal($"/bridge/{bridged.Id}", page.Location!.ToString());
        Assert.True(bridged.GetStatistics().PageAudio.Packets > 0);
    }

    [Fact]
    public async Task Instructions_and_tools_stay_with_the_host()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge", o => o.Session = new RealtimeSessionConfig { Instructions = "The secret word is swordfish." }).AllowAnonymous());
        await using Page page = await Page.ConnectAsync(host, "/bridge");
        JsonObject created = await page.WaitForAsync("session.created");
        Assert.NotNull(created["session"]!["id"]);
        Assert.DoesNotContain("swordfish", string.Concat(page.Received), StringComparison.Ordinal);
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        Assert.Equal("The secret word is swordfish.", call.Session["instructions"]!.GetValue<string>());
    }

    [Fact]
    public async Task Closing_the_page_ends_the_call_at_the_service()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge").AllowAnonymous());
        RealtimeTestCall call;
        RealtimeBridgeCall bridged;
        await using (Page page = await Page.ConnectAsync(host, "/bridge"))
        {
            call = await host.Service.WaitForCallAsync();
            await page.WaitForAsync("session.created");
            bridged = Assert.Single(host.Bridge.Calls);
        }
        await call.Completion.WaitAsync(Patience);
        RealtimeBridgeEnd end = await bridged.Completion.WaitAsync(Patience);
        Assert.Equal(RealtimeBridgeEndReason.PageClosed, end.Reason);
        Assert.Empty(host.Bridge.Calls);
    }

    [Fact]
    public async Task A_hang_up_by_the_service_closes_the_page()
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeBridge("/bridge").AllowAnonymous());
        await using Page page = await Page.ConnectAsync(host, "/bridge");
        RealtimeTestCall call = await host.Service.WaitForCallAsync();
        await page.WaitForAsync("session.created");
        await call.ExpireSessionAsync();
        JsonObject error = await page.WaitForAsync("error");
        Assert.Equal("session_expired", error["error"]!["code"]!.GetValue<string>());
        await page.Peer.Completion.WaitAsync(Patience);
    }
}
