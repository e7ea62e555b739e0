using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>The beta's names for today's events, each tried on the example of today's.</summary>
public sealed class BetaNameTests
{
    /// <summary>The beta's name, and today's.</summary>
    public static TheoryData<string, string> Renamed => new()
    {
        { "response.text.delta", "response.output_text.delta" },
        { "response.text.done", "response.output_text.done" },
        { "response.audio.delta", "response.output_audio.delta" },
        { "response.audio.done", "response.output_audio.done" },
        { "response.audio_transcript.delta", "response.output_audio_transcript.delta" },
        { "response.audio_transcript.done", "response.output_audio_transcript.done" },
    };

    [Theory]
    [MemberData(nameof(Renamed))]
    public void An_event_of_the_beta_is_read_to_today_s_type_and_keeps_its_name(string beta, string today)
    {
        JsonElement example = PublishedDescription.Examples.Values.Single(e => e.Kind == "server-event" && e.Json.GetProperty("type").GetString() == today).Json;
        JsonElement renamed = JsonEdit.With(example, "/type", beta);
        ServerEvent read = ServerEvent.Read(System.Text.Encoding.UTF8.GetBytes(renamed.GetRawText()), RealtimeDialect.Beta);
        Assert.Equal(EventNames.TypeOf(today), read.GetType().Name);
        Assert.Equal(beta, read.Type);
        SameJson.Assert(renamed, read.ToUtf8Json(RealtimeDialect.Beta));
        SameJson.Assert(example, read.ToUtf8Json(RealtimeDialect.Ga));
    }

    [Theory]
    [MemberData(nameof(Renamed))]
    public void Today_s_dialect_does_not_know_the_beta_s_name(string beta, string today)
    {
        Assert.NotEqual(beta, today);
        Assert.IsType<UnknownServerEvent>(ServerEvent.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"type":"{{beta}}"}""")));
    }

    [Fact]
    public void The_beta_s_own_event_of_a_new_item_is_a_type_of_its_own_in_both_dialects()
    {
        JsonElement example = PublishedDescription.Examples["RealtimeServerEventConversationItemCreated"].Json;
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(example.GetRawText());
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            ConversationItemCreated read = Assert.IsType<ConversationItemCreated>(ServerEvent.Read(utf8, dialect));
            SameJson.Assert(example, read.ToUtf8Json(dialect));
        }
    }

    [Theory]
    [InlineData("session.created", "RealtimeSessionCreateRequest")]
    [InlineData("session.updated", "POST /realtime/sessions reply")]
    [InlineData("transcription_session.created", "RealtimeTranscriptionSessionCreateResponse")]
    [InlineData("transcription_session.updated", "POST /realtime/transcription_sessions reply")]
    public void A_session_of_the_beta_is_written_back_as_the_same_JSON(string type, string session)
    {
        JsonElement json = JsonElement.Parse($$"""{"type":"{{type}}","event_id":"event_1","session":{{PublishedDescription.Examples[session].Json.GetRawText()}}}""");
        ServerEvent read = ServerEvent.Read(System.Text.Encoding.UTF8.GetBytes(json.GetRawText()), RealtimeDialect.Beta);
        Assert.True(read is SessionCreated or SessionUpdated, read.ToString());
        Assert.Equal(type, read.Type);
        SameJson.Assert(json, read.ToUtf8Json(RealtimeDialect.Beta));
    }
}
