using System.Diagnostics;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using OpenTelemetry.Metrics;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Diagnostics;

/// <summary>Spans and metrics, as OpenTelemetry's SDK gathers them, in virtual time.</summary>
public sealed class TelemetryTests
{
    private static readonly ResponseUsage CallUsage = new()
    {
        TotalTokens = 120,
        InputTokens = 100,
        OutputTokens = 20,
        InputTokenDetails = new InputTokenDetails { TextTokens = 60, AudioTokens = 40, CachedTokens = 30, CachedTokensDetails = new TokenCounts { TextTokens = 30 } },
        OutputTokenDetails = new TokenCounts { TextTokens = 20 },
    };

    private static readonly ResponseUsage SpokenUsage = new()
    {
        TotalTokens = 180,
        InputTokens = 130,
        OutputTokens = 50,
        InputTokenDetails = new InputTokenDetails { TextTokens = 90, AudioTokens = 40 },
        OutputTokenDetails = new TokenCounts { TextTokens = 10, AudioTokens = 40 },
    };

    [Fact]
    public async Task A_turn_is_a_span_with_its_responses_and_its_tools_in_it()
    {
        using var observed = new Observed();
        Activity? within = null;
        await HoldAsync("Traced", "gpt-traced", () => within = Activity.Current);

        IReadOnlyList<Activity> spans = observed.SpansOf("Traced");
        Assert.Equal(["conversation Traced", "invoke_agent Traced", "chat gpt-traced", "execute_tool clock", "chat gpt-traced"], spans.Select(span => span.DisplayName));
        (Activity whole, Activity turn, Activity first, Activity tool, Activity second) = (spans[0], spans[1], spans[2], spans[3], spans[4]);
        Assert.Equal(whole.SpanId, turn.ParentSpanId);
        Assert.All([first, tool, second], span => Assert.Equal(turn.SpanId, span.ParentSpanId));
        Assert.All(spans, span => Assert.Equal("rtc_scripted", span.GetTagItem("gen_ai.conversation.id")));
        Assert.Equal("execute_tool clock", within?.DisplayName);

        // The user spoke for a second, and was silent for the 400 ms by which the service knew; what follows took 300 ms, 2 s of the tool, 500 ms and 1 s of speech.
        Assert.Equal(TimeSpan.FromMilliseconds(400 + 300 + 2_000 + 500 + 1_000), turn.Duration);
        Assert.Equal(1, turn.GetTagItem("openai.realtime.webrtc.turn.number"));
        Assert.Equal(3.2, turn.GetTagItem("openai.realtime.webrtc.turn.latency"));
        Assert.Equal(false, turn.GetTagItem("openai.realtime.webrtc.turn.interrupted"));
        ActivityEvent heard = Assert.Single(turn.Events);
        Assert.Equal(("openai.realtime.webrtc.first_sound", TimeSpan.FromSeconds(3.2)), (heard.Name, heard.Timestamp - turn.StartTimeUtc));

        Assert.Equal(ActivityKind.Client, first.Kind);
        Assert.Equal(("chat", "openai", "gpt-traced", "r1"), (Text(first, "gen_ai.operation.name"), Text(first, "gen_ai.provider.name"), Text(first, "gen_ai.request.model"), Text(first, "gen_ai.response.id")));
        Assert.Equal(["completed"], (string[])first.GetTagItem("gen_ai.response.finish_reasons")!);
        Assert.Equal((100L, 20L, 60L, 40L, 30L), (Count(first, "input_tokens"), Count(first, "output_tokens"), Count(first, "text.input_tokens"), Count(first, "audio.input_tokens"), Count(first, "cache_read.input_tokens")));
        Assert.Equal((40L, null), (Count(second, "audio.output_tokens"), Count(second, "image.input_tokens")));
        Assert.Equal(TimeSpan.FromSeconds(1), second.Duration);

        Assert.Equal(("execute_tool", "function", "1", "Traced"), (Text(tool, "gen_ai.operation.name"), Text(tool, "gen_ai.tool.type"), Text(tool, "gen_ai.tool.call.id"), Text(tool, "gen_ai.agent.name")));
        Assert.Equal(TimeSpan.FromSeconds(2), tool.Duration);
        Assert.Equal((230L, "ClosedLocally"), (Count(whole, "input_tokens"), Text(whole, "openai.realtime.webrtc.conversation.end")));
        Assert.DoesNotContain(spans.SelectMany(span => span.TagObjects), tag => tag.Value is string text && text.Contains("noon", StringComparison.Ordinal));     // neither what is said nor what tools give
    }

