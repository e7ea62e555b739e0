using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>
/// What the page looks like in a conversation: light, dark, and on a phone. With UPDATE_SCREENSHOTS=1 the pictures in docs/images are made anew; otherwise they go
/// beside the tests' program, and only what can be measured of them is checked.
/// </summary>
[Collection(nameof(BrowserFixture))]
public class ScreenshotTests(BrowserFixture browser)
{
    public static TheoryData<string, int, int, ColorScheme> Looks => new()
    {
        { "voice-chat-light", 1320, 900, ColorScheme.Light },
        { "voice-chat-dark", 1320, 900, ColorScheme.Dark },
        { "voice-chat-phone", 390, 844, ColorScheme.Light },
    };

    [BrowserTheory]
    [MemberData(nameof(Looks))]
    public async Task The_page_fits_its_window(string name, int width, int height, ColorScheme scheme)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser, new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        await page.ExpectAccessibleAsync();
        chat.Endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Text switch
        {
            "I have leeks and potatoes. What can I cook?" => RealtimeTestReply.Say("A leek and potato soup! It takes half an hour.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))),
            _ => RealtimeTestReply.Say("Slice the leeks, let them soften in butter, then add the potatoes and simmer until they fall apart.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(6))),
        });
        // What the microphone hears is drawn, and then not taken for a question: it has no words to show.
        bool isHum = false;
        chat.Endpoint.Script.OnEvent = (_, e) =>
        {
            bool isIgnored = isHum && (string?)e["type"] is ("input_audio_buffer.commit" or "response.create");
            isHum &= (string?)e["type"] is not "response.create";
            return isIgnored;
        };
        await page.Page.SetCheckedAsync("#push-to-talk", true);
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await HumAsync();
        await page.WriteAsync("I have leeks and potatoes. What can I cook?");
        await Expect(page.TheirLines.Last).ToContainTextAsync("half an hour.");
        await call.WaitForSentEventAsync("output_audio_buffer.stopped");
        await HumAsync();
        await page.WriteAsync("Lovely. Where do I begin?");
        await Expect(page.TheirLines.Last).ToContainTextAsync("butter");
        await page.ExpectWaveAsync("their-wave");
        await page.Page.EvaluateAsync("() => { document.activeElement.blur(); scrollTo(0, 0); }");
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder(), name + ".png") });
        await page.ExpectAccessibleAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is wider than its window.");

        async Task HumAsync()
        {
            isHum = true;
            await page.Page.Locator("#talk").FocusAsync();
            await page.Page.Keyboard.DownAsync("Space");
            await page.ExpectWaveAsync("your-wave");
            await page.Page.Keyboard.UpAsync("Space");
            await ChatPage.UntilAsync(() => Task.FromResult(isHum), hums => !hums, "the hum to be over");
        }
    }

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") != "1")
            return Path.Combine(AppContext.BaseDirectory, "screenshots");
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OpenAI.Realtime.WebRtc.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new InvalidOperationException("The repository was not found.");
        return Path.Combine(folder, "docs", "images");
    }
}
