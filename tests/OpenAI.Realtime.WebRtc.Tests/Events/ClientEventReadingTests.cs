using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ClientEventReadingTests
{
    public static TheoryData<string, Type> Events => new()
    {
        { """{"type":"session.update","event_id":"e","session":{"type":"realtime","instructions":"x"}}""", typeof(SessionUpdate) },
        { """{"type":"session.update","session":{"type":"transcription"}}""", typeof(SessionUpdate) },
        { """{"type":"session.update","session":{}}""", typeof(SessionUpdate) },
        { """{"type":"input_audio_buffer.append","audio":"AAEC"}""", typeof(InputAudioBufferAppend) },
        { """{"type":"input_audio_buffer.append","audio":"no base64!"}""", typeof(InputAudioBufferAppend) },
        { """{"type":"input_audio_buffer.commit"}""", typeof(InputAudioBufferCommit) },
        { """{"type":"input_audio_buffer.clear"}""", typeof(InputAudioBufferClear) },
        { """{"type":"output_audio_buffer.clear"}""", typeof(OutputAudioBufferClear) },
        { """{"type":"conversation.item.create","previous_item_id":null,"item":{"type":"message","role":"user","content":[]}}""", typeof(ConversationItemCreate) },
        { """{"type":"conversation.item.retrieve","item_id":"i"}""", typeof(ConversationItemRetrieve) },
        { """{"type":"conversation.item.delete","item_id":"i","more":[1]}""", typeof(ConversationItemDelete) },
        { """{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":1500}""", typeof(ConversationItemTruncate) },
        { """{"type":"response.create","response":{"conversation":"none","metadata":{"a":"b"},"input":[]}}""", typeof(ResponseCreate) },
        { """{"type":"response.create","response":null}""", typeof(ResponseCreate) },
        { """{"type":"response.cancel","response_id":"r"}""", typeof(ResponseCancel) },
        { """{"type":"session.input_audio_buffer.append","audio":"AAEC"}""", typeof(SessionInputAudioBufferAppend) },
        { """{"type":"session.close"}""", typeof(SessionClose) },
        { """{"type":"own.event","x":null}""", typeof(RawClientEvent) },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_reads_to_its_type_and_back(string json, Type type)
    {
        ClientEvent read = Read(json, RealtimeDialect.Ga);
        Assert.IsType(type, read);
        Same(json, read.ToUtf8Json());
        Assert.Equal(read, Read(json, RealtimeDialect.Ga));
    }

    [Fact]
    public void A_configuration_without_a_type_is_a_translation_and_in_the_beta_a_conversation()
    {
        const string Json = """{"type":"session.update","session":{}}""";
        Assert.IsType<TranslationSessionConfig>(Assert.IsType<SessionUpdate>(Read(Json, RealtimeDialect.Ga)).Session);
        Assert.IsType<RealtimeSessionConfig>(Assert.IsType<SessionUpdate>(Read(Json, RealtimeDialect.Beta)).Session);
    }

    [Fact]
    public void The_beta_updates_a_transcription_session_by_an_event_of_its_own()
    {
        var update = new SessionUpdate(new TranscriptionSessionConfig { InputTranscription = new InputTranscription { Model = "whisper-1" }, TurnDetection = null }) { EventId = "e" };
        byte[] beta = update.ToUtf8Json(RealtimeDialect.Beta);
        Same("""{"type":"transcription_session.update","event_id":"e","session":{"input_audio_transcription":{"model":"whisper-1"},"turn_detection":null}}""", beta);
        Assert.Equal(update, Read(Encoding.UTF8.GetString(beta), RealtimeDialect.Beta));
        Same("""{"type":"session.update","event_id":"e","session":{"type":"transcription","audio":{"input":{"transcription":{"model":"whisper-1"},"turn_detection":null}}}}""", update.ToUtf8Json());
    }

    [Theory]
    [InlineData("""{"type":"conversation.item.delete"}""")]
    [InlineData("""{"type":"conversation.item.truncate","item_id":"i","content_index":"0","audio_end_ms":1}""")]
    [InlineData("""{"type":"session.update","session":null}""")]
    [InlineData("""{"type":"session.update","session":{"type":5}}""")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","tools":{}}}""")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","tools":[null]}}""")]
    public void What_does_not_fit_is_said(string json)
    {
        Assert.False(ClientEvent.TryRead(Encoding.UTF8.GetBytes(json), RealtimeDialect.Ga, out _, out string? reason));
        Assert.NotEmpty(reason!);
    }

    [Fact]
    public void The_gist_of_an_event_is_never_its_audio()
    {
        Assert.Equal("input_audio_buffer.append: 3 bytes of audio", new InputAudioBufferAppend(new byte[] { 1, 2, 3 }).ToString());
        Assert.Equal("response.create: Be brief", new ResponseCreate { Response = new() { Instructions = "Be brief" } }.ToString());
        Assert.Equal("conversation.item.truncate: i", new ConversationItemTruncate("i", TimeSpan.FromSeconds(1)).ToString());
    }

    private static ClientEvent Read(string json, RealtimeDialect dialect)
    {
        Assert.True(ClientEvent.TryRead(Encoding.UTF8.GetBytes(json), dialect, out ClientEvent? read, out string? reason), reason);
        return read;
    }

    private static void Same(string expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"expected {expected}\nactual   {Encoding.UTF8.GetString(actual)}");
}
