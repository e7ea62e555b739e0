using System.Text.Json;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Events;

/// <summary>An example of every event, with all its fields and with as few as may come, written down from the API's published types and from what others have seen.</summary>
internal static class Examples
{
    private const string Session = """
        {"id":"live_u0_1","expires_at":1790000000,"model":"gpt-live-1","status":"active","audio":{"output":{"voice":"marin"}},"client":{"data_channel":{"allowed_client_events":"all",
        "allowed_server_events":[{"type":"response.event","response_event":"response.completed"},{"type":"error"}]}},"delegation":{"type":"responses","acknowledgement_delay_ms":250,
        "responses":{"model":"gpt-5.5","instructions":null,"max_output_tokens":400,"parallel_tool_calls":true,"reasoning":{"effort":"low","summary":null},"service_tier":"priority","text":{"verbosity":"low"},
        "tool_choice":"auto","tools":[{"type":"function","name":"weather","description":"Tells the weather.","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true},{"type":"web_search"},
        {"type":"shell","environment":{"type":"container_auto","memory_limit":"4g","network_policy":{"type":"allowlist","allowed_domains":["example.com"]}}}]}},
        "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},{"role":"assistant","content":[{"type":"output_text","text":"Hi"}],"id":null,"status":"completed"}],
        "instructions":"Be brief.","store":false,"triggers":[{"type":"decisions","event_type":"session.input_transcript.delta","decisions":{"questions":[{"type":"predicate","instructions":"Is it urgent?","name":"urgent"}]}}],
        "context_management":{"kind":"old"}}
        """;

    private const string Decision = """
        {"model":"gpt-6-luna","answers":[{"type":"predicate","name":"urgent","probability":0.25},{"type":"choice","name":null,"choice":"red","confidence":0.9,"probabilities":[{"value":"red","probability":0.9},{"value":true,"probability":0.1}]},
        {"type":"score","name":"mood","score":2.5,"confidence":0.5,"probabilities":[{"label":"low","probability":0.5,"value":1},{"label":"high","probability":0.5,"value":4}]},{"type":"refusal","name":"x"}],
        "usage":{"input_tokens":120,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":100},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":129}}
        """;

    private const string Ack = "\"event_id\":\"event_2\",\"client_event_id\":\"cmd_1\"";

