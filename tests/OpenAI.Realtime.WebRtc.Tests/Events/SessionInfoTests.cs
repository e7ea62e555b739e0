using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class SessionInfoTests
{
    [Theory]
    [InlineData(RealtimeDialect.Ga, typeof(RealtimeSessionConfig), """{"type":"realtime","object":"realtime.session","id":"sess_1","expires_at":1756310470,"model":"m","audio":{"input":{"format":{"type":"audio/pcm","rate":24000},"transcription":null},"output":{"voice":"marin","speed":1.0}},"include":null,"tracing":null,"prompt":null,"max_output_tokens":"inf","truncation":"auto","tools":[{}],"new":[null]}""")]
    [InlineData(RealtimeDialect.Ga, typeof(RealtimeSessionConfig), """{"id":null,"expires_at":0}""")]
    [InlineData(RealtimeDialect.Ga, typeof(RealtimeSessionConfig), """{"id":5,"object":"realtime.session","expires_at":1.5}""")]
    [InlineData(RealtimeDialect.Ga, typeof(TranscriptionSessionConfig), """{"id":"sess_1","object":"realtime.transcription_session","audio":{"input":{"format":"pcm16","transcription":{"model":"whisper-1","language":null},"noise_reduction":null}}}""")]
    [InlineData(RealtimeDialect.Ga, typeof(TranslationSessionConfig), """{"id":"sess_1","type":"translation","expires_at":1756310470,"model":"gpt-realtime-translate","audio":{"input":{"transcription":{"model":"whisper-1","language":"en"},"noise_reduction":null},"output":{"language":"es"}}}""")]
    [InlineData(RealtimeDialect.Ga, typeof(UnknownSessionConfig), """{"id":"sess_1","type":"new","expires_at":null,"x":{"y":null}}""")]
    [InlineData(RealtimeDialect.Beta, typeof(RealtimeSessionConfig), """{"id":"sess_1","object":"realtime.session","expires_at":0,"model":"m","modalities":["audio","text"],"voice":"alloy","input_audio_format":"pcm16","output_audio_format":"g711_ulaw","input_audio_transcription":null,"turn_detection":{"type":"server_vad","threshold":0.5},"temperature":0.8,"max_response_output_tokens":"inf","tools":[],"tool_choice":"auto","client_secret":null}""")]
    [InlineData(RealtimeDialect.Beta, typeof(RealtimeSessionConfig), """{"id":"sess_1","type":"realtime"}""")]
    [InlineData(RealtimeDialect.Beta, typeof(TranscriptionSessionConfig), """{"id":"sess_1","object":"realtime.transcription_session","input_audio_format":{"type":"audio/pcm"}}""")]
    public void A_session_is_read_to_its_kind_and_back(RealtimeDialect dialect, Type kind, string session)
    {
        SessionUpdated read = Read("session.updated", session, dialect);
        Assert.IsType(kind, read.Session.Config);
        byte[] written = read.ToUtf8Json(dialect);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(session), JsonNode.Parse(written)!["session"]), $"expected {session}\nactual   {Encoding.UTF8.GetString(written)}");
        Assert.Equal(read, Read("session.updated", session, dialect));
    }

    [Fact]
    public void An_expiry_of_zero_is_not_known()
    {
        Assert.Null(Read("session.updated", """{"expires_at":0}""").Session.ExpiresAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1756310470), Read("session.updated", """{"expires_at":1756310470}""").Session.ExpiresAt);
    }

    [Fact]
    public void What_is_in_effect_can_be_sent_again()
    {
        SessionInfo info = Read("session.updated", """{"type":"realtime","object":"realtime.session","id":"s","expires_at":0,"model":"m","instructions":"x"}""").Session;
        Assert.Equal(new RealtimeSessionConfig { Model = "m", Instructions = "x" }, info.Config);
        Assert.Equal("m", info.Model);
        Assert.Equal("realtime: s", info.ToString());
    }

    [Fact]
    public void One_made_by_hand_is_shaped_by_the_dialect()
    {
        var created = new SessionCreated { Session = new SessionInfo { Id = "s", Config = new TranscriptionSessionConfig { TurnDetection = null } } };
        Assert.Equal("""{"type":"session.created","session":{"type":"transcription","id":"s","audio":{"input":{"turn_detection":null}}}}""", Encoding.UTF8.GetString(created.ToUtf8Json()));
        Assert.Equal("""{"type":"transcription_session.created","session":{"id":"s","turn_detection":null}}""", Encoding.UTF8.GetString(created.ToUtf8Json(RealtimeDialect.Beta)));
    }

    private static SessionUpdated Read(string type, string session, RealtimeDialect dialect = RealtimeDialect.Ga)
    {
        ServerEvent read = ServerEvent.Read(Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","event_id":"e","session":{{session}}}"""), dialect);
        Assert.False(read is MalformedServerEvent, (read as MalformedServerEvent)?.Reason);
        return Assert.IsType<SessionUpdated>(read);
    }
}
