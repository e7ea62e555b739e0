using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ServerEventTests
{
    private const string Done = """
        {"type":"response.done","event_id":"event_1","response":{"object":"realtime.response","id":"resp_1","status":"cancelled",
        "status_details":{"type":"cancelled","reason":"turn_detected","error":{"type":"server_error","code":null}},
        "output":[{"id":"item_1","object":"realtime.item","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_audio","transcript":"Sure, I"}]},
        {"id":"item_2","type":"function_call","name":"f","call_id":"call_1","arguments":"{}"}],
        "conversation_id":null,"output_modalities":["audio"],"max_output_tokens":"inf","audio":{"output":{"format":{"type":"audio/pcm","rate":24000},"voice":"marin","new":1}},
        "usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,
        "input_token_details":{"text_tokens":119,"audio_tokens":13,"image_tokens":0,"cached_tokens":64,"cached_tokens_details":{"text_tokens":64,"audio_tokens":0,"image_tokens":0}},
        "output_token_details":{"text_tokens":30,"audio_tokens":91}},"metadata":{"topic":"x"},"new":{"y":null}}}
        """;

    [Fact]
    public void A_response_is_read_whole_and_written_as_it_came()
    {
        ResponseSnapshot response = Assert.IsType<ResponseDone>(Same(Done)).Response;
        Assert.Equal(ResponseState.Cancelled, response.Status);
        Assert.Equal(ResponseEndReason.TurnDetected, response.StatusDetails!.Reason);
        Assert.Equal(ErrorType.ServerError, response.StatusDetails.Error!.Type);
        Assert.Null(response.StatusDetails.Error.Code);
        Assert.Equal([OutputModality.Audio], response.OutputModalities);
        Assert.Equal("marin", response.Voice);
        Assert.NotNull(response.OutputAudioFormat);
        Assert.Equal("x", response.Metadata!["topic"]);
        Assert.Equal(253, response.Usage!.TotalTokens);
        Assert.Equal(64, response.Usage.InputTokenDetails!.CachedTokensDetails!.TextTokens);
        Assert.Equal(91, response.Usage.OutputTokenDetails!.AudioTokens);
        Assert.Equal("Sure, I", response.Text);
        Assert.Equal("call_1", Assert.Single(response.FunctionCalls).CallId);
        Assert.Equal(1, response.ExtraProperties!["audio"]!["output"]!["new"]!.GetValue<int>());
    }

    [Fact]
    public void A_response_that_says_nothing_stays_so_and_one_that_says_null_too()
    {
        Same("""{"type":"response.created","response":{}}""");
        Same("""{"type":"response.created","response":{"id":"r","status":"in_progress","status_details":null,"output":[],"usage":null,"metadata":null,"conversation_id":null}}""");
        Same("""{"type":"response.created","response":{"audio":{"output":{"voice":null,"format":null}},"output":null,"output_modalities":null,"max_output_tokens":null}}""");
        Assert.NotEqual(Read("""{"type":"response.created","response":{}}"""), Read("""{"type":"response.created","response":{"usage":null}}"""));
    }

    [Fact]
    public void A_response_of_the_beta_is_flat()
    {
        const string Json = """{"type":"response.done","response":{"id":"r","modalities":["text"],"voice":"alloy","temperature":0.8,"max_output_tokens":4096,"output":[]}}""";
        ResponseSnapshot response = Assert.IsType<ResponseDone>(Same(Json, RealtimeDialect.Beta)).Response;
        Assert.Equal([OutputModality.Text], response.OutputModalities);
        Assert.Equal("alloy", response.Voice);
        Assert.Equal(0.8, response.Temperature);
        Assert.Null(response.ExtraProperties);
    }

    [Theory]
    [InlineData("""{"type":"tokens","total_tokens":22,"input_tokens":13,"input_token_details":{"text_tokens":0,"audio_tokens":13},"output_tokens":9}""", "22 tokens")]
    [InlineData("""{"type":"duration","seconds":1.25}""", "1.25 s")]
    [InlineData("""{"type":"words","words":7}""", " tokens")]
    [InlineData("""{}""", " tokens")]
    public void A_transcription_is_billed_by_tokens_or_by_time(string usage, string text)
    {
        var completed = Assert.IsType<ConversationItemInputAudioTranscriptionCompleted>(Same(
            $$"""
            {"type":"conversation.item.input_audio_transcription.completed","event_id":"e","item_id":"i","content_index":0,"transcript":"Hey","usage":{{usage}},
            "logprobs":[{"token":"Hey","logprob":-0.5,"bytes":[72,101,121]}],"languages":[{"code":"en"}]}
            """));
        Assert.Equal(text, completed.Usage!.ToString());
        Assert.Equal(-0.5, completed.LogProbabilities[0].LogProbability);
        Assert.Equal([72, 101, 121], completed.LogProbabilities[0].Bytes);
        Assert.Equal("en", completed.Languages[0].Code);
    }

    [Fact]
    public void Times_are_read_in_the_units_of_the_wire()
    {
        var usage = ((ConversationItemInputAudioTranscriptionCompleted)Read("""{"type":"conversation.item.input_audio_transcription.completed","item_id":"i","transcript":"","usage":{"seconds":1.25}}""")).Usage!;
        Assert.Equal(TimeSpan.FromSeconds(1.25), usage.Duration);
        var key = (InputAudioBufferDtmfEventReceived)Same("""{"type":"input_audio_buffer.dtmf_event_received","event":"#","received_at":1763605109}""");
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1763605109), key.ReceivedAt);
        Assert.Null(key.EventId);
        var timeout = (InputAudioBufferTimeoutTriggered)Read("""{"type":"input_audio_buffer.timeout_triggered","audio_start_ms":13216,"audio_end_ms":19232,"item_id":"i"}""");
        Assert.Equal(TimeSpan.FromMilliseconds(6016), timeout.AudioEnd - timeout.AudioStart);
        var heard = (SessionInputTranscriptDelta)Same("""{"type":"session.input_transcript.delta","delta":"Hi","elapsed_ms":1200}""");
        Assert.Equal(TimeSpan.FromSeconds(1.2), heard.Elapsed);
        var segment = (ConversationItemInputAudioTranscriptionSegment)Read("""{"type":"conversation.item.input_audio_transcription.segment","item_id":"i","text":"t","start":0.5,"end":1}""");
        Assert.Equal(TimeSpan.FromSeconds(0.5), segment.End - segment.Start);
    }

    [Fact]
    public void Errors_of_every_place_are_of_one_type()
    {
        var error = (ServerError)Same("""{"type":"error","event_id":"e","error":{"type":"invalid_request_error","code":"session_expired","message":"Too long.","param":null,"event_id":null,"new":1}}""");
        Assert.Equal(ErrorCode.SessionExpired, error.Error.Code);
        Assert.Equal("error: session_expired: Too long.", error.ToString());
        var failed = (ConversationItemInputAudioTranscriptionFailed)Same(
            """{"type":"conversation.item.input_audio_transcription.failed","item_id":"i","content_index":0,"error":{"type":"transcription_error","code":"audio_unintelligible","message":"What?","param":null}}""");
        Assert.Equal("audio_unintelligible", failed.Error.Code);
    }

    [Theory]
    [InlineData("""{"type":"rate_limits.updated","rate_limits":[{"name":"tokens","limit":100,"remaining":90,"reset_seconds":1.5},{"name":"minutes"}]}""", "rate_limits.updated: tokens 90 of 100 left, minutes  of  left")]
    [InlineData("""{"type":"input_audio_buffer.speech_started","audio_start_ms":1250,"item_id":"i"}""", "input_audio_buffer.speech_started: at 1.25 s")]
    [InlineData("""{"type":"response.output_audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}""", "response.output_audio.delta: 3 bytes of audio")]
    [InlineData("""{"type":"session.output_audio.delta","delta":"no base64!"}""", "session.output_audio.delta: no base64")]
    [InlineData("""{"type":"conversation.item.truncated","item_id":"i","content_index":0,"audio_end_ms":1500}""", "conversation.item.truncated: i ends at 1.5 s")]
    [InlineData("""{"type":"response.function_call_arguments.done","response_id":"r","item_id":"i","output_index":0,"call_id":"c","name":"f","arguments":"{}"}""", "response.function_call_arguments.done: f({})")]
    [InlineData("""{"type":"session.closed"}""", "session.closed")]
    public void An_event_says_in_a_line_what_matters(string json, string text) => Assert.Equal(text, Read(json).ToString());

    [Fact]
    public void A_response_says_in_a_line_how_it_ended() =>
        Assert.Equal("response.done: cancelled, server_error, 253 tokens, Sure, I", Read(Done).ToString());

    /// <summary>Reads an event that is known, and shows that it is written as the same JSON and is equal to another reading of it.</summary>
    private static ServerEvent Same(string json, RealtimeDialect dialect = RealtimeDialect.Ga)
    {
        ServerEvent read = Read(json, dialect);
        Assert.False(read is MalformedServerEvent or UnknownServerEvent, (read as MalformedServerEvent)?.Reason);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(read.ToUtf8Json(dialect))), Encoding.UTF8.GetString(read.ToUtf8Json(dialect)));
        Assert.Equal(read, Read(json, dialect));
        Assert.Equal(read.GetHashCode(), Read(json, dialect).GetHashCode());
        return read;
    }

    private static ServerEvent Read(string json, RealtimeDialect dialect = RealtimeDialect.Ga) => ServerEvent.Read(Encoding.UTF8.GetBytes(json), dialect);
}
