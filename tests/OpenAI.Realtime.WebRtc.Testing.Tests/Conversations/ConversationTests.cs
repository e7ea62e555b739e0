using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

public sealed class ConversationTests
{
    // Each waits on conditions, never on time; the replies are short, so that audio at real pace takes little of it.
    private static readonly RealtimeTestAudio ShortTone = RealtimeTestAudio.Tone(600, TimeSpan.FromMilliseconds(400));

    [Fact]
    public async Task The_first_event_is_the_session_as_it_is_in_effect()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { Instructions = "Be kind." });

        JsonNode session = (await caller.WaitAsync("session.created"))["session"]!;

        Assert.Equal("session.created", caller.ReceivedTypes.First());
        Assert.Equal("realtime.session", (string?)session["object"]);
        Assert.Equal("realtime", (string?)session["type"]);
        Assert.Equal("gpt-realtime-2.1", (string?)session["model"]);
        Assert.Equal("Be kind.", (string?)session["instructions"]);
        Assert.StartsWith("sess_", (string?)session["id"], StringComparison.Ordinal);
        Assert.True((long)session["expires_at"]! > DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_session_update_changes_what_it_names_and_nothing_else()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { Voice = "cedar" });

        await caller.SendAsync("""{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad","silence_duration_ms":900},"transcription":{"model":"whisper-1"}}}}}""");
        JsonNode session = (await caller.WaitAsync("session.updated"))["session"]!;

        JsonNode input = session["audio"]!["input"]!;
        Assert.Equal(900, (int)input["turn_detection"]!["silence_duration_ms"]!);
        Assert.Equal(300, (int)input["turn_detection"]!["prefix_padding_ms"]!);
        Assert.Equal("whisper-1", (string?)input["transcription"]!["model"]);
        Assert.Equal("cedar", (string?)session["audio"]!["output"]!["voice"]);
    }

    [Fact]
    public async Task The_strength_of_noise_reduction_is_kept_when_it_is_left_out()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { NoiseReduction = NoiseReduction.NearField });
        Assert.Equal(1, Strength(await caller.WaitAsync("session.created")));

        await caller.Session.SendAsync(new SessionUpdate(new RealtimeSessionConfig { NoiseReduction = new NoiseReduction { Type = NoiseReductionType.FarField, Strength = 0.25 } }));
        Assert.Equal(0.25, Strength(await caller.WaitAsync("session.updated")));
        await caller.Session.SendAsync(new SessionUpdate(new RealtimeSessionConfig { NoiseReduction = NoiseReduction.NearField }));
        Assert.Equal(0.25, Strength(await caller.WaitAsync("session.updated", e => (string?)e["session"]!["audio"]!["input"]!["noise_reduction"]!["type"] == "near_field")));

        static double Strength(JsonNode e) => (double)e["session"]!["audio"]!["input"]!["noise_reduction"]!["strength"]!;
    }

    [Theory]
    [InlineData("""{"type":"session.update","event_id":"e","session":{"instructions":"x"}}""", "missing_required_parameter", "session.type")]
    [InlineData("""{"type":"session.update","event_id":"e","session":{"type":"realtime","voice":"cedar"}}""", "unknown_parameter", "session.voice")]
    [InlineData("""{"type":"session.update","event_id":"e","session":{"type":"realtime","instructions":7}}""", "invalid_type", "session.instructions")]
    [InlineData("""{"type":"session.update","event_id":"e","session":{"type":"realtime","model":"another"}}""", "invalid_value", "session.model")]
    [InlineData("""{"type":"session.update","event_id":"e"}""", "missing_required_parameter", "session")]
    [InlineData("""{"type":"response.cancel","event_id":"e"}""", "response_cancel_not_active", null)]
    [InlineData("""{"type":"input_audio_buffer.make","event_id":"e"}""", "invalid_value", "type")]
    [InlineData("""{"event_id":"e"}""", "missing_required_parameter", "type")]
    [InlineData("""{"type":5,"event_id":"e"}""", "invalid_type", "type")]
    [InlineData("""{"type":"conversation.item.create","event_id":"e","item":{"type":"message","role":"user"}}""", "missing_required_parameter", "item.content")]
    [InlineData("""{"type":"conversation.item.create","event_id":"e","item":{"type":"message","role":"assistant","content":[{"type":"output_audio"}]}}""", "invalid_value", "item.content[0].type")]
    [InlineData("""{"type":"conversation.item.delete","event_id":"e","item_id":"item_none"}""", "item_delete_invalid_item_id", "item_id")]
    [InlineData("""{"type":"response.create","event_id":"e","response":{"modalities":["text"]}}""", "unknown_parameter", "response.modalities")]
    public async Task A_wrong_event_is_answered_with_an_error_that_names_it(string json, string code, string? param)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.SendAsync(json);
        JsonNode error = await caller.ErrorAsync("e");

        Assert.Equal((code, param), ((string?)error["code"], (string?)error["param"]));
        Assert.Equal("invalid_request_error", (string?)error["type"]);
    }

    [Fact]
    public async Task What_is_no_event_is_answered_with_invalid_event_and_the_session_goes_on()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.SendAsync("{\"type\":");
        JsonNode error = (await caller.WaitAsync("error"))["error"]!;
        await caller.SendAsync("""{"type":"session.update","session":{"type":"realtime"}}""");
        await caller.WaitAsync("session.updated");

        Assert.Equal("invalid_event", (string?)error["code"]);
    }

    [Fact]
    public async Task Items_are_added_retrieved_and_deleted_in_their_place()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.SendAsync("""{"type":"conversation.item.create","item":{"id":"second","type":"message","role":"user","content":[{"type":"input_text","text":"b"}]}}""");
        await caller.SendAsync("""{"type":"conversation.item.create","previous_item_id":"root","item":{"id":"first","type":"message","role":"system","content":[{"type":"input_text","text":"a"}]}}""");
        await caller.SendAsync("""{"type":"conversation.item.create","item":{"id":"third","type":"message","role":"assistant","content":[{"type":"output_text","text":"c"}]}}""");
        JsonNode second = await caller.WaitAsync("conversation.item.added", e => (string?)e["item"]!["id"] == "second");
        JsonNode first = await caller.WaitAsync("conversation.item.done", e => (string?)e["item"]!["id"] == "first");
        JsonNode third = await caller.WaitAsync("conversation.item.done", e => (string?)e["item"]!["id"] == "third");
        await caller.SendAsync("""{"type":"conversation.item.retrieve","item_id":"second"}""");
        JsonNode retrieved = await caller.WaitAsync("conversation.item.retrieved");
        await caller.SendAsync("""{"type":"conversation.item.delete","item_id":"second"}""");
        JsonNode deleted = await caller.WaitAsync("conversation.item.deleted");
        await caller.SendAsync("""{"type":"conversation.item.retrieve","event_id":"gone","item_id":"second"}""");

        Assert.Null((string?)second["previous_item_id"]);
        Assert.Null((string?)first["previous_item_id"]);
        Assert.Equal("second", (string?)third["previous_item_id"]);
        Assert.Equal("realtime.item", (string?)third["item"]!["object"]);
        Assert.Equal("b", (string?)retrieved["item"]!["content"]![0]!["text"]);
        Assert.Equal("second", (string?)deleted["item_id"]);
        Assert.Equal("item_retrieve_invalid_item_id", (string?)(await caller.ErrorAsync("gone"))["code"]);
    }

    [Fact]
    public async Task A_response_with_audio_runs_in_the_order_of_the_service()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("one two", ShortTone));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("output_audio_buffer.stopped");

        Assert.Equal(
        [
            "session.created",
            "response.created",
            "rate_limits.updated",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "output_audio_buffer.started",
            "response.output_audio_transcript.delta",
            "response.output_audio_transcript.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
            "output_audio_buffer.stopped",
        ], caller.ReceivedTypes);
        JsonNode response = (await caller.WaitAsync("response.done"))["response"]!;
        Assert.Equal("completed", (string?)response["status"]);
        Assert.Equal("one two", (string?)response["output"]![0]!["content"]![0]!["transcript"]);
        Assert.Equal("output_audio", (string?)response["output"]![0]!["content"]![0]!["type"]);
        Assert.Equal((int)response["usage"]!["total_tokens"]!, (int)response["usage"]!["input_tokens"]! + (int)response["usage"]!["output_tokens"]!);
        Assert.Equal(8, (int)response["usage"]!["output_token_details"]!["audio_tokens"]!);
    }

    [Fact]
    public async Task The_reply_is_heard_as_the_script_gave_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("a tone", RealtimeTestAudio.Tone(830, TimeSpan.FromSeconds(30))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(700));

        RealtimeTestAudio heard = caller.Loudspeaker.Loud;
        Assert.InRange(heard.DominantFrequency, 795, 865);       // 830 Hz; a frame made up on a busy machine moves the peak
        Assert.InRange(heard.Level.RmsDbfs, -20, -9);
    }

    [Fact]
    public async Task A_response_in_text_has_no_audio()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(ConversationItemCreate.UserText("What is the time?"));
        await caller.Session.SendAsync(new ResponseCreate { Response = new() { OutputModalities = ["text"] } });
        JsonNode response = (await caller.WaitAsync("response.done"))["response"]!;

        Assert.Contains("What is the time?", (string?)response["output"]![0]!["content"]![0]!["text"], StringComparison.Ordinal);
        Assert.Contains("response.output_text.delta", caller.ReceivedTypes);
        Assert.DoesNotContain(caller.ReceivedTypes, t => t.Contains("audio", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_response_is_refused_while_one_is_running_unless_it_is_out_of_band()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var goOn = new TaskCompletionSource();
        endpoint.Script.OnResponse = async (turn, _) =>
        {
            if (turn.Parameters is null)
                await goOn.Task;
            return RealtimeTestReply.Say("done", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(20)));
        };
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.SendAsync("""{"type":"response.create","event_id":"second"}""");
        await caller.SendAsync("""{"type":"response.create","response":{"conversation":"none","output_modalities":["text"],"metadata":{"topic":"aside"}}}""");
        JsonNode aside = (await caller.WaitAsync("response.done"))["response"]!;
        JsonNode error = await caller.ErrorAsync("second");
        goOn.SetResult();
        JsonNode main = (await caller.WaitAsync("response.done", e => e["response"]!["conversation_id"] is not null))["response"]!;

        Assert.Equal("conversation_already_has_active_response", (string?)error["code"]);
        Assert.Equal("aside", (string?)aside["metadata"]!["topic"]);
        Assert.Null(aside["conversation_id"]);
        Assert.Equal("completed", (string?)main["status"]);
    }

    [Fact]
    public async Task A_cancelled_response_ends_incomplete_and_its_audio_stops_when_the_buffer_is_cleared()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { GenerationPace = 10 });
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("a very long story that nobody wants to hear to its end", RealtimeTestAudio.Tone(500, TimeSpan.FromMinutes(2))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(200));
        // By its third word ten seconds more are generated than are heard, and the clear comes right behind the cancel: it finds something to drop.
        await caller.WaitAsync("response.output_audio_transcript.delta", e => ((string?)e["delta"])!.Contains("very", StringComparison.Ordinal));
        await caller.Session.SendAsync(new ResponseCancel());
        await caller.Session.SendAsync(new OutputAudioBufferClear());
        JsonNode response = (await caller.WaitAsync("response.done"))["response"]!;
        JsonNode cleared = await caller.WaitAsync("output_audio_buffer.cleared");
        JsonNode truncated = await caller.WaitAsync("conversation.item.truncated");
        await caller.Loudspeaker.QuietAsync(TimeSpan.FromMilliseconds(300));

        Assert.Equal("cancelled", (string?)response["status"]);
        Assert.Equal("client_cancelled", (string?)response["status_details"]!["reason"]);
        Assert.Equal("incomplete", (string?)response["output"]![0]!["status"]);
        Assert.Equal((string?)response["id"], (string?)cleared["response_id"]);
        Assert.InRange((int)truncated["audio_end_ms"]!, 20, 100_000);
        Assert.DoesNotContain("output_audio_buffer.stopped", caller.ReceivedTypes);
    }

    [Fact]
    public async Task A_cancelled_response_without_clearing_is_heard_as_far_as_it_was_generated()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new() { GenerationPace = 1 });
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say(string.Join(' ', Enumerable.Repeat("word", 150)), RealtimeTestAudio.Tone(500, TimeSpan.FromMinutes(1))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("response.output_audio_transcript.delta");
        await caller.Session.SendAsync(new ResponseCancel());
        await caller.WaitAsync("output_audio_buffer.stopped");

        Assert.DoesNotContain("output_audio_buffer.cleared", caller.ReceivedTypes);
    }

    [Fact]
    public async Task The_voice_is_fixed_once_the_assistant_has_spoken()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("hm", ShortTone));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("response.done");
        await caller.SendAsync("""{"type":"session.update","event_id":"v","session":{"type":"realtime","audio":{"output":{"voice":"cedar"}}}}""");

        Assert.Equal("cannot_update_voice", (string?)(await caller.ErrorAsync("v"))["code"]);
    }

    [Fact]
    public async Task A_negotiated_channel_and_the_unified_interface_work_as_well()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, o =>
        {
            o.UseUnifiedInterface = true;
            o.NegotiatedChannelId = 3;
        }, o => o.Session = new RealtimeSessionConfig { Instructions = "Unified." });

        JsonNode session = (await caller.WaitAsync("session.created"))["session"]!;

        Assert.Equal("Unified.", (string?)session["instructions"]);
        Assert.Equal(0, endpoint.KeysMinted);
    }

    [Fact]
    public async Task A_beta_call_speaks_the_betas_dialect()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("one", ShortTone));
        await using Caller caller = await Caller.ConnectAsync(endpoint, o => o.Dialect = RealtimeDialect.Beta);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("output_audio_buffer.stopped");

        Assert.True(caller.Call.IsBeta);
        Assert.Equal(
        [
            "session.created",
            "response.created",
            "rate_limits.updated",
            "response.output_item.added",
            "conversation.item.created",
            "response.content_part.added",
            "output_audio_buffer.started",
            "response.audio_transcript.delta",
            "response.audio.done",
            "response.audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.done",
            "output_audio_buffer.stopped",
        ], caller.ReceivedTypes);
        JsonNode session = (await caller.WaitAsync("session.created"))["session"]!;
        Assert.Equal("alloy", (string?)session["voice"]);
        Assert.Null(session["audio"]);
        JsonNode response = (await caller.WaitAsync("response.done"))["response"]!;
        Assert.Equal("audio", (string?)response["output"]![0]!["content"]![0]!["type"]);
        Assert.Equal("alloy", (string?)response["voice"]);
    }

    [Fact]
    public async Task Twenty_calls_at_a_time_are_twenty_conversations()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(RealtimeTestReply.Say(turn.Text!, RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));

        string[] said = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using Caller caller = await Caller.ConnectAsync(endpoint);
            await caller.Session.SendAsync(ConversationItemCreate.UserText($"I am number {i}"));
            await caller.Session.SendAsync(new ResponseCreate());
            return (string)(await caller.WaitAsync("response.output_audio_transcript.done"))["transcript"]!;
        }));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"I am number {i}"), said);
        Assert.Equal(20, endpoint.CallsCreated);
        await Task.WhenAll(endpoint.Calls.Select(call => call.Completion)).WaitAsync(Caller.Patience);
        Assert.All(endpoint.Calls, call => Assert.True(call.Completion.Result.IsOrderly));
    }

    [Fact]
    public async Task Random_messages_never_end_the_session()
    {
        const int seed = 20260817;
        var random = new Random(seed);
        string[] starts =
        [
            """{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad","threshold":0.5}}}}}""",
            """{"type":"conversation.item.create","previous_item_id":"root","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]}}""",
            """{"type":"response.create","response":{"output_modalities":["text"],"metadata":{"a":"b"},"input":[]}}""",
            """{"type":"conversation.item.truncate","item_id":"x","content_index":0,"audio_end_ms":10}""",
            """{"type":"input_audio_buffer.commit"}""",
        ];
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        for (int i = 0; i < 2_000; i++)
        {
            byte[] message = System.Text.Encoding.UTF8.GetBytes(starts[random.Next(starts.Length)]);
            for (int change = random.Next(4); change >= 0; change--)
                message[random.Next(message.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"{}[]\":,0-9ntx\\u"[random.Next(15)];
            await caller.Session.SendRawAsync(message);
        }

        await caller.SendAsync("""{"type":"conversation.item.create","item":{"id":"last","type":"message","role":"user","content":[]}}""");
        await caller.WaitAsync("conversation.item.done", e => (string?)e["item"]!["id"] == "last");
        Assert.False(caller.Call.Completion.IsCompleted, $"The call ended. Seed {seed}.");
        Assert.DoesNotContain(caller.Received, e => e.Type == "error" && (string?)e.Parse()!["error"]!["type"] == "server_error");
    }
}
