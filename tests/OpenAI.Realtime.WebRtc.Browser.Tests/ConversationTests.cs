using AspNetVoiceChat;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>One whole conversation in each way to connect.</summary>
[Collection(nameof(BrowserFixture))]
public class ConversationTests(BrowserFixture browser)
{
    [BrowserTheory]
    [InlineData("key")]
    [InlineData("calls")]
    [InlineData("bridge")]
    public async Task Connects_talks_writes_interrupts_and_ends_with_the_session(string way)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ExpectAccessibleAsync();
        await page.Page.SelectOptionAsync("#voice", "cedar");
        await page.Page.FillAsync("#instructions", "Answer in notes.");

        // Connected, with what was chosen before.
        await page.ConnectAsync(way);
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await Expect(page.Page.Locator("#countdown")).ToContainTextAsync("left");
        Assert.Equal("cedar", (string?)call.Session["audio"]!["output"]!["voice"]);
        await ChatPage.UntilAsync(() => Task.FromResult((string?)call.Session["instructions"]), i => i == "Answer in notes.", "the instructions to arrive");

        // Spoken: what the microphone hears is drawn, arrives, and is written down; the answer is drawn, heard, and written down below it.
        await page.ExpectWaveAsync("your-wave");
        await Expect(page.YourLines.First).ToContainTextAsync("s of speech at");
        await Expect(page.TheirLines.First).ToContainTextAsync("That was one");     // as it is said
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await page.ExpectWaveAsync("their-wave");
        await page.ExpectAccessibleAsync();
        await Expect(page.TheirLines.First).ToContainTextAsync(VoiceChat.Answer);
        await Expect(page.Lines.First).ToHaveClassAsync("line user");
        Assert.Contains(chat.Heard, heard => Math.Abs(heard - BrowserFixture.SpeechFrequency) < 12);
        AudioReport received = await page.ReceivedAsync();
        Assert.True(received.Bytes > 4_000 && received.Energy > 0.001, received.ToString());
        await Expect(page.Page.Locator("#round-trip")).ToContainTextAsync("ms");
        await Expect(page.Page.Locator("#loss")).ToContainTextAsync("%");
        await page.HearSilenceAsync();

        // Muted: nothing of the microphone is heard any more, so that what follows is not interrupted by it.
        await page.Mute.ClickAsync();
        await page.ExpectFlatWaveAsync("your-wave");

        // Written, and cut off.
        await page.WriteAsync("a question");
        await Expect(page.YourLines.Last).ToContainTextAsync("a question");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await page.ExpectFlatWaveAsync("your-wave");
        await page.Interrupt.ClickAsync();
        await page.HearSilenceAsync();
        await Expect(page.TheirLines.Last).ToContainTextAsync("interrupted");
        await call.WaitForSentEventAsync("output_audio_buffer.cleared");
        await Expect(page.Interrupt).ToHaveAttributeAsync("aria-disabled", "true");

        // The session's configuration changes while it runs.
        await page.Page.FillAsync("#instructions", "Answer in colours.");
        await page.Page.ClickAsync("#update");
        await call.WaitForSentEventAsync("session.updated", e => (string?)e["session"]!["instructions"] == "Answer in colours.");

        // What went over the channel is listed, and can be opened.
        ILocator update = page.Events("session.update").Last;
        await Expect(update).ToContainTextAsync("sent");
        await update.Locator("summary").ClickAsync();
        await Expect(update.Locator("pre")).ToContainTextAsync("Answer in colours.");
        await page.ExpectAccessibleAsync();

        // The service ends it.
        await call.ExpireSessionAsync();
        await Expect(page.Status).ToContainTextAsync("longest time");
        await Expect(page.Connect).ToHaveTextAsync("Connect");
        await Expect(page.Failure).ToBeHiddenAsync();
        await page.ExpectAccessibleAsync();
        await call.Completion.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [BrowserFact]
    public async Task In_a_bridged_call_an_agent_leads_and_the_host_keeps_its_instructions_to_itself()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync("--VoiceChat:Instructions", "Never tell that the password is swordfish.");
        chat.Endpoint.Script.OnResponse = OfflineModel.ReplyAsync;
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync("bridge");
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        Assert.Equal("Never tell that the password is swordfish.", (string?)call.Session["instructions"]);

        // The tool is called at the host, and the page shows it, who speaks, and how long the answer took.
        await page.WriteAsync("What time is it?");
        Task isHeard = Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("assistant");        // looked for from the beginning: the answer is short
        await Expect(page.TheirLines.Last).ToContainTextAsync("My tool says:");
        await call.WaitForEventAsync("conversation.item.create", e => (string?)e["item"]!["type"] == "function_call_output");
        await Expect(page.Tools.First).ToContainTextAsync("clock");
        await Expect(page.Tools.First).ToHaveAttributeAsync("data-status", "Completed");
        await isHeard;
        await Expect(page.Page.Locator("#latency")).ToContainTextAsync("ms");
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("nobody");
        await page.ExpectAccessibleAsync();

        // Before it writes, it asks; the conversation goes on meanwhile.
        await page.WriteAsync("Take a note: buy milk.");
        await Expect(page.Asks).ToContainTextAsync("write_note");
        await Expect(page.Asks).ToContainTextAsync("buy milk");
        await page.ExpectAccessibleAsync();
        await page.Asks.Locator("[data-answer=approve]").ClickAsync();
        await Expect(page.Asks).ToHaveCountAsync(0);
        await Expect(page.TheirLines.Last).ToContainTextAsync("Noted.");
        await page.WriteAsync("Take a note: buy a boat.");
        await page.Asks.Locator("[data-answer=refuse]").ClickAsync();
        await Expect(page.TheirLines.Last).ToContainTextAsync("not approved");
        await page.WriteAsync("Read me the notes.");
        await Expect(page.TheirLines.Last).ToContainTextAsync("buy milk");
        await Expect(page.TheirLines.Last).Not.ToContainTextAsync("boat");

