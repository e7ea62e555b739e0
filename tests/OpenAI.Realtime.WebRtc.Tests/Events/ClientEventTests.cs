using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ClientEventTests
{
    [Fact]
    public void Events_without_a_body_are_their_name_and_id()
    {
        Assert.Equal("""{"type":"response.create"}""", Write(new ResponseCreate()));
        Assert.Equal("""{"type":"response.cancel","event_id":"mine","response_id":"r"}""", Write(new ResponseCancel { EventId = "mine", ResponseId = "r" }));
        Assert.Equal("""{"type":"output_audio_buffer.clear"}""", Write(new OutputAudioBufferClear()));
        Assert.Equal("""{"type":"input_audio_buffer.commit"}""", Write(new InputAudioBufferCommit()));
        Assert.Equal("""{"type":"input_audio_buffer.clear"}""", Write(new InputAudioBufferClear()));
    }

    [Fact]
    public void A_response_is_asked_for_in_the_words_of_the_dialect()
    {
        var create = new ResponseCreate { Response = new() { Instructions = "Be brief", OutputModalities = ["audio"], MaxOutputTokens = 9, Conversation = "none" } };
        Assert.Equal("""{"type":"response.create","response":{"output_modalities":["audio"],"instructions":"Be brief","max_output_tokens":9,"conversation":"none"}}""", Write(create));
        Assert.Equal("""{"type":"response.create","response":{"modalities":["audio","text"],"instructions":"Be brief","max_response_output_tokens":9,"conversation":"none"}}""", Write(create, RealtimeDialect.Beta));
    }

    [Fact]
    public void Items_are_written_in_the_words_of_the_dialect()
    {
        var assistant = new ConversationItemCreate(ConversationItem.AssistantText("hello")) { PreviousItemId = "root" };
        Assert.Equal(
            """{"type":"conversation.item.create","previous_item_id":"root","item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hello"}]}}""",
            Write(assistant));
        Assert.Contains("""{"type":"text","text":"hello"}""", Write(assistant, RealtimeDialect.Beta), StringComparison.Ordinal);
        Assert.Equal(
            """{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c","output":"42"}}""",
            Write(new ConversationItemCreate(ConversationItem.FunctionOutput("c", "42"))));
    }

    [Fact]
    public void A_configuration_that_sets_nothing_writes_nothing()
    {
        Assert.Equal("""{"type":"session.update","session":{"type":"realtime"}}""", Write(new SessionUpdate(new RealtimeSessionConfig { Model = "m" }.ForUpdate())));
        Assert.Equal("""{"type":"session.update","session":{}}""", Write(new SessionUpdate(new RealtimeSessionConfig { Model = "m" }.ForUpdate()), RealtimeDialect.Beta));
    }

    [Fact]
    public void Null_is_written_where_it_switches_off()
    {
        var config = new RealtimeSessionConfig { TurnDetection = null, InputTranscription = null, NoiseReduction = null };
        Assert.Equal("""{"type":"realtime","audio":{"input":{"transcription":null,"noise_reduction":null,"turn_detection":null}}}""", Json(config, RealtimeDialect.Ga));
        Assert.Equal("""{"input_audio_transcription":null,"input_audio_noise_reduction":null,"turn_detection":null}""", Json(config, RealtimeDialect.Beta));
    }

    [Fact]
    public void A_full_configuration_is_nested_for_ga_and_flat_for_the_beta()
    {
        var config = new RealtimeSessionConfig
        {
            Model = "m",
            Instructions = "",
            Voice = "marin",
            Speed = 1.25,
            OutputModalities = ["audio"],
            InputTranscription = new InputTranscription { Model = "whisper-1", Language = "en" },
            NoiseReduction = NoiseReduction.NearField,
            TurnDetection = new ServerVad { Threshold = 0.5, SilenceDuration = TimeSpan.FromMilliseconds(400), PrefixPadding = TimeSpan.FromMilliseconds(300), CreateResponse = false },
            Tools = [new FunctionDefinition { Name = "f" }],
        };
        Assert.Equal(
            """{"type":"realtime","model":"m","output_modalities":["audio"],"instructions":"","audio":{"input":{"transcription":{"model":"whisper-1","language":"en"},"noise_reduction":{"type":"near_field"},"turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":400,"create_response":false}},"output":{"voice":"marin","speed":1.25}},"tools":[{"type":"function","name":"f"}]}""",
            Json(config, RealtimeDialect.Ga));
        Assert.Equal(
            """{"model":"m","modalities":["audio","text"],"instructions":"","input_audio_transcription":{"model":"whisper-1","language":"en"},"input_audio_noise_reduction":{"type":"near_field"},"turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":400,"create_response":false},"voice":"marin","speed":1.25,"tools":[{"type":"function","name":"f"}]}""",
            Json(config, RealtimeDialect.Beta));
    }

    [Fact]
    public void Extra_properties_are_laid_over_member_by_member()
    {
        var config = new RealtimeSessionConfig
        {
            Voice = "marin",
            TurnDetection = new SemanticVad { Eagerness = "low" },
            ExtraProperties = new JsonObject
            {
                ["audio"] = new JsonObject { ["output"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "audio/pcmu" } } },
                ["tracing"] = null,
            },
        };
        Assert.Equal(
            """{"type":"realtime","audio":{"input":{"turn_detection":{"type":"semantic_vad","eagerness":"low"}},"output":{"voice":"marin","format":{"type":"audio/pcmu"}}},"tracing":null}""",
            Json(config, RealtimeDialect.Ga));
        Assert.Equal(Json(config, RealtimeDialect.Ga), Json(config, RealtimeDialect.Ga));
    }

    [Fact]
    public void A_raw_event_is_sent_byte_for_byte()
    {
        const string Json = """ { "x":1.0, "event_id":"e", "type":"own.event" } """;
        var raw = new RawClientEvent(Json);
        Assert.Equal("own.event", raw.Type);
        Assert.Equal("e", raw.EventId);
        Assert.Equal(Json, Write(raw));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":"x"} y""")]
    public void What_is_no_event_cannot_be_a_raw_event(string json) => Assert.Throws<ArgumentException>(() => new RawClientEvent(json));

    [Fact]
    public void An_optional_has_three_states()
    {
        Optional<string?> notSet = default;
        Optional<string?> isNull = null;
        Optional<string?> value = "x";
        Assert.False(notSet.IsSet);
        Assert.True(isNull.IsSet);
        Assert.Null(isNull.Value);
        Assert.Equal("x", value.Value);
        Assert.NotEqual(notSet, isNull);
        Assert.Equal(value, new Optional<string?>("x"));
        Assert.Equal("(not set) null x", $"{notSet} {isNull} {value}");
    }

    private static string Json(SessionConfig config, RealtimeDialect dialect) => Encoding.UTF8.GetString(config.ToUtf8Json(dialect));

    private static string Write(ClientEvent clientEvent, RealtimeDialect dialect = RealtimeDialect.Ga)
    {
        var buffer = new ArrayBufferWriter<byte>();
        clientEvent.Write(buffer, dialect);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
