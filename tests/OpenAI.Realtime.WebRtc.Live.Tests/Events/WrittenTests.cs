using System.Text;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Events;

/// <summary>What a program writes, in its own words.</summary>
public sealed class WrittenTests
{
    [Fact]
    public void A_text_without_a_delegation_says_so()
    {
        foreach (LiveTextAppend append in new LiveTextAppend[] { new LiveInstructionsAppend("x"), new LiveThinkingAppend("x"), new LiveCommentaryAppend("x") })
            Same($$"""{"type":"{{append.Type}}","content":"x","delegation_id":null}""", append);
        Same("""{"type":"session.thinking.append","event_id":"e","content":"x","delegation_id":"del_1"}""", new LiveThinkingAppend("x", "del_1") { EventId = "e" });
    }

    [Fact]
    public void The_type_stands_first()
    {
        Assert.StartsWith("{\"type\":\"session.close\"", Text(new LiveSessionClose { EventId = "e" }), StringComparison.Ordinal);
        Assert.StartsWith("{\"type\":\"response.item.create\"", Text(LiveResponseItemCreate.UserText("x")), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_is_set_is_sent()
    {
        Assert.Equal("{}", Encoding.UTF8.GetString(new LiveSessionConfig().ToUtf8Json()));
        Assert.Equal("{\"type\":\"session.input_audio.mute\"}", Text(new LiveInputAudioMute()));
    }

    [Fact]
    public void A_configuration_is_nested_as_the_API_has_it()
    {
        var config = new LiveSessionConfig
        {
            Model = LiveModel.GptLive11,
            Instructions = "Be brief.",
            Voice = LiveVoice.Custom("juniper"),
            Input = [LiveMessage.Developer("The conversation goes on."), LiveMessage.User("Hello"), LiveMessage.Assistant("Hi")],
            Client = new LiveClientConfig { DataChannel = new LiveDataChannelConfig { AllowedClientEvents = new LiveAllowedClientEvents("session.close"), AllowedServerEvents = new LiveAllowedServerEvents("error", LiveServerEventSelector.Response("response.completed")) } },
            Delegation = new LiveResponsesDelegation
            {
                AcknowledgementDelay = TimeSpan.FromMilliseconds(400),
                Responses = new LiveResponsesConfig
                {
                    Model = "gpt-5.5",
                    Reasoning = new LiveReasoning { Effort = LiveReasoningEffort.Low },
                    Text = new LiveTextConfig { Verbosity = LiveVerbosity.Low },
                    ServiceTier = LiveServiceTier.Priority,
                    ToolChoice = LiveToolChoice.Function("weather"),
                    Tools = [new LiveFunctionTool { Name = "weather", Parameters = RawJson.Parse("{\"type\":\"object\"}"), Strict = true }, LiveTool.OfType("web_search")],
                },
            },
            Triggers = [LiveDecisionTrigger.On(LiveTranscriptEvent.InputTranscriptDelta, [LiveDecisionQuestion.Predicate("Is it urgent?", "urgent")])],
            Store = true,
        };
        SameJson.Assert(Examples.Parse("""
            {"model":"gpt-live-1.1","instructions":"Be brief.","audio":{"output":{"voice":{"id":"juniper"}}},
            "input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"The conversation goes on."}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}],
            "client":{"data_channel":{"allowed_client_events":["session.close"],"allowed_server_events":[{"type":"error"},{"type":"response.event","response_event":"response.completed"}]}},
            "delegation":{"type":"responses","acknowledgement_delay_ms":400,"responses":{"model":"gpt-5.5","reasoning":{"effort":"low"},"text":{"verbosity":"low"},"service_tier":"priority",
            "tool_choice":{"type":"function","name":"weather"},"tools":[{"type":"function","name":"weather","parameters":{"type":"object"},"strict":true},{"type":"web_search"}]}},
            "triggers":[{"type":"decisions","event_type":"session.input_transcript.delta","decisions":{"questions":[{"type":"predicate","instructions":"Is it urgent?","name":"urgent"}]}}],"store":true}
            """), config.ToUtf8Json());
    }

    [Fact]
    public void All_and_nothing_are_two_things_on_the_channel()
    {
        Assert.True(LiveAllowedClientEvents.All.IsAll);
        Assert.False(new LiveAllowedClientEvents().IsAll);
        var channel = new LiveDataChannelConfig { AllowedClientEvents = LiveAllowedClientEvents.All, AllowedServerEvents = new LiveAllowedServerEvents() };
        SameJson.Assert(Examples.Parse("""{"client":{"data_channel":{"allowed_client_events":"all","allowed_server_events":[]}}}"""),
            new LiveSessionConfig { Client = new LiveClientConfig { DataChannel = channel } }.ToUtf8Json());
    }

    [Fact]
    public void An_output_names_its_call()
    {
        Same("""{"type":"response.item.create","item":{"type":"function_call_output","call_id":"call_1","output":"\"21\" °C"}}""", LiveResponseItemCreate.FunctionOutput("call_1", "\"21\" °C"));
        Same("""{"type":"decision.item.create","item":{"type":"function_call_output","call_id":"c","output":"x"}}""", new LiveDecisionItemCreate(LiveDecisionItem.FunctionOutput("c", "x")));
    }

    [Fact]
    public void A_field_that_came_later_can_be_sent()
    {
        var config = new LiveSessionConfig { AdditionalProperties = new UnknownFields { ["standby"] = Examples.Parse("{\"after_ms\":1}") } };
        SameJson.Assert(Examples.Parse("{\"standby\":{\"after_ms\":1}}"), config.ToUtf8Json());
    }

    [Fact]
    public void The_offer_keeps_its_last_line_end()
    {
        var request = new LiveSessionRequest { Session = new LiveSessionConfig(), Transport = new LiveTransport { Type = "webrtc", Sdp = "v=0\r\na=x\r\n" } };
        Assert.Equal("v=0\r\na=x\r\n", LiveSessionRequest.Read(request.ToUtf8Json()).Transport.Sdp);
        Assert.DoesNotContain("a=x", request.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_of_your_own_is_sent_byte_for_byte()
    {
        var raw = new RawLiveEvent("""{ "type":"session.brand_new", "x":1 }""");
        Assert.Equal("""{ "type":"session.brand_new", "x":1 }""", Text(raw));
        Same("""{"type":"session.brand_new","x":1,"event_id":"e"}""", raw with { EventId = "e" });
        Assert.Throws<ArgumentException>(() => new RawLiveEvent("[]"));
        Assert.Throws<ArgumentException>(() => new RawLiveEvent("no JSON"));
    }

    private static void Same(string json, LiveClientEvent written) => SameJson.Assert(Examples.Parse(json), written.ToUtf8Json());

    private static string Text(LiveClientEvent written) => Encoding.UTF8.GetString(written.ToUtf8Json());
}