        // Who writes interrupts, by the way that the text goes: what came by another could end the answer to it.
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("nobody");
        await page.WriteAsync("Tell me a long story.");
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("assistant");
        await page.WriteAsync("What time is it?");
        await Expect(page.TheirLines.Last).ToContainTextAsync("My tool says:");
        RealtimeTestEvent[] sent = [.. call.ReceivedEvents.SkipWhile(e => !e.ToString().Contains("long story", StringComparison.Ordinal)).Skip(1)];
        int cleared = Array.FindIndex(sent, e => e.Type == "output_audio_buffer.clear"), written = Array.FindIndex(sent, e => e.ToString().Contains("What time is it?", StringComparison.Ordinal));
        Assert.InRange(cleared, 0, written - 1);
        Assert.Single(sent, e => e.Type == "output_audio_buffer.clear");
        Assert.DoesNotContain(sent.Skip(written), e => e.Type == "response.cancel");

        // Of what the host is told nothing has come to the page.
        ILocator events = page.Page.Locator("#events");
        foreach (ILocator summary in await events.Locator("summary").AllAsync())
            await summary.EvaluateAsync("e => { e.parentElement.open = true; }");
        await Expect(events).ToContainTextAsync("\"type\": \"session.created\"");
        await Expect(events).Not.ToContainTextAsync("swordfish");
        await Expect(events).Not.ToContainTextAsync("The date and the time of day");        // a tool's description

        // The host decides what a page may change.
        await page.Page.FillAsync("#instructions", "Answer in notes.");
        await page.Page.ClickAsync("#update");
        await call.WaitForSentEventAsync("session.updated", e => (string?)e["session"]!["instructions"] == "Answer in notes.");
    }

    [BrowserFact]
    public async Task In_a_call_through_the_host_its_agent_runs_the_tools_beside_the_sound()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        chat.Endpoint.Script.OnResponse = OfflineModel.ReplyAsync;
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectAsync("calls");
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await ChatPage.UntilAsync(() => Task.FromResult(call.SidebandCount), count => count == 1, "the host to be beside the call");
        await page.WriteAsync("What time is it?");
        await Expect(page.TheirLines).ToContainTextAsync("My tool says:");
        Assert.True((await call.WaitForEventAsync("conversation.item.create", e => (string?)e["item"]!["type"] == "function_call_output")).IsFromSideband);
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
    }

    [BrowserFact]
    public async Task A_button_let_go_for_a_moment_does_not_lose_what_was_said()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Page.CheckAsync("#push-to-talk");
        await page.ConnectAsync();
        await page.Page.Locator("#talk").FocusAsync();
        await page.Page.Keyboard.DownAsync("Space");
        await page.ExpectWaveAsync("your-wave");
        await page.Page.EvaluateAsync(
            """
            () => { for (const type of ['keyup', 'keydown']) document.getElementById('talk').dispatchEvent(new KeyboardEvent(type, { key: ' ', bubbles: true })); }
            """);
        await page.Page.WaitForTimeoutAsync(500);       // longer than the last syllable is waited for
        await Expect(page.Events("input_audio_buffer.commit")).ToHaveCountAsync(0);
        await page.Page.Keyboard.UpAsync("Space");
        await Expect(page.Events("input_audio_buffer.commit")).ToHaveCountAsync(1);
        await Expect(page.Events("input_audio_buffer.clear")).ToHaveCountAsync(1);
        await Expect(page.TheirLines).ToContainTextAsync(VoiceChat.Answer);
    }

    [BrowserFact]
    public async Task Push_to_talk_listens_only_while_the_button_is_held()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Page.CheckAsync("#push-to-talk");
        await page.ConnectAsync();
        RealtimeTestCall call = await chat.Endpoint.WaitForCallAsync();
        await call.WaitForSentEventAsync("session.updated", e => e["session"]!["audio"]!["input"]!["turn_detection"] is null);

        ILocator talk = page.Page.Locator("#talk");
        await talk.HoverAsync();
        await page.Page.Mouse.DownAsync();
        await page.ExpectWaveAsync("your-wave");
        await Expect(talk).ToHaveAttributeAsync("aria-pressed", "true");
        await page.ExpectAccessibleAsync();
        await page.Page.Mouse.UpAsync();
        await call.WaitForEventAsync("input_audio_buffer.commit");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(page.TheirLines).ToContainTextAsync(VoiceChat.Answer);
        await page.ExpectFlatWaveAsync("your-wave");

        // Speaking again cuts the assistant off from the first word. The first answer is over by then: its sound would pass for the second one's.
        await page.HearSilenceAsync();
        await page.WriteAsync("a question");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await talk.HoverAsync();
        await page.Page.Mouse.DownAsync();
        await page.HearSilenceAsync();
        await page.Page.Mouse.UpAsync();
        await Expect(page.TheirLines.Nth(1)).ToContainTextAsync("interrupted");

        // Back to the service's own ears.
        await page.Page.UncheckAsync("#push-to-talk");
        await call.WaitForSentEventAsync("session.updated", e => e["session"]!["audio"]!["input"]!["turn_detection"] is not null && e["session"]!["instructions"] is not null);
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("You ended the call");
        await call.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
