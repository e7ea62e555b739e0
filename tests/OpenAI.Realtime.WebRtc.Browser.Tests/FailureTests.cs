using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>Every failure that a person can meet is a sentence on the page that says what to do, and the page can be used again after it.</summary>
[Collection(nameof(BrowserFixture))]
public class FailureTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task A_refused_microphone()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        // The browser answers the question for the microphone by itself here; so the page is one that may not ask.
        await using IBrowserContext context = await browser.NewContextAsync();
        await context.RouteAsync("**/", async route =>
        {
            IAPIResponse response = await route.FetchAsync();
            Dictionary<string, string> headers = new(response.Headers) { ["permissions-policy"] = "microphone=()" };
            await route.FulfillAsync(new() { Response = response, Headers = headers });
        });
        ChatPage page = await chat.OpenAsync(context);
        page.ExpectsPolicyViolation = true;
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("microphone-refused");
        Assert.Empty(chat.Endpoint.Calls);
    }

    [BrowserFact]
    public async Task No_microphone()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(await browser.NewDevicelessContextAsync());
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("microphone-missing");
    }

    [BrowserFact]
    public async Task A_host_that_is_down()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        await chat.StopAsync();
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("host-unreachable");
    }

    public static TheoryData<string, string, string> Answers => new()
    {
        // way, what the service does, what the page says
        { "key", "mint 401", "host-key-refused" },
        { "key", "mint 503", "service-busy" },
        { "key", "call 401", "service-key-refused" },
        { "key", "call 429", "service-busy" },
        { "key", "call 400", "service-rejected" },
        { "key", "call 503", "service-failed" },
        { "key", "json", "answer-unusable" },
        { "calls", "call 401", "host-key-refused" },
        { "calls", "call 400", "service-rejected" },
    };

    [BrowserTheory]
    [MemberData(nameof(Answers))]
    public async Task A_service_that_refuses_or_fails(string way, string what, string code)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        (RealtimeTestRoute route, RealtimeTestFault fault) = what switch
        {
            "mint 401" => (RealtimeTestRoute.ClientSecrets, RealtimeTestFault.KeyRefused),
            "mint 503" => (RealtimeTestRoute.ClientSecrets, RealtimeTestFault.ServerError(503)),
            "call 401" => (RealtimeTestRoute.Calls, RealtimeTestFault.KeyRefused),
            "call 429" => (RealtimeTestRoute.Calls, RealtimeTestFault.Status(429, "Too many.", "rate_limit_exceeded")),
            "call 400" => (RealtimeTestRoute.Calls, RealtimeTestFault.Status(400, "No such model.", "model_not_found")),
            "call 503" => (RealtimeTestRoute.Calls, RealtimeTestFault.ServerError(503)),
            _ => (RealtimeTestRoute.Calls, RealtimeTestFault.JsonInsteadOfSdp),
        };
        chat.Endpoint.FailNext(route, fault, 5);
        await page.Page.Locator($"input[name=way][value={way}]").CheckAsync();
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync(code);
    }

    [BrowserTheory]
    [InlineData("key")]
    [InlineData("calls")]
    [InlineData("bridge")]
    [InlineData("live")]
    public async Task A_service_that_the_host_cannot_reach(string way)
    {
        // A host with a key, whose service is at a port where nobody listens.
        await using VoiceChat chat = await VoiceChat.StartAsync("--OPENAI_API_KEY", "sk-nobody", "--OpenAI:Endpoint", "http://127.0.0.1:1/v1");
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        await Expect(page.Page.Locator("#service")).ToHaveTextAsync("Talks to 127.0.0.1");
        Assert.Contains("connect-src 'self' http://127.0.0.1:1;", (await page.Page.ReloadAsync())!.Headers["content-security-policy"], StringComparison.Ordinal);
        await page.Page.Locator($"input[name=way][value={way}]").CheckAsync();
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("host-service-unreachable");
    }

    [BrowserFact]
    public async Task A_service_that_cannot_be_reached_from_the_browser()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        await page.Page.RouteAsync("**/v1/realtime/calls", route => route.AbortAsync());
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("service-unreachable");

        // The next try, without the trouble, is none the worse for it.
        await page.Page.UnrouteAsync("**/v1/realtime/calls");
        await page.ConnectAsync();
        await Expect(page.Failure).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task No_network_path()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync("--VoiceChat:PathTimeout", "00:00:02");
        ChatPage page = await chat.OpenAsync(browser);
        chat.Endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.NobodyListens);
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("path-failed");
    }

    [BrowserFact]
    public async Task A_channel_that_is_closed_by_the_service()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ConnectAsync();
        await (await chat.Endpoint.WaitForCallAsync()).HangUpAsync();
        await page.ExpectFailureAsync("channel-closed");
        await page.ConnectAsync();
        await Expect(page.Failure).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task Too_many_calls_in_a_short_time()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync("--VoiceChat:CallsPerMinute", "1");
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        await page.ConnectAsync();
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("You ended the call");
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync("host-busy");
    }

    [BrowserFact]
    public async Task An_error_of_the_service_that_ends_nothing_is_a_notice()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        call.SendError("cannot_update_voice", "Cannot update a conversation's voice if assistant audio is present.");
        await Expect(page.Page.Locator("#notice")).ToContainTextAsync("voice stays as it is");
        await page.ExpectAccessibleAsync();
        call.SendEvent("this is not JSON");
        await Expect(page.Events("(not JSON)")).ToHaveCountAsync(1);
        await Expect(page.Status).ToHaveTextAsync("Connected");
    }
}
