using System.Runtime.Versioning;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Containers;

/// <summary>A host behind a NAT that publishes one port each for HTTP, UDP and TCP, and a browser that can reach nothing else of it.</summary>
[Collection(nameof(BrowserFixture))]
[SupportedOSPlatform("linux")]
public class ContainerTests(BrowserFixture browser)
{
    private static readonly string s_overUdp = $"udp {PublishedPorts.PublicAddress}:{PublishedPorts.UdpPort}";
    private static readonly string s_overTcp = $"tcp {PublishedPorts.PublicAddress}:{PublishedPorts.TcpPort}";

    [PublishedPortsFact]
    public async Task A_bridged_call_goes_through_the_one_published_UDP_port()
    {
        await using ContainedChat chat = await ContainedChat.StartAsync(browser);
        ChatPage page = await chat.OpenAsync();
        await HoldAConversationAsync(page, s_overUdp);
    }

    [PublishedPortsFact]
    public async Task Where_UDP_is_blocked_it_goes_through_the_published_TCP_port()
    {
        await using ContainedChat chat = await ContainedChat.StartAsync(browser);
        await chat.Ports.DropUdpAsync();
        ChatPage page = await chat.OpenAsync();
        await HoldAConversationAsync(page, s_overTcp);
    }

    [PublishedPortsFact]
    public async Task A_page_whose_network_goes_keeps_its_call_by_an_ICE_restart_over_another()
    {
        await using ContainedChat chat = await ContainedChat.StartAsync(browser);
        ChatPage page = await chat.OpenAsync();
        page.ExpectsFailedRequests = true; // those that went by the network which has gone
        var restarted = new TaskCompletionSource();
        page.Page.Response += (_, response) =>
        {
            if (response.Status == 200 && response.Url.EndsWith("/restart", StringComparison.Ordinal))
                restarted.TrySetResult();
        };
        await HoldAConversationAsync(page, s_overUdp);
        int lines = await page.TheirLines.CountAsync();
        await chat.Ports.AddSecondNetworkAsync();
        await chat.Ports.LoseFirstNetworkAsync();
        await restarted.Task.WaitAsync(TimeSpan.FromMilliseconds(ChatPage.Patience));
        await ChatPage.UntilAsync(
            () => page.Page.EvaluateAsync<string>("() => watch.from()"), from => from == PublishedPorts.SecondOutsideAddress, $"the call to leave from {PublishedPorts.SecondOutsideAddress}");
        await Expect(page.Status).ToHaveTextAsync("Connected");
        Assert.Equal(s_overUdp, await page.Page.EvaluateAsync<string>("() => watch.path()"));
        await page.WriteAsync("Are you still there?");
        await Expect(page.TheirLines.Last).ToContainTextAsync("still there");
        Assert.True(await page.TheirLines.CountAsync() > lines, "It is another call: the lines of before are gone.");
    }

    [PublishedPortsFact]
    public async Task Two_pages_talk_at_once_through_one_port_and_each_hears_its_own()
    {
        await using ContainedChat chat = await ContainedChat.StartAsync(browser);
        ChatPage one = await chat.OpenAsync(), other = await chat.OpenAsync();
        await Task.WhenAll(HoldAConversationAsync(one, s_overUdp), HoldAConversationAsync(other, s_overUdp));

        // Both are still there. Each one's words stand in its own page alone.
        Assert.Equal("connected", await one.Page.EvaluateAsync<string>("() => watch.connection()"));
        Assert.Equal("connected", await other.Page.EvaluateAsync<string>("() => watch.connection()"));
        await other.WriteAsync("Only here");
        await Expect(other.TheirLines.Last).ToContainTextAsync("Only here");
        await one.WriteAsync("Only there");
        await Expect(one.TheirLines.Last).ToContainTextAsync("Only there");
        await Expect(one.Lines.Filter(new() { HasText = "Only here" })).ToHaveCountAsync(0);
    }

    // Speech gets to the service and its own sound back; a written question reaches the host's own tool.
    private static async Task HoldAConversationAsync(ChatPage page, string path)
    {
        await page.ConnectAsync("bridge");
        await Expect(page.YourLines.Filter(new() { HasText = "s of speech at" })).Not.ToHaveCountAsync(0);
        await page.HearAsync(BrowserFixture.SpeechFrequency);
        Assert.Equal(path, await page.Page.EvaluateAsync<string>("() => watch.path()"));

        // Muted, for what the microphone says over and over again would cut the answer off.
        await page.Mute.ClickAsync();
        await page.WriteAsync("What time is it?");
        await Expect(page.TheirLines.Filter(new() { HasText = "My tool says:" })).ToHaveCountAsync(1);
    }
}