    [Fact]
    public async Task The_meters_have_latency_tokens_by_kind_tools_and_turns()
    {
        using var observed = new Observed();
        await HoldAsync("Metered", "gpt-metered", () => { });

        MetricPoint latency = Assert.Single(observed.PointsOf("openai.realtime.webrtc.turn.latency", "gen_ai.agent.name", "Metered"));
        Assert.Equal((1L, 3.2), (latency.GetHistogramCount(), latency.GetHistogramSum()));
        MetricPoint turn = Assert.Single(observed.PointsOf("gen_ai.invoke_agent.duration", "gen_ai.agent.name", "Metered"));
        Assert.Equal(4.2, turn.GetHistogramSum(), 6);
        Assert.Equal(2, Assert.Single(observed.PointsOf("gen_ai.invoke_agent.inference_calls", "gen_ai.agent.name", "Metered")).GetHistogramSum());
        Assert.Equal(1, Assert.Single(observed.PointsOf("gen_ai.invoke_agent.tool_calls", "gen_ai.agent.name", "Metered")).GetHistogramSum());

        MetricPoint tool = Assert.Single(observed.PointsOf("gen_ai.execute_tool.duration", "gen_ai.agent.name", "Metered"));
        Assert.Equal((2.0, "clock", null), (tool.GetHistogramSum(), Observed.Tag(tool, "gen_ai.tool.name"), Observed.Tag(tool, "error.type")));

        Assert.Equal([("audio", 80L), ("text", 150L)], ByModality("gen_ai.client.inference.usage.input_tokens"));
        Assert.Equal([("audio", 40L), ("text", 30L)], ByModality("gen_ai.client.inference.usage.output_tokens"));
        Assert.Equal([("text", 30L)], ByModality("gen_ai.client.inference.usage.cache_read.input_tokens"));
        MetricPoint input = Assert.Single(observed.PointsOf("gen_ai.client.inference.operation.input_tokens", "gen_ai.request.model", "gpt-metered"));
        Assert.Equal((2L, 230.0), (input.GetHistogramCount(), input.GetHistogramSum()));
        Assert.Equal([("input", 230.0), ("output", 70.0)], observed.PointsOf("gen_ai.client.token.usage", "gen_ai.request.model", "gpt-metered")
            .Select(point => ((string)Observed.Tag(point, "gen_ai.token.type")!, point.GetHistogramSum())).Order());
        Assert.Equal(2, Assert.Single(observed.PointsOf("gen_ai.client.inference.duration", "gen_ai.request.model", "gpt-metered")).GetHistogramCount());
        Assert.Equal(7, Assert.Single(observed.PointsOf("openai.realtime.webrtc.transcription.tokens", "gen_ai.agent.name", "Metered")).GetSumLong());

        IEnumerable<(string, long)> ByModality(string metric) => observed.PointsOf(metric, "gen_ai.request.model", "gpt-metered")
            .Select(point => ((string)Observed.Tag(point, "gen_ai.token.modality")!, point.GetSumLong())).Order();
    }

