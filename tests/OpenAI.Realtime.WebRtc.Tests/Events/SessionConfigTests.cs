using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class SessionConfigTests
{
    private const string Mcp =
        """{"type":"mcp","server_label":"s","server_url":"https://example.org/mcp","connector_id":"connector_gmail","tunnel_id":"tunnel_0","authorization":"secret-1","server_description":"d","headers":{"X":"secret-2"},"allowed_tools":["a"],"allowed_callers":["direct","new"],"require_approval":{"always":{"tool_names":["a"]},"never":{"read_only":true}},"defer_loading":true,"more":1}""";

    // Path in the GA dialect, values that it may have.
    private static readonly (string Path, string[] Values)[] Input =
    [
        ("audio.input.format", ["""{"type":"audio/pcm","rate":24000}""", """{"type":"audio/pcmu"}""", """{"type":"audio/pcma"}"""]),
        ("audio.input.transcription", ["""{"model":"whisper-1","language":"en","languages":["en","de"],"keywords":["x"],"prompt":"p","delay":"low"}""", "{}"]),
        ("audio.input.noise_reduction", ["""{"type":"near_field"}""", """{"type":"new_field"}""", "{}"]),
        ("audio.input.turn_detection",
        [
            """{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":null,"create_response":true,"interrupt_response":false}""",
            """{"type":"server_vad","idle_timeout_ms":6000}""",
            """{"type":"semantic_vad","eagerness":"auto","create_response":null}""",
            """{"type":"new_vad","threshold":"?"}""", """{"threshold":1}""", "\"new\"", "7",
        ]),
        ("include", ["[]", """["item.input_audio_transcription.logprobs","new"]"""]),
    ];

    private static readonly (string Path, string[] Values)[] Common =
    [
        ("output_modalities", ["""["text"]""", """["audio","text"]""", "[]"]),
        ("instructions", ["\"\"", "\"x\""]),
        ("audio.output.format", ["""{"type":"audio/pcm","rate":24000}"""]),
        ("audio.output.voice", ["\"marin\"", "\"new\"", """{"id":"voice_1"}""", """{"id":"voice_1","more":1}""", "3"]),
        ("tools",
        [
            "[]", Mcp.Insert(0, "[") + "]",
            """[{"type":"function","name":"f","description":null,"parameters":{"type":"object","properties":{}}},{"type":"function"},{"type":"function","name":null,"parameters":null},{},{"type":"new","x":[]},"t"]""",
            """[{"type":"mcp","server_label":"s","headers":null,"allowed_tools":{"tool_names":["a"],"read_only":false},"allowed_callers":null,"require_approval":"never"},{"type":"mcp","allowed_tools":null,"require_approval":null},{"type":"mcp","allowed_tools":4,"require_approval":{"never":["a"]}}]""",
        ]),
        ("tool_choice", ["\"none\"", "\"required\"", "\"new\"", """{"type":"function","name":"f"}""", """{"type":"mcp","server_label":"s","name":null}""", """{"type":"new"}""", "[1]"]),
        ("parallel_tool_calls", ["true", "false"]),
        ("reasoning", ["""{"effort":"xhigh"}""", "{}"]),
        ("max_output_tokens", ["1", "\"inf\"", "\"new\"", "1.5"]),
        ("prompt",
        [
            """{"id":"p"}""",
            """{"id":"p","version":null,"variables":{"a":"x","b":null,"c":{"type":"input_text","text":"t","prompt_cache_breakpoint":{"x":1}},"d":{"type":"input_image","image_url":null,"file_id":"f","detail":"original"},"e":{"type":"input_file","file_id":null,"filename":"n","file_data":"d","file_url":"u","detail":"low"},"f":{"type":"new"},"g":5}}""",
        ]),
    ];

    private static readonly (string Path, string[] Values)[] RealtimeOnly =
    [
        ("model", ["\"gpt-realtime-2.1\"", "\"new\""]),
        ("audio.output.speed", ["0.25", "1.5"]),
        ("tracing", ["\"auto\"", "\"new\"", """{"workflow_name":"w","group_id":null,"metadata":{"a":[1]}}""", "[1]"]),
        ("truncation", ["\"auto\"", "\"disabled\"", """{"type":"retention_ratio","retention_ratio":0.8,"token_limits":{"post_instructions":9}}""", """{"type":"new"}"""]),
    ];

    private static readonly (string Path, string[] Values)[] ResponseOnly =
    [
        ("conversation", ["\"auto\"", "\"none\"", "\"conv_1\""]),
        ("metadata", ["{}", """{"a":"b"}"""]),
        ("input", ["[]", """[{"type":"item_reference","id":"item_1"},{"type":"message","role":"user","content":[{"type":"input_text","text":"t"}]}]"""]),
    ];

    private static readonly (string Path, string[] Values)[] TranslationOnly =
        [("model", ["\"gpt-realtime-translate\""]), ("audio.output.language", ["\"es\""]), .. Input.Where(field => field.Path.EndsWith("transcription", StringComparison.Ordinal) || field.Path.EndsWith("noise_reduction", StringComparison.Ordinal))];

    public static TheoryData<string, string, string> Fields()
    {
        var data = new TheoryData<string, string, string>();
        Add("realtime", [.. Input, .. Common, .. RealtimeOnly]);
        Add("transcription", Input);
        Add("translation", TranslationOnly);
        Add("response", [.. Common, .. ResponseOnly]);
        return data;

        void Add(string kind, (string Path, string[] Values)[] fields)
        {
            foreach ((string path, string[] values) in fields)
            {
                foreach (string value in values.Append("null"))
                    data.Add(kind, path, value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Every_field_survives_in_both_dialects_be_it_null_or_a_value(string kind, string path, string value)
    {
        string json = Ga(kind, path, value);
        object model = Read(kind, json, RealtimeDialect.Ga);
        Same(json, Write(kind, model, RealtimeDialect.Ga));
        Assert.Equal(model, Read(kind, json, RealtimeDialect.Ga));
        Assert.NotEqual(model, Read(kind, Ga(kind, null, null), RealtimeDialect.Ga));

        // The beta's JSON, once written, means the same to it.
        string beta = Write(kind, model, RealtimeDialect.Beta);
        string beta2 = Write(kind, Read(kind == "translation" ? "translation beta" : kind, beta, RealtimeDialect.Beta), RealtimeDialect.Beta);
        Same(beta, beta2);
        Assert.Single(JsonNode.Parse(beta)!.AsObject());
    }

    [Theory]
    [InlineData("realtime", """{"type":"realtime"}""", "{}")]
    [InlineData("transcription", """{"type":"transcription"}""", "{}")]
    [InlineData("translation", "{}", "{}")]
    [InlineData("response", "{}", "{}")]
    public void What_is_not_set_is_not_written(string kind, string ga, string beta)
    {
        object model = Read(kind, ga, RealtimeDialect.Ga);
        Assert.Equal(ga, Write(kind, model, RealtimeDialect.Ga));
        Assert.Equal(beta, Write(kind, model, RealtimeDialect.Beta));
    }

    [Fact]
    public void The_beta_has_its_own_names_for_what_a_client_sets()
    {
        var config = new RealtimeSessionConfig
        {
            InputFormat = AudioEncoding.Pcm,
            OutputFormat = AudioEncoding.Pcmu,
            MaxOutputTokens = OutputLimit.Unlimited,
            Voice = Voice.Custom("v"),
        };
        Assert.Equal("""{"input_audio_format":"pcm16","output_audio_format":"g711_ulaw","voice":{"id":"v"},"max_response_output_tokens":"inf"}""", Text(config, RealtimeDialect.Beta));
        Assert.Equal(config, SessionConfig.Read(config.ToUtf8Json(RealtimeDialect.Beta), RealtimeDialect.Beta));
        Assert.Equal(
            """{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcm","rate":24000}},"output":{"format":{"type":"audio/pcmu"},"voice":{"id":"v"}}},"max_output_tokens":"inf"}""",
            Text(config, RealtimeDialect.Ga));
    }

    [Fact]
    public void Values_convert_where_one_expects_it()
    {
        var config = new RealtimeSessionConfig
        {
            Model = RealtimeModel.GptRealtime21Mini,
            Voice = "cedar",
            Speed = 1,
            OutputModalities = ["text"],
            Include = ["item.input_audio_transcription.logprobs"],
            Tracing = Tracing.Auto,
            ToolChoice = ToolChoice.Function("f"),
            Truncation = Truncation.Retain(0.5),
            MaxOutputTokens = 10,
            ParallelToolCalls = true,
            Reasoning = new ReasoningOptions { Effort = "low" },
            Prompt = new PromptTemplate { Id = "p", Variables = new PromptVariables { ["name"] = "Ada" } },
            Tools =
            [
                new FunctionDefinition { Name = "f", Parameters = JsonElement.Parse("""{"type":"object"}""") },
                new McpServer { ServerLabel = "s", ConnectorId = McpConnector.Gmail, AllowedTools = McpToolSelection.Named("a"), RequireApproval = McpApprovalPolicy.Never, AllowedCallers = [ToolCaller.Direct] },
                RawJson.Parse("""{"type":"own"}"""),
            ],
        };
        string json = Text(config, RealtimeDialect.Ga);
        Same(
            """{"type":"realtime","model":"gpt-realtime-2.1-mini","output_modalities":["text"],"audio":{"output":{"voice":"cedar","speed":1}},"include":["item.input_audio_transcription.logprobs"],"tracing":"auto","tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"mcp","server_label":"s","connector_id":"connector_gmail","allowed_tools":["a"],"allowed_callers":["direct"],"require_approval":"never"},{"type":"own"}],"tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":true,"reasoning":{"effort":"low"},"max_output_tokens":10,"truncation":{"type":"retention_ratio","retention_ratio":0.5},"prompt":{"id":"p","variables":{"name":"Ada"}}}""",
            json);
        Assert.Equal(config, SessionConfig.Read(Encoding.UTF8.GetBytes(json)));
        config.MaxOutputTokens = null;
        Assert.Contains("\"max_output_tokens\":null", Text(config, RealtimeDialect.Ga), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"realtime","audio":{}}""")]
    [InlineData("""{"type":"realtime","audio":null}""")]
    [InlineData("""{"type":"realtime","audio":{"input":{},"output":{"new":{"a":[null]},"voice":"x"}},"new":null}""")]
    [InlineData("""{"type":"new","audio":{"input":{"format":5}},"x":null}""")]
    public void What_is_unknown_and_what_is_empty_is_written_again(string json) => Same(json, Text(SessionConfig.Read(Encoding.UTF8.GetBytes(json)), RealtimeDialect.Ga));

    [Fact]
    public void Extra_properties_take_the_place_of_ours()
    {
        var config = new TranscriptionSessionConfig { InputFormat = AudioEncoding.Pcm, ExtraProperties = (JsonObject)JsonNode.Parse("""{"audio":{"input":{"format":"pcm16","x":1}}}""")! };
        Assert.Equal("""{"type":"transcription","audio":{"input":{"format":"pcm16","x":1}}}""", Text(config, RealtimeDialect.Ga));
        var parameters = new ResponseParameters { Instructions = "a", ExtraProperties = (JsonObject)JsonNode.Parse("""{"temperature":0.8}""")! };
        Assert.Equal("""{"instructions":"a","temperature":0.8}""", Write("response", parameters, RealtimeDialect.Beta));
        Assert.Equal(parameters, new ResponseParameters { Instructions = "a", ExtraProperties = (JsonObject)JsonNode.Parse("""{"temperature":0.8}""")! });
        Assert.NotEqual(parameters, new ResponseParameters { Instructions = "a" });
    }

    [Fact]
    public void Nothing_that_is_shown_holds_a_credential()
    {
        SessionConfig config = SessionConfig.Read(Encoding.UTF8.GetBytes($$"""{"type":"realtime","tools":[{{Mcp}}]}"""));
        var parameters = new ResponseParameters { Tools = ((RealtimeSessionConfig)config).Tools };
        foreach (object shown in new object[] { config, parameters, parameters.Tools[0], new SessionUpdate(config), new ResponseCreate { Response = parameters } })
            Assert.DoesNotContain("secret", shown.ToString()!, StringComparison.Ordinal);
        Assert.Contains("secret-1", Text(config, RealtimeDialect.Ga), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_update_costs_what_its_fields_cost()
    {
        var update = new SessionUpdate(new RealtimeSessionConfig
        {
            Instructions = "Be brief.",
            Voice = "marin",
            TurnDetection = new ServerVad { Threshold = 0.5, SilenceDuration = TimeSpan.FromMilliseconds(400) },
            Tools = [new FunctionDefinition { Name = "f", Parameters = RawJson.Parse("""{"type":"object","properties":{"x":{"type":"string"}}}""") }],
        });
        long perUpdate = Allocations.Measure(() =>
        {
            using var pooled = new PooledBuffer(4096);
            update.Write(pooled, RealtimeDialect.Ga);
        }, 500) / 500;
        Assert.True(perUpdate <= 3072, $"{perUpdate} bytes"); // the writer, and a box for each field that is looked at; 2760 when this was written
    }

    private static string Ga(string kind, string? path, string? value)
    {
        var root = new JsonObject();
        if (kind is "realtime" or "transcription")
            root["type"] = kind;
        JsonObject at = root;
        string[] names = path?.Split('.') ?? [];
        for (int i = 0; i < names.Length; i++)
        {
            if (i == names.Length - 1)
                at[names[i]] = JsonNode.Parse(value!);
            else
                at = (JsonObject)(at[names[i]] = new JsonObject());
        }
        return root.ToJsonString();
    }

    private static object Read(string kind, string json, RealtimeDialect dialect)
    {
        JsonSerializerOptions options = EventsJson.For(dialect);
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        return kind switch
        {
            "response" => EventsJson.Read(utf8, options.Of<ResponseParameters>())!,
            "transcription" => EventsJson.Read(utf8, options.Of<TranscriptionSessionConfig>())!,
            "translation beta" => EventsJson.Read(utf8, options.Of<TranslationSessionConfig>())!,
            _ => SessionConfig.Read(utf8, dialect),
        };
    }

    private static string Write(string kind, object model, RealtimeDialect dialect) => kind == "response"
        ? JsonSerializer.Serialize((ResponseParameters)model, EventsJson.For(dialect).Of<ResponseParameters>())
        : Text((SessionConfig)model, dialect);

    private static string Text(SessionConfig config, RealtimeDialect dialect) => Encoding.UTF8.GetString(config.ToUtf8Json(dialect));

    private static void Same(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), string.Create(CultureInfo.InvariantCulture, $"expected {expected}\nactual   {actual}"));
}