    /// <summary>What the service sends.</summary>
    public static IReadOnlyList<(string Name, Type Type, string Json)> Server { get; } =
    [
        Of<LiveSessionStarted>("session.started", $"\"event_id\":\"event_1\",\"session\":{Session}"),
        Of<LiveSessionStarted>("session.started", "\"session\":{\"id\":\"sess_1\",\"expires_at\":1790000000,\"model\":\"gpt-live-1\"}"),          // as Azure sends it
        Of<LiveSessionUpdated>("session.updated", $"{Ack},\"session\":{Session}"),
        Of<LiveSessionUpdated>("session.updated", "\"event_id\":\"event_2\",\"session\":{\"id\":\"live_1\",\"triggers\":[],\"delegation\":null,\"store\":null}"),
        Of<LiveSessionClosed>("session.closed", $"{Ack},\"reason\":\"close_requested\",\"usage\":{{\"seconds\":42.5}},\"session\":{Session}"),
        Of<LiveSessionClosed>("session.closed", "\"reason\":\"something_new\""),
        Of<LiveInputAudioMuted>("session.input_audio.muted", Ack),
        Of<LiveInputAudioUnmuted>("session.input_audio.unmuted", Ack),
        Of<LiveInstructionsAppended>("session.instructions.appended", Ack + ",\"start_ms\":1200,\"end_ms\":1400"),
        Of<LiveThinkingAppended>("session.thinking.appended", Ack + ",\"start_ms\":0,\"end_ms\":200"),
        Of<LiveCommentaryAppended>("session.commentary.appended", "\"event_id\":\"event_3\",\"start_ms\":1200.5,\"end_ms\":1400"),
        Of<LiveInputTranscriptDelta>("session.input_transcript.delta", "\"event_id\":\"event_4\",\"delta\":\" what is\",\"start_ms\":1200,\"end_ms\":1400"),
        Of<LiveInputTranscriptDelta>("session.input_transcript.delta", "\"delta\":\"\""),
        Of<LiveOutputTranscriptDelta>("session.output_transcript.delta", "\"event_id\":\"event_5\",\"delta\":\"Grüß dich 🙂\",\"start_ms\":2200,\"end_ms\":2400"),
        Of<LiveDelegationCreated>("session.delegation.created", "\"event_id\":\"event_6\",\"offset_ms\":5200,\"delegation\":{\"id\":\"del_1\",\"type\":\"delegation\",\"target\":\"client\"}"),
        Of<LiveDelegationCreated>("session.delegation.created", "\"event_id\":\"event_6\",\"offset_ms\":5200,\"delegation\":{\"id\":\"del_1\",\"type\":\"delegation\",\"target\":\"responses\",\"response_id\":\"resp_1\"}"),
        Of<LiveResponseEvent>("response.event", "\"event_id\":\"event_7\",\"delegation_id\":\"del_1\",\"event\":{\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":{\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{}\",\"status\":\"completed\"}}"),
        Of<LiveResponseEvent>("response.event", "\"event_id\":\"event_7\",\"delegation_id\":null,\"event\":{\"type\":\"response.completed\",\"response\":{\"output\":[],\"usage\":null}}"),
        Of<LiveDecisionEvent>("decision.event", $"\"event_id\":\"event_8\",\"event\":{{\"type\":\"decision.completed\",\"decision\":{Decision}}},\"delegation_id\":\"del_2\",\"trigger_id\":null,\"source_event_id\":null,\"source_event_type\":null"),
        Of<LiveDecisionEvent>("decision.event", "\"event_id\":\"event_8\",\"event\":{\"type\":\"decision.started\"},\"delegation_id\":null,\"trigger_id\":\"trg_1\",\"source_event_id\":\"event_4\",\"source_event_type\":\"session.input_transcript.delta\""),
        Of<LiveDecisionItemCreated>("decision.item.created", Ack + ",\"item\":{\"id\":\"item_1\",\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_json\",\"data\":{\"a\":[1,null]}},{\"type\":\"input_image\",\"image_url\":\"https://example.com/a.png\",\"detail\":null}]}"),
        Of<LiveDecisionItemCreated>("decision.item.created", Ack + ",\"item\":{\"id\":\"item_2\",\"type\":\"brand_new\",\"x\":null}"),
        Of<LiveDecisionItemDeleted>("decision.item.deleted", Ack + ",\"item_id\":\"item_1\""),
        Of<LiveUsageUpdated>("session.usage.updated", "\"event_id\":\"event_9\",\"usage\":{\"seconds\":12.0},\"context_window\":{\"usage_ratio\":0.031}"),
        Of<LiveUsageUpdated>("session.usage.updated", "\"usage\":{\"seconds\":0}"),
        Of<LiveError>("error", "\"event_id\":\"event_10\",\"error\":{\"type\":\"invalid_request_error\",\"code\":\"invalid_value\",\"message\":\"Context append text must not exceed 500 tokens\",\"param\":\"content\",\"client_event_id\":\"cmd_3\"}"),
        Of<LiveError>("error", "\"event_id\":\"event_10\",\"error\":{\"type\":\"invalid_request_error\",\"code\":null,\"message\":\"Unknown client delegation.\",\"param\":null}"),
        Of<LiveInfo>("info", "\"event_id\":\"event_11\",\"code\":\"data_channel_permissions\",\"message\":\"Some events are not sent.\""),
        Of<LiveOutputAudioFixturePlaying>("session.output_audio.fixture.playing", Ack),
        Of<LiveOutputAudioFixturePlayed>("session.output_audio.fixture.played", Ack),
        Of<LiveOutputAudioDelta>("session.output_audio.delta", "\"delta\":\"AAABAA==\",\"start_ms\":20,\"end_ms\":40"),
        Of<LiveOutputAudioDelta>("session.output_audio.delta", "\"delta\":\"%%\""),
        Of<LiveInputAudioHeard>("session.input_audio.append", "\"audio\":\"AAABAA==\""),
        Of<LiveDtmfReceived>("transport.dtmf.received", "\"event_id\":\"event_12\",\"event\":\"#\""),
        Of<LiveDtmfSent>("transport.dtmf.sent", Ack + ",\"event\":\"9\""),
        Of<LiveDtmfSending>("transport.dtmf.send", "\"event_id\":\"event_13\",\"event\":\"A\""),
        Of<LiveTransportRinging>("transport.ringing", "\"event_id\":\"event_14\",\"session_id\":\"live_1\""),
        Of<LiveTransportAnswered>("transport.answered", "\"event_id\":\"event_15\",\"session_id\":\"live_1\""),
        Of<LiveTransportFailed>("transport.failed", "\"event_id\":\"event_16\",\"session_id\":\"live_1\",\"error\":{\"type\":\"call_error\",\"code\":\"busy\",\"message\":\"Busy.\",\"param\":null}"),
    ];

    /// <summary>What a client sends.</summary>
    public static IReadOnlyList<(string Name, Type Type, string Json)> Client { get; } =
    [
        Of<LiveSessionUpdate>("session.update", "\"event_id\":\"e\",\"session\":{\"delegation\":{\"type\":\"responses\",\"responses\":{\"tools\":[],\"instructions\":\"Shorter.\"}},\"triggers\":[]}"),
        Of<LiveSessionUpdate>("session.update", "\"session\":{\"delegation\":{\"type\":\"decisions\",\"decisions\":{\"questions\":[{\"type\":\"choice\",\"instructions\":[{\"type\":\"input_text\",\"text\":\"Which?\"}],\"choices\":[{\"value\":\"red\",\"description\":null},{\"value\":false}]},{\"type\":\"score\",\"instructions\":\"How much?\",\"levels\":[{\"label\":\"low\"},{\"label\":\"high\",\"description\":\"a lot\"}],\"name\":\"mood\"}]},\"acknowledgement_delay_ms\":null}}"),
        Of<LiveInputAudioMute>("session.input_audio.mute", "\"event_id\":\"e\""),
        Of<LiveInputAudioUnmute>("session.input_audio.unmute", "\"event_id\":\"e\""),
        Of<LiveInstructionsAppend>("session.instructions.append", "\"event_id\":\"e\",\"content\":\"Speak German.\",\"delegation_id\":null"),
        Of<LiveThinkingAppend>("session.thinking.append", "\"content\":\"Half done.\",\"delegation_id\":\"del_1\""),
        Of<LiveCommentaryAppend>("session.commentary.append", "\"content\":\"Greet the caller.\",\"delegation_id\":null"),
        Of<LiveDecisionCreate>("decision.create", "\"event_id\":\"once\""),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"event_id\":\"e\",\"item\":{\"role\":\"user\",\"content\":\"I am late.\"}"),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"item\":{\"type\":\"message\",\"id\":null,\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hm.\"},{\"type\":\"refusal\",\"refusal\":\"No.\"}],\"phase\":\"commentary\"}"),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"{}\",\"namespace\":\"n\",\"status\":\"completed\"}"),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"item\":{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_text\",\"text\":\"21\"}],\"status\":null}"),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"item\":{\"type\":\"custom_tool_call\",\"call_id\":\"c\",\"name\":\"f\",\"input\":\"x\"}"),
        Of<LiveDecisionItemCreate>("decision.item.create", "\"item\":{\"type\":\"custom_tool_call_output\",\"call_id\":\"c\",\"output\":\"y\"}"),
        Of<LiveDecisionItemDelete>("decision.item.delete", "\"event_id\":\"e\",\"item_id\":\"item_1\""),
        Of<LiveResponseItemCreate>("response.item.create", "\"event_id\":\"e\",\"item\":{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":\"21 degrees\"}"),
        Of<LiveResponseItemCreate>("response.item.create", "\"item\":{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"typed\"}]}"),
        Of<LiveResponseCreate>("response.create", "\"event_id\":\"e\""),
        Of<LiveSessionClose>("session.close", "\"event_id\":\"e\""),
        Of<LiveOutputAudioFixturePlay>("session.output_audio.fixture.play", "\"event_id\":\"e\",\"audio\":\"AAABAA==\""),
        Of<LiveDtmfSend>("transport.dtmf.send", "\"event\":\"*\""),
        Of<LiveInputAudioAppend>("session.input_audio.append", "\"audio\":\"AAABAA==\""),
        Of<LiveSessionStart>("session.start", "\"session\":{\"model\":\"gpt-live-1.1\",\"audio\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":16000},\"output\":{\"voice\":{\"id\":\"voice_1\"}}}}"),
    ];

    /// <summary>Configurations.</summary>
    public static IReadOnlyList<string> Configurations { get; } =
    [
        Session.Replace("\"id\":\"live_u0_1\",\"expires_at\":1790000000,", "", StringComparison.Ordinal).Replace("\"status\":\"active\",", "", StringComparison.Ordinal),
        "{}",
        """{"model":"gpt-live-1","instructions":null,"safety_identifier":"abc","store":true,"delegation":{"type":"client","acknowledgement_delay_ms":0}}""",
        """{"delegation":{"type":"brand_new","x":null}}""",
        """{"delegation":{"type":"responses","responses":{"model":"m","tool_choice":{"type":"function","name":"f"},"tools":[{"type":"mcp","server_label":"s","server_url":"https://example.com/mcp","headers":null}]}}}""",
        """{"delegation":{"type":"responses","responses":{"model":"m","tool_choice":{"type":"allowed_tools","mode":null,"tools":[{"type":"function","name":"f"},{"type":"mcp","name":"n","server_label":"s"},{"type":"custom","name":"c"},{"type":"web_search"}]}}}}""",
        """{"delegation":{"type":"responses","responses":{"model":"m","tool_choice":17,"tools":[17,{"type":5}]}}}""",
        """{"client":{"data_channel":{"allowed_client_events":[],"allowed_server_events":[]}}}""",
        """{"client":{"data_channel":{"allowed_client_events":["session.close","error"],"allowed_server_events":"all"}}}""",
        """{"client":{"data_channel":{"allowed_client_events":{"new":true},"allowed_server_events":[1,2]}}}""",
        """{"audio":{"output":{"voice":{"id":"v","more":1}}},"input":[],"triggers":null}""",
        """{"standby":{"after_ms":5000},"start":"on_speech"}""",
    ];

    public static JsonElement Parse(string json) => JsonElement.Parse(json);

    private static (string, Type, string) Of<T>(string name, string members) => (name, typeof(T), $"{{\"type\":\"{name}\",{members}}}");
}
