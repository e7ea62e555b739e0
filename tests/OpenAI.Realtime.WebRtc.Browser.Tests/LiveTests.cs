using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>Calls of GPT-Live: the page posts its offer to the host, which creates the session; then the page talks with the service.</summary>
[Collection(nameof(BrowserFixture))]
public class LiveTests(BrowserFixture browser)
{
    private static readonly Regex Charged = new("^You ended the call. Charged for [0-9.]+ s.$");

    [BrowserTheory]
    [InlineData("client")]
    [InlineData("responses")]
    [InlineData("decisions")]
    public async Task Connects_talks_does_what_is_handed_over_interrupts_and_closes_with_its_use(string delegation)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.ChooseLiveAsync(delegation);
        await page.ExpectAccessibleAsync();
        await page.Page.SelectOptionAsync("#voice", "cedar");
        await page.Page.FillAsync("#instructions", "Answer in notes.");

        // The session is as the page has chosen of what the host has; what is written as instructions is an order beside the host's.
        await page.ConnectLiveAsync(delegation);
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        JsonObject made = session.Description;
        Assert.Equal(("gpt-live-1.1", "cedar", delegation), ((string?)made["model"], (string?)made["audio"]!["output"]!["voice"], (string?)made["delegation"]!["type"]));
        Assert.StartsWith("You are a cheerful assistant.", (string?)made["instructions"], StringComparison.Ordinal);
        await Expect(page.Page.Locator("#countdown")).ToContainTextAsync("left");
        await session.WaitForEventAsync("session.instructions.append", e => (string?)e["content"] == "Answer in notes.");

        // Spoken: who speaks is shown, and what is said, as it is said; the answer is heard.
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync(new Regex("you|both"));
        await Expect(page.YourLines.First).ToContainTextAsync("s of speech");
        await Expect(page.TheirLines.First).ToContainTextAsync("That was one");
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync(new Regex("assistant|both"));
        await page.ExpectWaveAsync("their-wave");
        await page.ExpectAccessibleAsync();
        await Expect(page.TheirLines.First).ToContainTextAsync(VoiceChat.Answer);
        await Expect(page.Lines.First).ToHaveClassAsync("line user");
        await Expect(page.Page.Locator("#latency")).ToContainTextAsync("ms");
        lock (chat.Heard)
            Assert.Contains(chat.Heard, heard => Math.Abs(heard - BrowserFixture.SpeechFrequency) < 12);

        // Muted, the page sends silence: the service ends a session that hears nothing.
        await page.Mute.ClickAsync();
        await page.ExpectFlatWaveAsync("your-wave");
        await page.HearSilenceAsync();

        // Handed over, done, and said.
        Write(session, "input", "What time is it?");
        string id = session.Delegate();
        await ExpectWorkAsync(page, session, delegation, id);
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("nobody");
        await page.ExpectAccessibleAsync();

        // Written: by the same hands.
        await page.WriteAsync("What time is it?");
        await Expect(page.YourLines.Last).ToContainTextAsync("What time is it?");
        await Expect(page.Tools.First).ToContainTextAsync("clock");
        await Expect(page.TheirLines.Filter(new() { HasTextRegex = new(delegation == "responses" ? "My tool says: .*:" : "It is .*:") })).Not.ToHaveCountAsync(0);
        await Expect(page.Page.Locator("#speaking")).ToHaveTextAsync("nobody");

        // Cut off: the model is ordered to stop.
        Assert.True(session.TrySay("This is going to be a long speech", RealtimeTestAudio.Tone(VoiceChat.AnswerFrequency, TimeSpan.FromSeconds(45))));
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await Expect(page.Interrupt).ToHaveAttributeAsync("aria-disabled", "false");
        await page.Interrupt.ClickAsync();
        await session.WaitForEventAsync("session.instructions.append", e => ((string)e["content"]!).StartsWith("Stop speaking now", StringComparison.Ordinal));
        await page.HearSilenceAsync();
        await Expect(page.TheirLines.Last).ToContainTextAsync("interrupted");
        await Expect(page.Interrupt).ToHaveAttributeAsync("aria-disabled", "true");
        await ChatPage.UntilAsync(() => page.Page.EvaluateAsync<bool>("() => document.getElementById('loudspeaker').muted"), isMuted => !isMuted, "the loudspeaker to sound again");

