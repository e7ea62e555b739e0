using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>
/// What the page looks like in a conversation: bridged, with an agent, in light colours; with GPT-Live, dark; on a phone. With UPDATE_SCREENSHOTS=1 the pictures in docs/images are made anew; otherwise they go
/// beside the tests' program, and only what can be measured of them is checked.
/// </summary>
[Collection(nameof(BrowserFixture))]
public class ScreenshotTests(BrowserFixture browser)
{
    private const string Dish = "I have leeks and potatoes. What can I cook?";

    [BrowserFact]
    public Task The_page_of_a_bridged_call_fits_its_window() => LookAsync("voice-chat-light", 1320, 1000, ColorScheme.Light, async (chat, page) =>
    {
        chat.Endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(
            turn.FunctionOutputs.Count > 0 ? RealtimeTestReply.Say($"The dice show {turn.FunctionOutputs.Values.First()}, so you peel.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)))
            : turn.Text switch
            {
                Dish => RealtimeTestReply.Say("A leek and potato soup! It takes half an hour.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))),
                "Roll two dice for who peels." => RealtimeTestReply.CallFunction("dice", """{"count":2}"""),
                "Note that we need cream." => RealtimeTestReply.CallFunction("write_note", """{"text":"We need cream."}"""),
                _ => RealtimeTestReply.Say("Slice the leeks, let them soften in butter, then add the potatoes and simmer until they fall apart.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(12))),
            });
        await TalkAsync(chat, page, "bridge", async () =>
        {
            await AskAsync(page, "Roll two dice for who peels.", "you peel.");
            await page.WriteAsync("Note that we need cream.");
            await Expect(page.Asks).ToContainTextAsync("We need cream.");       // and waits
        });
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("assistant");
    });

    [BrowserFact]
    public Task The_page_of_a_call_by_phone_fits_its_window() => LookAsync("voice-chat-phone", 390, 844, ColorScheme.Light, async (chat, page) =>
    {
        chat.Endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.Text switch
        {
            Dish => RealtimeTestReply.Say("A leek and potato soup! It takes half an hour.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))),
            _ => RealtimeTestReply.Say("Slice the leeks, let them soften in butter, then add the potatoes and simmer until they fall apart.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(12))),
        });
        await TalkAsync(chat, page, "key", () => Task.CompletedTask);
    });

    [BrowserFact]
    public Task The_page_of_a_call_of_GPT_Live_fits_its_window() => LookAsync("voice-chat-dark", 1320, 1000, ColorScheme.Dark, async (chat, page) =>
    {
        chat.Endpoint.LiveScript.OnResponse = (_, given) => given.Count > 0 ? null : new LiveTestResponse { Calls = [("dice", """{"count":2}"""), ("write_note", """{"text":"We need cream."}""")] };
        // What the microphone hears is drawn, and not heard by the model: it listens only once the session has started.
        chat.Endpoint.LiveScript.StartsAtOnce = false;
        await page.ChooseLiveAsync("responses");
        await page.Connect.ClickAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await Expect(page.Status).ToContainTextAsync("Starting the session");
        await ChatPage.UntilAsync(() => Task.FromResult(session.Uplink.Packets), heard => heard > 200, "the session's clock to be past what is said in it");
        await page.ExpectWaveAsync("your-wave");
        await page.Mute.ClickAsync();
        session.Start();
        await Expect(page.Status).ToHaveTextAsync("Connected");

        Say("input", "I have leeks and potatoes. What can I cook?", 100);
        Say("output", "A leek and potato soup! It takes half an hour.", 600);
        Say("input", "Lovely. Roll two dice for who peels,", 1_200);
        Say("output", "Mhm.", 1_800);
        Say("input", " and note that we need cream.", 2_000);
        session.Delegate();
        await Expect(page.Asks).ToContainTextAsync("We need cream.");
        await Expect(page.Tools).ToHaveCountAsync(2);
        session.SendEvent("""{"type":"session.usage.updated","event_id":"u1","usage":{"seconds":15}}""");
        Assert.True(session.TrySay("They are rolled, and you peel. Shall I put cream on the note pad?", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(5))));
        Assert.True(session.TrySay("", RealtimeTestAudio.Voice(TimeSpan.FromMinutes(1))));      // so that it is speaking still when the picture is taken
        await Expect(page.TheirLines.Last).ToContainTextAsync("note pad?");
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("assistant");

        void Say(string side, string words, int start) => session.SendEvent(new JsonObject
        {
            ["type"] = $"session.{side}_transcript.delta",
            ["event_id"] = $"t{start}",
            ["delta"] = words,
            ["start_ms"] = start,
            ["end_ms"] = start + 300,
        }.ToJsonString());
    });

    /// <summary>Has a conversation in a window of this size, takes its picture, and checks that it fits.</summary>
    private async Task LookAsync(string name, int width, int height, ColorScheme scheme, Func<VoiceChat, ChatPage, Task> talk)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser, new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        await page.ExpectAccessibleAsync();
        await talk(chat, page);
        await page.ExpectWaveAsync("their-wave");
        await page.Page.EvaluateAsync("() => { document.activeElement.blur(); scrollTo(0, 0); }");
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder(), name + ".png") });
        await page.ExpectAccessibleAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is wider than its window.");
    }

    /// <summary>A conversation with the Realtime API: hums and writes, so that the user's wave is drawn and what the user says has words.</summary>
    private static async Task TalkAsync(VoiceChat chat, ChatPage page, string way, Func<Task> more)
    {
        // What the microphone hears is drawn, and then not taken for a question: it has no words to show.
        bool isHum = false;
        chat.Endpoint.Script.OnEvent = (_, e) =>
        {
            bool isIgnored = isHum && (string?)e["type"] is ("input_audio_buffer.commit" or "response.create");
            isHum &= (string?)e["type"] is not "response.create";
            return isIgnored;
        };
        await page.Page.SetCheckedAsync("#push-to-talk", true);
        await page.ConnectAsync(way);
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await HumAsync();
        await AskAsync(page, Dish, "half an hour.");
        await call.WaitForSentEventAsync("output_audio_buffer.stopped");
        await more();
        await HumAsync();
        await AskAsync(page, "Lovely. Where do I begin?", "butter");

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

    private static async Task AskAsync(ChatPage page, string question, string answer)
    {
        await page.WriteAsync(question);
        await Expect(page.TheirLines.Last).ToContainTextAsync(answer);
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
