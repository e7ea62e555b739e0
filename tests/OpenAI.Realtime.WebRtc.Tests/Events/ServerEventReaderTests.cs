using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ServerEventReaderTests
{
    private const string ItemOfResponse = "\"response_id\":\"r\",\"item_id\":\"i\",\"output_index\":1";
    private const string R = ItemOfResponse + ",\"content_index\":2";
    private const string Call = "\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\"";

    /// <summary>A minimal body for each typed event, and the type that it must become.</summary>
    public static TheoryData<string, string, Type> Typed => new()
    {
        { "error", "\"error\":{\"type\":\"t\",\"message\":\"m\",\"code\":null,\"param\":null}", typeof(ServerError) },
        { "session.created", "\"session\":{\"type\":\"realtime\",\"expires_at\":0}", typeof(SessionCreated) },
        { "session.updated", "\"session\":{\"type\":\"realtime\",\"expires_at\":1756310470,\"tracing\":null}", typeof(SessionUpdated) },
        { "conversation.created", "\"conversation\":{\"id\":\"c\"}", typeof(ConversationCreated) },
        { "conversation.item.added", "\"previous_item_id\":null,\"item\":{\"id\":\"i\",\"type\":\"message\",\"role\":\"user\",\"content\":[]}", typeof(ConversationItemAdded) },
        { "conversation.item.done", "\"item\":{\"type\":\"mcp_call\",\"server_label\":\"s\",\"name\":\"n\",\"arguments\":\"{}\",\"error\":{\"type\":\"http_error\"}}", typeof(ConversationItemDone) },
        { "conversation.item.created", "\"item\":{\"type\":\"message\"}", typeof(ConversationItemCreated) },
        { "conversation.item.retrieved", "\"item\":{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"audio\":\"AAAA\"}]}", typeof(ConversationItemRetrieved) },
        { "conversation.item.truncated", "\"item_id\":\"i\",\"content_index\":0,\"audio_end_ms\":1500", typeof(ConversationItemTruncated) },
        { "conversation.item.deleted", "\"item_id\":\"i\"", typeof(ConversationItemDeleted) },
        { "conversation.item.input_audio_transcription.delta", "\"item_id\":\"i\",\"delta\":\"d\",\"obfuscation\":\"xx\"", typeof(ConversationItemInputAudioTranscriptionDelta) },
        { "conversation.item.input_audio_transcription.completed", "\"item_id\":\"i\",\"content_index\":0,\"transcript\":\"t\",\"usage\":{\"type\":\"duration\",\"seconds\":1.5}", typeof(ConversationItemInputAudioTranscriptionCompleted) },
        { "conversation.item.input_audio_transcription.segment", "\"item_id\":\"i\",\"content_index\":0,\"text\":\"t\",\"id\":\"seg\",\"speaker\":\"A\",\"start\":0.5,\"end\":1.25", typeof(ConversationItemInputAudioTranscriptionSegment) },
        { "conversation.item.input_audio_transcription.failed", "\"item_id\":\"i\",\"content_index\":0,\"error\":{\"code\":\"c\"}", typeof(ConversationItemInputAudioTranscriptionFailed) },
        { "input_audio_buffer.speech_started", "\"audio_start_ms\":1000,\"item_id\":\"i\"", typeof(InputAudioBufferSpeechStarted) },
        { "input_audio_buffer.speech_stopped", "\"audio_end_ms\":2000,\"item_id\":\"i\"", typeof(InputAudioBufferSpeechStopped) },
        { "input_audio_buffer.committed", "\"previous_item_id\":null,\"item_id\":\"i\"", typeof(InputAudioBufferCommitted) },
        { "input_audio_buffer.cleared", "\"x\":1", typeof(InputAudioBufferCleared) },
        { "input_audio_buffer.timeout_triggered", "\"audio_start_ms\":13216,\"audio_end_ms\":19232,\"item_id\":\"i\"", typeof(InputAudioBufferTimeoutTriggered) },
        { "input_audio_buffer.dtmf_event_received", "\"event\":\"9\",\"received_at\":1763605109", typeof(InputAudioBufferDtmfEventReceived) },
        { "output_audio_buffer.started", "\"response_id\":\"r\"", typeof(OutputAudioBufferStarted) },
        { "output_audio_buffer.stopped", "\"response_id\":\"r\"", typeof(OutputAudioBufferStopped) },
        { "output_audio_buffer.cleared", "\"response_id\":\"r\"", typeof(OutputAudioBufferCleared) },
        { "response.created", "\"response\":{\"id\":\"r\",\"status_details\":null,\"usage\":null,\"max_output_tokens\":4096}", typeof(ResponseCreated) },
        { "response.done", "\"response\":{\"id\":\"r\",\"status\":\"brand_new\",\"output\":[{\"type\":\"brand_new\"}],\"max_output_tokens\":\"inf\"}", typeof(ResponseDone) },
        { "response.output_item.added", "\"response_id\":\"r\",\"output_index\":0,\"item\":{" + Call + "}", typeof(ResponseOutputItemAdded) },
        { "response.output_item.done", "\"response_id\":\"r\",\"output_index\":0,\"item\":{" + Call + "}", typeof(ResponseOutputItemDone) },
        { "response.content_part.added", R + ",\"part\":{\"type\":\"audio\",\"transcript\":\"\"}", typeof(ResponseContentPartAdded) },
        { "response.content_part.done", R + ",\"part\":{\"type\":\"audio\",\"transcript\":\"t\"}", typeof(ResponseContentPartDone) },
        { "response.output_text.delta", R + ",\"delta\":\"d\"", typeof(ResponseOutputTextDelta) },
        { "response.output_text.done", R + ",\"text\":\"t\"", typeof(ResponseOutputTextDone) },
        { "response.output_audio_transcript.delta", R + ",\"delta\":\"d\"", typeof(ResponseOutputAudioTranscriptDelta) },
        { "response.output_audio_transcript.done", R + ",\"transcript\":\"t\"", typeof(ResponseOutputAudioTranscriptDone) },
        { "response.output_audio.delta", R + ",\"delta\":\"AAAA\"", typeof(ResponseOutputAudioDelta) },
        { "response.output_audio.done", R, typeof(ResponseOutputAudioDone) },
        { "response.function_call_arguments.delta", ItemOfResponse + ",\"call_id\":\"c\",\"delta\":\"d\"", typeof(ResponseFunctionCallArgumentsDelta) },
        { "response.function_call_arguments.done", ItemOfResponse + ",\"call_id\":\"c\",\"arguments\":\"{}\"", typeof(ResponseFunctionCallArgumentsDone) },
        { "response.mcp_call_arguments.delta", ItemOfResponse + ",\"delta\":\"d\",\"obfuscation\":null", typeof(ResponseMcpCallArgumentsDelta) },
        { "response.mcp_call_arguments.done", ItemOfResponse + ",\"arguments\":\"{}\"", typeof(ResponseMcpCallArgumentsDone) },
        { "response.mcp_call.in_progress", "\"output_index\":0,\"item_id\":\"i\"", typeof(ResponseMcpCallInProgress) },
        { "response.mcp_call.completed", "\"output_index\":0,\"item_id\":\"i\"", typeof(ResponseMcpCallCompleted) },
        { "response.mcp_call.failed", "\"output_index\":0,\"item_id\":\"i\"", typeof(ResponseMcpCallFailed) },
        { "mcp_list_tools.in_progress", "\"item_id\":\"i\"", typeof(McpListToolsInProgress) },
        { "mcp_list_tools.completed", "\"item_id\":\"i\"", typeof(McpListToolsCompleted) },
        { "mcp_list_tools.failed", "\"item_id\":\"i\"", typeof(McpListToolsFailed) },
        { "session.input_transcript.delta", "\"delta\":\"d\",\"elapsed_ms\":1200", typeof(SessionInputTranscriptDelta) },
        { "session.output_transcript.delta", "\"delta\":\"d\",\"elapsed_ms\":null", typeof(SessionOutputTranscriptDelta) },
        { "session.output_audio.delta", "\"delta\":\"AAAA\",\"sample_rate\":24000,\"channels\":1,\"format\":\"pcm16\"", typeof(SessionOutputAudioDelta) },
        { "session.closed", "\"x\":1", typeof(SessionClosed) },
        { "rate_limits.updated", "\"rate_limits\":[{\"name\":\"tokens\",\"limit\":1,\"remaining\":0,\"reset_seconds\":1.5}]", typeof(RateLimitsUpdated) },
    };

    [Theory]
    [MemberData(nameof(Typed))]
    public void Each_event_becomes_its_type_wherever_the_type_stands(string name, string body, Type type)
    {
        ServerEvent first = Read($$"""{"type":"{{name}}","event_id":"event_1",{{body}}}""");
        ServerEvent last = Read($$"""{"event_id":"event_1",{{body}},"type":"{{name}}"}""");
        foreach (ServerEvent e in new[] { first, last })
        {
            if (e is MalformedServerEvent malformed)
                Assert.Fail(malformed.Reason);
            Assert.IsType(type, e);
            Assert.Equal(name, e.Type);
            Assert.Equal("event_1", e.EventId);
            Assert.Equal(first, e);
            Assert.Equal(first.GetHashCode(), e.GetHashCode());
            Assert.False(e.AdditionalProperties?.ContainsKey("type") ?? false);
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse($$"""{"type":"{{name}}","event_id":"event_1",{{body}}}"""), JsonElement.Parse(e.ToUtf8Json())), Encoding.UTF8.GetString(e.ToUtf8Json()));
            Assert.StartsWith(name, e.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("AAAA", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_typed_event_is_in_the_table()
    {
        IEnumerable<Type> concrete = typeof(ServerEvent).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(ServerEvent)) && !t.IsAbstract && t != typeof(UnknownServerEvent) && t != typeof(MalformedServerEvent));
        Assert.Equal(concrete.Select(t => t.Name).Order(), Typed.Select(row => ((Type)((object[])row)[2]).Name).Order());
    }

    [Theory]
    [MemberData(nameof(Typed))]
    public void A_type_is_called_as_its_event_is(string name, string body, Type type)
    {
        _ = body;
        string expected = string.Concat(name.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        Assert.Equal(name == "error" ? "ServerError" : expected, type.Name);
    }

    [Fact]
    public void Values_are_read_in_the_units_that_dotnet_uses()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<InputAudioBufferSpeechStarted>(Read("""{"type":"input_audio_buffer.speech_started","audio_start_ms":1000,"item_id":"i"}""")).AudioStart);
        SessionInfo session = Assert.IsType<SessionCreated>(Read("""{"type":"session.created","session":{"expires_at":1756310470,"audio":{"x":1}}}""")).Session;
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1756310470), session.ExpiresAt);
        Assert.Equal(1, session.Config.ExtraProperties!["audio"]!["x"]!.GetValue<int>());
        RateLimit limit = Assert.IsType<RateLimitsUpdated>(Read("""{"type":"rate_limits.updated","rate_limits":[{"reset_seconds":1.5},{"reset_seconds":null}]}""")).RateLimits[0];
        Assert.Equal(TimeSpan.FromSeconds(1.5), limit.Reset);
    }

    [Fact]
    public void An_unknown_event_keeps_its_name_and_its_json()
    {
        var e = Assert.IsType<UnknownServerEvent>(Read("""{"nested":{"type":"no"},"type":"future.event","event_id":"event_9","x":[1,2]}"""));
        Assert.Equal("future.event", e.Type);
        Assert.Equal("event_9", e.EventId);
        Assert.Equal(2, e.Json.Element.GetProperty("x").GetArrayLength());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    [InlineData("""{"type":5}""", "")]
    [InlineData("""{"type":null}""", "")]
    [InlineData("""{"type":"response.done"}""", "response.done")]
    [InlineData("""{"type":"response.done","response":[]}""", "response.done")]
    [InlineData("""{"type":"response.done","response":null}""", "response.done")]
    [InlineData("""{"type":"response.output_text.delta","response_id":"r","item_id":"i","delta":null}""", "response.output_text.delta")]
    [InlineData("""{"type":"input_audio_buffer.speech_started","audio_start_ms":1e300}""", "input_audio_buffer.speech_started")]
    [InlineData("""{"type":"input_audio_buffer.dtmf_event_received","event":"1","received_at":1e18}""", "input_audio_buffer.dtmf_event_received")]
    [InlineData("""{"type":"unknown","x":""", "unknown")]
    [InlineData("""{"type":"\ud800"}""", "")]
    [InlineData("""{"type":"input_audio_buffer.cleared"} trailing""", "input_audio_buffer.cleared")]
    public void What_does_not_fit_is_malformed_with_its_json_and_a_reason(string json, string type)
    {
        var e = Assert.IsType<MalformedServerEvent>(Read(json));
        Assert.Equal(type, e.Type);
        Assert.Equal(json, e.Json);
        Assert.NotEmpty(e.Reason);
    }

    [Fact]
    public void Deep_nesting_is_malformed_and_no_stack_is_spent_on_it()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 100_000));
        Assert.IsType<MalformedServerEvent>(Read($$"""{"x":{{deep}}"""));
        Assert.IsType<MalformedServerEvent>(Read($$"""{"type":"response.done","x":{{deep}}"""));
    }

    [Fact]
    public void An_escaped_type_is_understood() =>
        Assert.IsType<InputAudioBufferCleared>(Read("""{"type":"input_audio_buffer.cl\u0065ared"}"""));

    [Theory]
    [InlineData("response.text.delta", "response.output_text.delta", "\"delta\":\"d\"")]
    [InlineData("response.text.done", "response.output_text.done", "\"text\":\"t\"")]
    [InlineData("response.audio_transcript.delta", "response.output_audio_transcript.delta", "\"delta\":\"d\"")]
    [InlineData("response.audio_transcript.done", "response.output_audio_transcript.done", "\"transcript\":\"t\"")]
    [InlineData("response.audio.delta", "response.output_audio.delta", "\"delta\":\"AAAA\"")]
    [InlineData("response.audio.done", "response.output_audio.done", "\"x\":1")]
    public void The_betas_names_become_the_same_types_in_the_beta_alone(string beta, string ga, string body)
    {
        string json = $$"""{"type":"{{beta}}",{{R}},{{body}}}""";
        ServerEvent read = Read(json, RealtimeDialect.Beta);
        Assert.Equal(beta, read.Type);
        Assert.Equal(Read(json.Replace(beta, ga, StringComparison.Ordinal)).GetType(), read.GetType());
        Assert.IsType<UnknownServerEvent>(Read(json));
    }

    [Fact]
    public void Cutting_or_retyping_any_event_anywhere_never_throws()
    {
        var random = new Random(20261122);
        foreach (object[] row in Typed.Cast<object[]>())
        {
            byte[] json = Encoding.UTF8.GetBytes($$"""{"type":"{{row[0]}}","event_id":"event_1",{{row[1]}}}""");
            for (int cut = 0; cut < json.Length; cut++)
                Assert.NotNull(ServerEventReader.ReadEvent(json.AsSpan(0, cut), RealtimeDialect.Ga));
            for (int i = 0; i < 300; i++)
            {
                byte[] damaged = [.. json];
                for (int n = random.Next(1, 4); n > 0; n--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                Assert.NotNull(ServerEventReader.ReadEvent(damaged, RealtimeDialect.Beta));
            }
        }
    }

    [Fact]
    public void No_public_type_shares_its_simple_name_with_the_official_package()
    {
        // The names that the official package uses in OpenAI.Realtime all begin so, but for two; those of OpenAI.Responses that come near ours are listed.
        string[] taken =
        [
            "ResponseError", "ResponseItem", "ResponseStatus", "ResponseContentPart", "ResponseResult", "ResponseTool", "FunctionTool", "McpTool", "MessageRole", "MessageStatus",
            "CreateClientSecretOptions", "CreateClientSecretResult", "RealtimeClient", "RealtimeSession", "RealtimeSessionClient", "RealtimeSessionOptions", "RealtimeTurnDetection",
            "RealtimeNoiseReduction", "RealtimeItem", "RealtimeVoice",
        ];
        IEnumerable<string> ours = typeof(ServerEvent).Assembly.GetExportedTypes().Select(t => t.Name);
        Assert.Empty(ours.Intersect(taken));
    }

    [Theory]
    [InlineData("\"delta\":\"d\"", "")]
    [InlineData("\"delta\":\"\\u00e9\\n\"", "")]
    [InlineData("\"delta\":\"\\ud83d\\ude00\"", "")]
    [InlineData("\"d\\u0065lta\":\"d\"", "")]
    [InlineData("\"delta\":\"d\",\"obfuscation\":\"xx\"", "")]
    [InlineData("\"delta\":\"d\",\"output_index\":1e0", "")]
    [InlineData("\"delta\":null", "")]
    [InlineData("\"delta\":7", "")]
    [InlineData("\"x\":7", "")]
    [InlineData("\"delta\":\"d\"", "}")]
    [InlineData("\"delta\":\"d\"", "{}")]
    public void The_reader_by_hand_reads_a_delta_as_the_generated_one_does(string members, string after)
    {
        foreach ((string name, string others, Type type) in Deltas)
            AssertReadAlike($$"""{"type":"{{name}}","event_id":"e",{{others}},{{members}}}{{after}}""", type);
    }

    [Fact]
    public void The_reader_by_hand_reads_a_delta_as_the_generated_one_does_in_whatever_order_its_members_stand()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        string[] spare = ["\"call_id\":\"c\"", "\"obfuscation\":\"x\"", "\"output_index\":3", "\"content_index\":4", "\"delta\":\"again\"", "\"x\":{\"y\":[1]}", "\"logprobs\":null", "\"event_id\":null"];
        foreach ((string name, string others, Type type) in Deltas)
        {
            for (int i = 0; i < 200; i++)
            {
                List<string> members = [$"\"type\":\"{name}\"", "\"event_id\":\"e\"", "\"delta\":\"d\"", .. others.Split(',')];
                if (random.Next(2) == 0)
                    members.RemoveAt(random.Next(1, members.Count));
                for (int n = random.Next(3); n > 0; n--)
                    members.Add(spare[random.Next(spare.Length)]);
                string[] shuffled = [.. members];
                random.Shuffle(shuffled);
                AssertReadAlike($"{{{string.Join(',', shuffled)}}}", type);
            }
        }
    }

    [Fact]
    public void A_piece_of_a_transcript_costs_at_most_200_bytes_beside_its_message()
    {
        byte[] delta = Encoding.UTF8.GetBytes(PublishedDescription.Examples["RealtimeServerEventResponseAudioTranscriptDelta"].Json.GetRawText());
        var ids = new RunningIds();
        long each = Allocations.Measure(() => Assert.IsType<ResponseOutputAudioTranscriptDelta>(ServerEventReader.ReadEvent(delta, RealtimeDialect.Ga, ids))) / 1000;
        Assert.InRange(each, 1, 200);
    }

    [Fact]
    public void The_usual_delta_is_read_by_hand()
    {
        foreach ((string name, string others, Type type) in Deltas)
        {
            var ids = new RunningIds();
            byte[] json = Encoding.UTF8.GetBytes($$"""{"type":"{{name}}","event_id":"e",{{others}},"delta":"d"}""");
            string[] itemIds = [.. new[] { 1, 2 }.Select(_ => (string)type.GetProperty("ItemId")!.GetValue(ServerEventReader.ReadEvent(json, RealtimeDialect.Ga, ids))!)];
            Assert.Same(itemIds[0], itemIds[1]); // only the reader by hand knows the ids
        }
    }

    /// <summary>The events that have a reader by hand, and the members beside <c>delta</c> that they usually have.</summary>
    private static (string Name, string Members, Type Type)[] Deltas =>
    [
        ("response.output_audio_transcript.delta", R, typeof(ResponseOutputAudioTranscriptDelta)),
        ("response.output_text.delta", R, typeof(ResponseOutputTextDelta)),
        ("response.function_call_arguments.delta", ItemOfResponse + ",\"call_id\":\"c\"", typeof(ResponseFunctionCallArgumentsDelta)),
        ("conversation.item.input_audio_transcription.delta", "\"item_id\":\"i\",\"content_index\":0,\"obfuscation\":\"xx\"", typeof(ConversationItemInputAudioTranscriptionDelta)),
    ];

    private static void AssertReadAlike(string json, Type type)
    {
        ServerEvent read = Read(json);
        ServerEvent? generated = null;
        try
        {
            generated = (ServerEvent?)JsonSerializer.Deserialize(json, EventsJson.Ga.GetTypeInfo(type));
            ExplicitNulls.Note(Encoding.UTF8.GetBytes(json), generated, EventsJson.Ga);
        }
        catch (JsonException)
        {
        }
        if (generated is null)
            Assert.IsType<MalformedServerEvent>(read);
        else
            Assert.True(generated.Equals(read), $"{json}\n{Encoding.UTF8.GetString(generated.ToUtf8Json())}\n{Encoding.UTF8.GetString(read.ToUtf8Json())}");
    }

    [Fact]
    public void The_deltas_of_one_response_share_its_ids_and_those_of_the_next_do_not()
    {
        var ids = new RunningIds();
        ResponseOutputAudioTranscriptDelta[] deltas = [.. new[] { "resp_1", "resp_1", "resp_2" }.Select(id => (ResponseOutputAudioTranscriptDelta)ServerEventReader.ReadEvent(
            Encoding.UTF8.GetBytes($$"""{"type":"response.output_audio_transcript.delta","response_id":"{{id}}","item_id":"i","delta":"d"}"""), RealtimeDialect.Ga, ids))];
        Assert.Equal(["resp_1", "resp_1", "resp_2"], deltas.Select(d => d.ResponseId));
        Assert.Same(deltas[0].ResponseId, deltas[1].ResponseId);
        Assert.Same(deltas[0].ItemId, deltas[2].ItemId);
    }

    private static ServerEvent Read(string json, RealtimeDialect dialect = RealtimeDialect.Ga) => ServerEventReader.ReadEvent(Encoding.UTF8.GetBytes(json), dialect);
}