        // What it costs is counted by the service: a sum that replaces the one before.
        session.SendEvent("""{"type":"session.usage.updated","event_id":"u1","usage":{"seconds":15}}""");
        await Expect(page.Page.Locator("#cost")).ToHaveTextAsync("15 s");

        // Closed, in the service's own time.
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync(Charged);
        await session.WaitForSentEventAsync("session.closed", e => (string?)e["reason"] == "close_requested");
        await Expect(page.Failure).ToBeHiddenAsync();
        await Expect(page.Connect).ToHaveTextAsync("Connect");
        await page.ExpectAccessibleAsync();
        await session.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(session.SentEvents, e => e.Type == "error");
    }

    [BrowserFact]
    public async Task What_arrives_twice_is_done_once_and_the_model_goes_on_when_all_calls_have_their_results()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        chat.Endpoint.LiveScript.OnResponse = (_, given) => given.Count == 0
            ? new LiveTestResponse { Calls = [("clock", "{}"), ("dice", """{"count":3}"""), ("telescope", "{}"), ("dice", "not JSON")] }
            : new LiveTestResponse { Text = $"There were {given.Count} results." };
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync("responses");
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        session.Delegate();
        await Expect(page.TheirLines.Last).ToContainTextAsync("There were 4 results.");
        RealtimeTestEvent[] done = [.. session.SentEvents.Where(e => e.Type == "response.event" && (string?)e.Parse()!["event"]!["type"] == "response.output_item.done")];
        Assert.Equal(4, done.Length);
        foreach (RealtimeTestEvent again in done)
            session.SendEvent(again.ToString());
        await page.WriteAsync("Thank you.");
        await session.WaitForEventAsync("response.item.create", e => (string?)e["item"]!["type"] == "message");
        Assert.Equal(4, session.ReceivedEvents.Count(e => e.Type == "response.item.create" && (string?)e.Parse()!["item"]!["type"] == "function_call_output"));
        await Expect(page.Tools).ToHaveCountAsync(4);
        await Expect(page.Tools.Filter(new() { HasText = "telescope" })).ToContainTextAsync("There is no tool");
        await Expect(page.Page.Locator("#tools > li[data-status=Failed]")).ToHaveCountAsync(1);
        Assert.DoesNotContain(session.SentEvents, e => e.Type == "error");      // response.create too early is one

        // A model that fails says nothing by itself.
        chat.Endpoint.LiveScript.OnResponse = (_, _) => new LiveTestResponse { Fails = true };
        session.Delegate();
        await session.WaitForEventAsync("session.commentary.append", e => ((string)e["content"]!).Contains("could not be done", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Before_the_page_writes_a_note_it_asks_its_user()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync("responses");
        await page.WriteAsync("Take a note: buy milk.");
        await Expect(page.Asks).ToContainTextAsync("buy milk");
        await Expect(page.Tools.First).ToHaveAttributeAsync("data-status", "Waiting");
        await page.ExpectAccessibleAsync();
        await page.Asks.Locator("[data-answer=approve]").ClickAsync();
        await Expect(page.Asks).ToHaveCountAsync(0);
        await Expect(page.TheirLines.Last).ToContainTextAsync("Noted.");
        await page.WriteAsync("Take a note: buy a boat.");
        await page.Asks.Locator("[data-answer=refuse]").ClickAsync();
        await Expect(page.TheirLines.Last).ToContainTextAsync("did not approve");
        await Expect(page.Tools.First).ToHaveAttributeAsync("data-status", "Refused");
        await page.WriteAsync("Read me the notes.");
        await Expect(page.TheirLines.Last).ToContainTextAsync("buy milk");
        await Expect(page.TheirLines.Last).Not.ToContainTextAsync("boat");

        // What is asked goes with the call.
        await page.WriteAsync("Take a note: sell the boat.");
        await Expect(page.Asks).ToHaveCountAsync(1);
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync(Charged);
        await Expect(page.Asks).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Two_that_speak_at_once_have_lines_that_grow_side_by_side_in_the_order_of_the_sessions_clock()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        Write(session, "input", "I should like", 1_000);
        Write(session, "output", "Mhm.", 1_300);
        Write(session, "input", " some tulips", 1_500);
        await Expect(page.Lines).ToHaveTextAsync(["YouI should like some tulips", "AssistantMhm."]);

        // What the user says is written down later than the answer to it.
        Write(session, "output", "How many?", 5_000);
        Write(session, "input", "Red ones.", 3_900);
        Write(session, "output", " And for whom?", 5_400);
        await Expect(page.Lines).ToHaveTextAsync(["YouI should like some tulips", "AssistantMhm.", "YouRed ones.", "AssistantHow many? And for whom?"]);

        // After a pause it is another line, and a clock that starts anew begins one too.
        Write(session, "output", "Are you still there?", 9_000);
        Write(session, "output", "Hello?", 100);
        await Expect(page.TheirLines).ToHaveCountAsync(4);
        await Expect(page.Lines.First).ToContainTextAsync("Hello?");

        // What is nothing is not shown, and does no harm.
        foreach (string e in (string[])["""{"type":"session.output_transcript.delta"}""", """{"type":"session.output_transcript.delta","delta":5}""", """{"type":"session.delegation.created"}""",
            """{"type":"response.event","event":null}""", """{"type":"decision.event","delegation_id":"d1","event_id":"e1","event":{}}""", """{"type":"session.usage.updated","usage":null}""", """{"type":"session.surprise"}"""])
            session.SendEvent(e);
        Write(session, "input", "Yes.", 9_500);
        await Expect(page.Lines.Last).ToContainTextAsync("Yes.");
        await page.ExpectAccessibleAsync();
        await Expect(page.Status).ToHaveTextAsync("Connected");
    }

    [BrowserFact]
    public async Task The_service_has_the_last_word_unless_the_user_does_not_wait_for_it()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        Assert.True(session.TrySay("Goodbye and good luck", RealtimeTestAudio.Tone(VoiceChat.AnswerFrequency, TimeSpan.FromSeconds(4))));
        await page.HearAsync(VoiceChat.AnswerFrequency);
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToContainTextAsync("the service has the last word");
        await Expect(page.Connect).ToHaveTextAsync("End now");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.getElementById('loudspeaker').muted"), "The loudspeaker sounds on.");
        await page.ExpectAccessibleAsync();
        await Expect(page.Status).ToHaveTextAsync(Charged);
        await Expect(page.TheirLines.Last).ToContainTextAsync("good luck");

        // One that does not come is not waited for.
        chat.Endpoint.LiveScript.OnEvent = (_, e) => (string?)e["type"] == "session.close";
        await page.ConnectLiveAsync();
        session = await chat.Endpoint.WaitForLiveSessionAsync();
        session.SendEvent("""{"type":"session.usage.updated","event_id":"u1","usage":{"seconds":12.25}}""");
        await Expect(page.Page.Locator("#cost")).ToHaveTextAsync("12.3 s");
        await page.Connect.ClickAsync();
        await Expect(page.Connect).ToHaveTextAsync("End now");
        await page.Connect.ClickAsync();
        await Expect(page.Status).ToHaveTextAsync("You ended the call. Charged for 12.3 s as far as the service has said.");
        await session.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [BrowserFact]
    public async Task A_session_that_was_forgotten_is_closed_for_it_is_charged_by_the_second()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Page.Clock.InstallAsync();
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await page.Page.Clock.FastForwardAsync("04:00");
        Write(session, "output", "Are you still there?");
        await Expect(page.TheirLines.Last).ToContainTextAsync("still there?");
        await page.Page.Clock.FastForwardAsync("04:00");
        await Expect(page.Status).ToHaveTextAsync("Connected");
        await page.Page.Clock.FastForwardAsync("02:00");
        await Expect(page.Status).ToHaveTextAsync(Charged);
        await Expect(page.Page.Locator("#notice")).ToContainTextAsync("five minutes");
        await session.WaitForEventAsync("session.close");
    }

    [BrowserTheory]
    [InlineData("401", "host-key-refused")]
    [InlineData("403", "host-no-access")]
    [InlineData("402", "service-no-credit")]
    [InlineData("400", "service-rejected")]
    [InlineData("429", "service-busy")]
    [InlineData("500", "service-failed")]
    [InlineData("json", "service-failed")]
    public async Task A_session_that_is_refused_is_shown_plainly_and_asked_for_once(string what, string code)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        page.ExpectsFailedRequests = true;
        chat.Endpoint.FailNext(RealtimeTestRoute.LiveSessions, what switch
        {
            "401" => RealtimeTestFault.KeyRefused,
            "403" => RealtimeTestFault.Status(403, "Voice session access denied", "forbidden", "forbidden"),
            "402" => RealtimeTestFault.Status(402, "No credit.", "credit_balance_exhausted"),
            "400" => RealtimeTestFault.Status(400, "No such model.", "model_not_found"),
            "429" => RealtimeTestFault.Status(429, "Too many.", "rate_limit_exceeded"),
            "500" => RealtimeTestFault.ServerError(),
            _ => RealtimeTestFault.JsonInsteadOfSdp,
        });
        await page.ChooseLiveAsync();
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync(code);
        Assert.Equal(1, chat.Endpoint.Requests.Count(request => request.Route == RealtimeTestRoute.LiveSessions));

        // The next try is none the worse for it.
        await page.ConnectLiveAsync();
        await Expect(page.Failure).ToBeHiddenAsync();
    }

    [BrowserTheory]
    [InlineData("model_not_found", "session-refused")]
    [InlineData("credit_balance_exhausted", "service-no-credit")]
    [InlineData(null, "session-never-started")]
    public async Task A_session_that_does_not_start_is_said_to_be_none(string? error, string code)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync("--VoiceChat:PathTimeout", "00:00:03");
        chat.Endpoint.LiveScript.StartsAtOnce = false;
        chat.Endpoint.LiveScript.OnConnected = (session, _) =>
        {
            if (error is not null)
                session.SendError(error, "It cannot be.");
            return Task.CompletedTask;
        };
        ChatPage page = await chat.OpenAsync(browser);
        await page.ChooseLiveAsync();
        await page.Connect.ClickAsync();
        await page.ExpectFailureAsync(code);
        await Expect(page.Page.Locator("#notice")).ToBeHiddenAsync();
        if (error is not null)
            await Expect(page.Failure.Locator(".detail")).ToContainTextAsync(error);
    }

    [BrowserTheory]
    [InlineData("expired", null)]
    [InlineData("content", "session-moderated")]
    [InlineData("connection_lost", "connection-lost")]
    [InlineData("something_new", "channel-closed")]
    [InlineData("", "channel-closed")]
    public async Task The_service_ends_it(string reason, string? code)
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await (reason.Length == 0 ? session.HangUpAsync() : session.CloseAsync(reason));
        await Expect(page.Connect).ToHaveTextAsync("Connect");
        if (code is null)
            await Expect(page.Status).ToContainTextAsync("longest time");
        else
            await page.ExpectFailureAsync(code);
        if (reason.Length > 0)
            await Expect(page.Status).ToContainTextAsync("Charged for");
    }

    [BrowserFact]
    public async Task An_error_of_the_service_that_ends_nothing_is_a_notice()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Mute.ClickAsync();
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await page.Page.FillAsync("#instructions", new string('x', 2_500));
        await page.Page.ClickAsync("#update");
        await Expect(page.Page.Locator("#notice")).ToContainTextAsync("must not exceed 500 tokens");
        session.SendError("response_input_buffer_full", "Response input is limited.");
        await Expect(page.Page.Locator("#notice")).ToContainTextAsync("all that it can");
        await Expect(page.Status).ToHaveTextAsync("Connected");
        await Expect(page.Page.Locator("#voice")).ToBeDisabledAsync();
    }

    [BrowserFact]
    public async Task Push_to_talk_is_a_matter_of_the_page_alone()
    {
        await using VoiceChat chat = await VoiceChat.StartAsync();
        ChatPage page = await chat.OpenAsync(browser);
        await page.Page.CheckAsync("#push-to-talk");
        await page.ConnectLiveAsync();
        LiveTestSession session = await chat.Endpoint.WaitForLiveSessionAsync();
        await page.Page.Locator("#talk").FocusAsync();
        await page.Page.Keyboard.DownAsync("Space");
        await page.ExpectWaveAsync("your-wave");
        await page.Page.Keyboard.UpAsync("Space");
        await page.ExpectFlatWaveAsync("your-wave");
        await Expect(page.TheirLines.First).ToContainTextAsync(VoiceChat.Answer);
        Assert.Empty(session.ReceivedEvents);
    }

    /// <summary>What was handed over is done by the page, told to the service, and said.</summary>
    private static async Task ExpectWorkAsync(ChatPage page, LiveTestSession session, string delegation, string id)
    {
        switch (delegation)
        {
            case "client":
                // It says that it is at it, and what came of it; each under the delegation's id.
                await session.WaitForEventAsync("session.thinking.append", e => (string?)e["delegation_id"] == id);
                await session.WaitForEventAsync("session.commentary.append", e => (string?)e["delegation_id"] == id && ((string)e["content"]!).StartsWith("It is ", StringComparison.Ordinal));
                await Expect(page.Tools.First).ToContainTextAsync("clock");
                await Expect(page.Tools.Nth(1)).ToContainTextAsync("What time is it?");
                await Expect(page.TheirLines.Last).ToContainTextAsync("It is ");
                break;
            case "responses":
                await session.WaitForEventAsync("response.item.create", e => (string?)e["item"]!["type"] == "function_call_output");
                await session.WaitForEventAsync("response.create");
                await Expect(page.Tools.First).ToContainTextAsync("dice");
                await Expect(page.TheirLines.Last).ToContainTextAsync("My tool says: ");
                break;
            default:
                session.SendDecision(JsonNode.Parse("""{"model":"gpt-6-luna","answers":[{"type":"choice","name":"wanted","choice":"dice","confidence":0.87,"probabilities":[]}]}""")!.AsObject(), id);
                await session.WaitForEventAsync("session.commentary.append", e => ((string)e["content"]!).StartsWith("The dice show ", StringComparison.Ordinal));
                await Expect(page.Tools.Nth(1)).ToContainTextAsync("wanted: dice (87 %)");
                await Expect(page.TheirLines.Last).ToContainTextAsync("The dice show ");
                break;
        }
        await Expect(page.Tools.First).ToHaveAttributeAsync("data-status", "Completed");
    }

    /// <summary>A piece of a transcript, 300 ms long; by default behind everything that was said.</summary>
    private static void Write(LiveTestSession session, string side, string words, int? at = null)
    {
        int start = at ?? session.SentEvents.Where(e => e.Type.EndsWith("_transcript.delta", StringComparison.Ordinal)).Select(e => (int)e.Parse()!["end_ms"]!).DefaultIfEmpty().Max() + 1_000;
        session.SendEvent(new JsonObject
        {
            ["type"] = $"session.{side}_transcript.delta",
            ["event_id"] = Guid.NewGuid().ToString("N"),
            ["delta"] = words,
            ["start_ms"] = start,
            ["end_ms"] = start + 300,
        }.ToJsonString());
    }
}