    [Fact]
    public async Task What_goes_wrong_is_an_error_and_what_is_cut_off_is_not()
    {
        using var observed = new Observed();
        var agent = new VoiceAgent
        {
            Name = "Unlucky",
            Session = new RealtimeSessionConfig { Model = "gpt-unlucky" },
            Tools = [AIFunctionFactory.Create(() => { throw new InvalidOperationException("No."); }, "broken")],
        };
        await using (Talk talk = await Talk.StartAsync(agent))
        {
            await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "broken")), Service.Ends("r1"));
            await talk.OutputAsync();
            ResponseCreate create = await talk.SentAsync<ResponseCreate>();
            ResponseDone failed = Service.Ends("r2", create, status: "failed");
            failed.Response.StatusDetails = new ResponseStatusDetails { Error = new ErrorDetails { Code = "server_error" } };
            await talk.ReceiveAsync(Service.Begins("r2", create), failed);
            talk.Time.Advance(TimeSpan.FromSeconds(2));
            await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());
            await talk.ReceiveAsync(Service.Begins("r3"), new OutputAudioBufferStarted { ResponseId = "r3" });
            await talk.Conversation.InterruptAsync();
            await talk.ReceiveAsync(new OutputAudioBufferCleared { ResponseId = "r3" }, Service.Ends("r3", status: "cancelled"));
        }

        IReadOnlyList<Activity> spans = observed.SpansOf("Unlucky");
        Assert.Equal(("failed", ActivityStatusCode.Error), Problem(Assert.Single(spans, span => span.DisplayName == "execute_tool broken")));
        Activity[] responses = [.. spans.Where(span => span.Kind == ActivityKind.Client)];
        Assert.Equal([(null, ActivityStatusCode.Unset), ("server_error", ActivityStatusCode.Error), (null, ActivityStatusCode.Unset)], responses.Select(Problem));
        Activity[] turns = [.. spans.Where(span => span.DisplayName == "invoke_agent Unlucky")];
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], turns.Select(span => span.Status));
        Assert.Equal([0, 1], turns.Select(span => span.GetTagItem("openai.realtime.webrtc.turn.number")));
        Assert.Equal(true, turns[1].GetTagItem("openai.realtime.webrtc.turn.interrupted"));
        Assert.Equal("program", Observed.Tag(Assert.Single(observed.PointsOf("openai.realtime.webrtc.interruptions", "gen_ai.agent.name", "Unlucky")), "by"));
        Assert.Equal("failed", Observed.Tag(Assert.Single(observed.PointsOf("gen_ai.execute_tool.duration", "gen_ai.agent.name", "Unlucky")), "error.type"));

        static (string?, ActivityStatusCode) Problem(Activity span) => (Text(span, "error.type"), span.Status);
    }

    [Fact]
    public async Task A_conversation_stands_within_what_the_program_does_and_does_not_surround_what_comes_after()
    {
        using var observed = new Observed();
        using var program = new Activity("program");
        program.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        program.Start();
        await using (Talk talk = await Talk.StartAsync(new VoiceAgent { Name = "Within" }))
        {
            Assert.Same(program, Activity.Current);
            await talk.Conversation.SendTextAsync("Hello");
            Assert.Same(program, Activity.Current);
        }

        Assert.Same(program, Activity.Current);
        Activity whole = Assert.Single(observed.SpansOf("Within"), span => span.DisplayName == "conversation Within");
        Assert.Equal(program.SpanId, whole.ParentSpanId);
    }

    [Fact]
    public async Task A_turn_that_nothing_came_of_is_no_span_and_no_count()
    {
        using var observed = new Observed();
        await using (Talk talk = await Talk.StartAsync(new VoiceAgent { Name = "Ignored" }, new ServerVad { CreateResponse = false }))
            await talk.ReceiveAsync(new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped(), new InputAudioBufferSpeechStarted(), new InputAudioBufferSpeechStopped());
        Assert.Equal(["conversation Ignored"], observed.SpansOf("Ignored").Select(span => span.DisplayName));
    }

    [Fact]
    public async Task Responses_without_end_and_names_without_sense_do_not_grow()
    {
        using var observed = new Observed();
        await using (Talk talk = await Talk.StartAsync(new VoiceAgent { Name = "Flooded", Session = new RealtimeSessionConfig { Model = "gpt-flooded" } }))
        {
            for (int i = 0; i < 40; i++)
                await talk.ReceiveAsync(Service.Begins($"r{i}"));
            ResponseDone failed = Service.Ends("r39", status: "failed");
            failed.Response.StatusDetails = new ResponseStatusDetails { Error = new ErrorDetails { Code = new string('x', 1_000) } };
            await talk.ReceiveAsync(failed, Service.Begins(new string('y', 1_000)));
        }

        Activity[] responses = [.. observed.SpansOf("Flooded").Where(span => span.Kind == ActivityKind.Client)];
        Assert.Equal(40, responses.Length);
        Assert.Equal("failed", Text(Assert.Single(responses, span => Text(span, "gen_ai.response.id") == "r39"), "error.type"));
    }

    /// <summary>A spoken turn with a tool: 1 s of speech, 300 ms until the response, 2 s of the tool, 500 ms until the answer, which is heard for a second.</summary>
    private static async Task HoldAsync(string name, string model, Action onTool)
    {
        var noon = new TaskCompletionSource<string>();
        var agent = new VoiceAgent
        {
            Name = name,
            Session = new RealtimeSessionConfig { Model = model },
            Tools = [AIFunctionFactory.Create(() => { onTool(); return noon.Task; }, "clock", "The time of day.")],
        };
        await using var session = new ScriptedRealtimeSession { OutputLevel = new AudioLevel(-20, -10) };
        await using Talk talk = await Talk.StartAsync(agent, new ServerVad { SilenceDuration = TimeSpan.FromMilliseconds(400) }, session: session);
        await talk.ReceiveAsync(new InputAudioBufferSpeechStarted());
        talk.Time.Advance(TimeSpan.FromSeconds(1.4));
        await talk.ReceiveAsync(new InputAudioBufferSpeechStopped(),
            new ConversationItemInputAudioTranscriptionCompleted { ItemId = "u1", Transcript = "Is it noon?", Usage = new TranscriptionUsage { InputTokens = 7 } });
        talk.Time.Advance(TimeSpan.FromMilliseconds(300));
        ResponseDone calls = Service.Ends("r1");
        calls.Response.Usage = CallUsage;
        await talk.ReceiveAsync(Service.Begins("r1"), Service.Says("r1", Service.Call("1", "clock")), calls);
        await talk.UpdateAsync<ToolCallUpdate>(update => update.Call.Status == ToolCallStatus.Running);
        talk.Time.Advance(TimeSpan.FromSeconds(2));
        noon.SetResult("It is noon.");
        await talk.OutputAsync();
        ResponseCreate create = await talk.SentAsync<ResponseCreate>();
        talk.Time.Advance(TimeSpan.FromMilliseconds(500));
        await talk.ReceiveAsync(Service.Begins("r2", create), new OutputAudioBufferStarted { ResponseId = "r2" });
        talk.Time.Advance(TimeSpan.FromSeconds(1));
        ResponseDone spoken = Service.Ends("r2", create);
        spoken.Response.Usage = SpokenUsage;
        await talk.ReceiveAsync(spoken, new OutputAudioBufferStopped { ResponseId = "r2" });
        Assert.Equal(TimeSpan.FromSeconds(3.2), (await talk.UpdateAsync<TurnUpdate>()).Turn.Latency);
    }

    private static string? Text(Activity span, string tag) => (string?)span.GetTagItem(tag);

    private static long? Count(Activity span, string kind) => (long?)span.GetTagItem("gen_ai.usage." + kind);
}
