using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>Several tabs at one host, and the end of a tab.</summary>
[Collection(nameof(BrowserFixture))]
public class TabTests(BrowserFixture browser)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [BrowserFact]
    public async Task Two_tabs_do_not_disturb_each_other()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        IBrowserContext context = await browser.NewContextAsync();
        ChatPage one = await chat.OpenAsync(context), other = await chat.OpenAsync(context);
        await one.Page.BringToFrontAsync();
        await one.Mute.ClickAsync();
        await one.ConnectAsync("key");
        RealtimeTestCall firstCall = await chat.Endpoint.WaitForCallAsync();
        await other.Page.BringToFrontAsync();
        await other.Mute.ClickAsync();
        await other.ConnectAsync("calls");
        RealtimeTestCall secondCall = await chat.Endpoint.WaitForCallAsync();

        // Each hears its own answer only.
        await one.WriteAsync("the first");
        await other.WriteAsync("the second");
        await one.HearAsync(VoiceChat.AnswerFrequency);
        await other.HearAsync(VoiceChat.AnswerFrequency);
        await one.Interrupt.ClickAsync();
        await one.HearSilenceAsync();
        await other.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(one.YourLines).ToHaveCountAsync(1);
        await Expect(one.YourLines).ToContainTextAsync("the first");
        await Expect(other.YourLines).ToHaveCountAsync(1);
        await Expect(other.YourLines).ToContainTextAsync("the second");

        // The end of one is not the end of the other.
        await one.Page.CloseAsync();
        await firstCall.Completion.WaitAsync(Patience);
        Assert.False(secondCall.Completion.IsCompleted);
        await other.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(other.Status).ToHaveTextAsync("Connected");
    }

    [BrowserTheory]
    [InlineData("key")]
    [InlineData("calls")]
    [InlineData("bridge")]
    public async Task Closing_the_tab_ends_the_call_by_a_goodbye(string way)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ConnectAsync(way);
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await call.Connected;
        RealtimeBridgeCall? bridged = chat.Bridge.Calls.SingleOrDefault();
        await page.Page.CloseAsync();

        // What ended it tells more than how long that took: a tab that says nothing is given up only when nothing has come from it for long.
        PeerEnd end = await call.Completion.WaitAsync(Patience);
        Assert.True(end.Reason is PeerEndReason.ClosedByPeer or PeerEndReason.ClosedLocally, $"{end.Reason}: {end.Detail}");
        Assert.Equal(0, chat.Endpoint.OpenCalls);
        Assert.Equal(way == "bridge", bridged is not null);
        if (bridged is not null)
            Assert.Equal(RealtimeBridgeEndReason.PageClosed, (await bridged.Completion.WaitAsync(Patience)).Reason);
    }

    [BrowserFact]
    public async Task Closing_the_tab_ends_a_session_of_GPT_Live_by_a_goodbye()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await session.Connected;
        await page.Page.CloseAsync();
        PeerEnd end = await session.Completion.WaitAsync(Patience);
        Assert.True(end.Reason is PeerEndReason.ClosedByPeer or PeerEndReason.ClosedLocally, $"{end.Reason}: {end.Detail}");
        Assert.Equal(0, chat.Endpoint.OpenLiveSessions);
    }

    [BrowserTheory]
    [InlineData("key", RealtimeTestRoute.Calls)]
    [InlineData("live", RealtimeTestRoute.LiveSessions)]
    public async Task Cancelling_while_the_service_does_not_answer_leaves_nothing_behind(string way, RealtimeTestRoute route)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        chat.Endpoint.FailNext(route, RealtimeTestFault.Hang);
        await page.Page.Locator($"input[name=way][value={way}]").CheckAsync();
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("Calling …");
        await page.ExpectAccessibleAsync();
        await ChatPage.UntilAsync(() => Task.FromResult(chat.Endpoint.Requests.Any(request => request.Route == route)), isAsked => isAsked, "the service to be asked");
        await Expect(page.Connect).ToHaveTextAsync("Cancel");
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("You ended the call");
        await Expect(page.Failure).ToBeHiddenAsync();
        Assert.Empty(chat.Endpoint.Calls);
        Assert.Empty(chat.Endpoint.LiveSessions);

        await page.ConnectAsync(way);
        Assert.Equal(1, chat.Endpoint.OpenCalls + chat.Endpoint.OpenLiveSessions);
    }
}
