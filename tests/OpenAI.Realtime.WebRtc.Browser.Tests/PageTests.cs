using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>The page by itself: order, bounds, keyboard, calm, policy.</summary>
[Collection(nameof(BrowserFixture))]
public class PageTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Lines_stand_in_the_order_of_the_conversation_however_late_the_users_words_arrive()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();

        // The answer is under way before anything is known of the question but that the answer follows it.
        call.SendEvent("""{"type":"conversation.item.added","previous_item_id":"u1","item":{"id":"a1","type":"message","role":"assistant","content":[]}}""");
        call.SendEvent("""{"type":"response.output_audio_transcript.delta","item_id":"a1","response_id":"r1","delta":"It is "}""");
        await Expect(page.Lines).ToHaveCountAsync(1);
        call.SendEvent("""{"type":"conversation.item.input_audio_transcription.delta","item_id":"u1","delta":"What time"}""");
        call.SendEvent("""{"type":"response.output_audio_transcript.delta","item_id":"a1","response_id":"r1","delta":"four."}""");
        call.SendEvent("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"u1","transcript":"What time is it?"}""");
        await Expect(page.Lines).ToHaveTextAsync(["YouWhat time is it?", "AssistantIt is four."]);

        // Speech that has begun stands last; the place that the service gives it counts. A function's call keeps its place without being shown.
        call.SendEvent("""{"type":"input_audio_buffer.speech_started","item_id":"u2"}""");
        await Expect(page.Lines.Last).ToContainTextAsync("listening");
        call.SendEvent("""{"type":"conversation.item.added","previous_item_id":"u2","item":{"id":"f1","type":"function_call","name":"weather"}}""");
        call.SendEvent("""{"type":"conversation.item.added","previous_item_id":"f1","item":{"id":"a2","type":"message","role":"assistant","content":[]}}""");
        call.SendEvent("""{"type":"response.output_audio_transcript.done","item_id":"a2","transcript":"Rain."}""");
        call.SendEvent("""{"type":"input_audio_buffer.committed","previous_item_id":"a1","item_id":"u2"}""");
        call.SendEvent("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"u2","transcript":"And the weather?"}""");
        call.SendEvent("""{"type":"conversation.item.added","previous_item_id":"u1","item":{"id":"s1","type":"message","role":"system","content":[{"type":"input_text","text":"Be brief."}]}}""");
        await Expect(page.Lines).ToHaveTextAsync(["YouWhat time is it?", "SystemBe brief.", "AssistantIt is four.", "YouAnd the weather?", "AssistantRain."]);

        // What could not be written down says so; what was cut off, too.
        call.SendEvent("""{"type":"conversation.item.input_audio_transcription.failed","item_id":"u3"}""");
        call.SendEvent("""{"type":"conversation.item.truncated","item_id":"a2","content_index":0,"audio_end_ms":300}""");
        await Expect(page.Lines.Last).ToContainTextAsync("could not be written down");
        await Expect(page.TheirLines.Last).ToContainTextAsync("interrupted");
        await page.ExpectAccessibleAsync();
    }

    [BrowserFact]
    public async Task The_event_log_and_the_transcript_are_bounded()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        for (int i = 0; i < 350; i++)
            call.SendEvent(new JsonObject { ["type"] = "conversation.item.input_audio_transcription.completed", ["item_id"] = $"u{i}", ["transcript"] = $"<b>line {i}</b>" }.ToJsonString());
        await Expect(page.Lines.Last).ToContainTextAsync("<b>line 349</b>");
        await Expect(page.Lines).ToHaveCountAsync(200);
        await Expect(page.Page.Locator("#events > li")).ToHaveCountAsync(300);
        await Expect(page.Page.Locator("#event-count")).ToContainTextAsync("the newest 300 kept");
        await page.Page.ClickAsync("#clear-events");
        await Expect(page.Page.Locator("#events > li")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Events_fill_their_list_and_not_the_page()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        for (int i = 0; i < 50; i++)
            call.SendEvent($$"""{"type":"rate_limits.updated","rate_limits":[],"number":{{i}}}""");
        await Expect(page.Events("rate_limits.updated")).ToHaveCountAsync(50);
        Assert.Equal(await page.Page.EvaluateAsync<int>("() => innerHeight"), await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollHeight"));
    }

    [BrowserFact]
    public async Task What_is_no_event_is_shown_and_does_no_harm()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        foreach (string message in (string[])["null", "5", "[]", """{"type":5}""", "{"])
            call.SendEvent(message);
        // A role by a name that every object has is no role.
        call.SendEvent("""{"type":"conversation.item.added","item":{"id":"c1","type":"message","role":"constructor","content":[null]}}""");
        call.SendEvent("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"u1","transcript":"still here"}""");
        await Expect(page.Lines).ToHaveTextAsync(["Youstill here"]);
        await Expect(page.Events("(not an event)")).ToHaveCountAsync(4);
        await Expect(page.Events("(not JSON)")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        IKeyboard keys = page.Page.Keyboard;

        await TabToAsync(page, "#mute");
        await keys.PressAsync("Space");
        await Expect(page.Mute).ToHaveAttributeAsync("aria-pressed", "true");
        await TabToAsync(page, "input[name=way]");
        await keys.PressAsync("ArrowDown");
        await Expect(page.Page.Locator("input[value=calls]")).ToBeCheckedAsync();
        await TabToAsync(page, "#voice");
        await keys.PressAsync("ArrowDown");
        await TabToAsync(page, "#connect");
        await keys.PressAsync("Enter");
        await Expect(page.Status).ToHaveTextAsync("Connected");
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        Assert.Equal("cedar", (string?)call.Session["audio"]!["output"]!["voice"]);

        await TabToAsync(page, "#message");
        await keys.TypeAsync("a question");
        await keys.PressAsync("Enter");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await TabToAsync(page, "#interrupt");
        await keys.PressAsync("Enter");
        await page.HearSilenceAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.activeElement.id === 'interrupt'"), "The focus is lost.");

        await TabToAsync(page, "#events summary");
        await keys.PressAsync("Home");
        await keys.PressAsync("Enter");
        await Expect(page.Page.Locator("#events pre")).ToContainTextAsync("\"type\": \"session.created\"");
        await keys.PressAsync("Tab");       // into the JSON, which scrolls
        await keys.PressAsync("Shift+Tab");
        await keys.PressAsync("ArrowDown");
        await Expect(page.Page.Locator("#events li").Nth(1).Locator("summary")).ToBeFocusedAsync();
        await TabToAsync(page, "#push-to-talk");
        await keys.PressAsync("Space");
        await TabToAsync(page, "#mute");
        await keys.PressAsync("Space");
        await TabToAsync(page, "#talk");
        await keys.DownAsync("Space");
        await page.ExpectWaveAsync("your-wave");
        await keys.UpAsync("Space");
        await call.WaitForEventAsync("input_audio_buffer.commit");

        await TabToAsync(page, "#connect");
        await keys.PressAsync("Enter");
        await Expect(page.Status).ToHaveTextAsync("You ended the call");
    }

    [BrowserFact]
    public async Task With_reduced_motion_nothing_travels_and_the_level_still_shows()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser, new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = ColorScheme.Dark });
        await page.Mute.ClickAsync();
        await page.ConnectAsync();
        await page.WriteAsync("a question");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(page.Page.Locator("#their-wave")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("sounding, -\\d+ decibels"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.getAnimations().length"));
        Assert.True(await page.Page.EvaluateAsync<double>("() => watch.wave('their-wave')") < 0.15, "Something tall is drawn.");
        await page.ExpectAccessibleAsync();
        await page.Interrupt.ClickAsync();
        await Expect(page.Page.Locator("#their-wave")).ToHaveAttributeAsync("aria-label", "The assistant’s voice: silent");
    }

    [BrowserFact]
    public async Task At_320_pixels_nothing_sticks_out()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser, new() { ViewportSize = new() { Width = 320, Height = 640 } });
        await page.Page.CheckAsync("#push-to-talk");
        string[] wide = await page.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('main *, aside *')].filter((e) => {
              const card = e.closest('section').getBoundingClientRect(), box = e.getBoundingClientRect();
              return !e.closest('.visually-hidden') && box.width > 0 && (box.right > card.right || box.left < card.left);
            }).map((e) => e.outerHTML.slice(0, 100))
            """);
        Assert.Empty(wide);
        Assert.Equal(320, await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await page.ExpectAccessibleAsync();
    }

    [BrowserFact]
    public async Task No_script_of_anybody_else_runs_in_the_page()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        IResponse response = (await page.Page.ReloadAsync())!;
        string policy = response.Headers["content-security-policy"];
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers["x-content-type-options"]);

        // Nothing is loaded from elsewhere, and the host's key is in nothing that the page can see.
        string html = await response.TextAsync();
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(chat.Endpoint.ApiKey, await (await page.Page.APIRequest.GetAsync(chat.Address + "/config")).TextAsync(), StringComparison.Ordinal);
    }

    /// <summary>Goes on by the tab key until this has the focus, and everything on the way shows that it has it.</summary>
    private static async Task TabToAsync(ChatPage page, string selector)
    {
        for (int i = 0; i < 30; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            string focus = await page.Page.EvaluateAsync<string>(
                """
                selector => {
                  const at = document.activeElement;
                  if (at === document.body) return 'body';
                  const shown = [at, at.closest('label')].some((e) => e && getComputedStyle(e).outlineStyle !== 'none');
                  return !shown ? `${at.outerHTML} has the focus and does not show it` : at.matches(selector) ? 'there' : 'elsewhere';
                }
                """, selector);
            if (focus == "there")
                return;
            Assert.True(focus is "body" or "elsewhere", focus);
        }
        Assert.Fail($"The tab key does not lead to {selector}.");
    }
}
