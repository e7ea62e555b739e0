using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class RawClientEventTests
{
    [Fact]
    public void It_is_sent_byte_for_byte()
    {
        const string Json = """{ "type" : "x",  "event_id":"a" }""";
        Assert.Equal(Json, Encoding.UTF8.GetString(new RawClientEvent(Json).ToUtf8Json()));
    }

    [Fact]
    public void Another_id_is_sent_in_place_of_its_own()
    {
        var raw = new RawClientEvent("""{"type":"x","event_id":"a","n":1}""");
        RawClientEvent other = raw with { EventId = "b" };
        Assert.Equal("""{"type":"x","n":1,"event_id":"b"}""", Encoding.UTF8.GetString(other.ToUtf8Json()));
        Assert.NotEqual(raw, other);
    }

    [Theory]
    [InlineData("{\"type\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"\u00ff\"}")]
    [InlineData("{\"type\":\"x\",\"event_id\":\"\u00ff\"}")]
    public void An_event_whose_name_or_id_is_no_text_is_refused(string json) =>
        Assert.Throws<ArgumentException>(() => new RawClientEvent(Encoding.Latin1.GetBytes(json)));

    [Fact]
    public void Texts_that_are_none_are_sent_under_another_id_too()
    {
        RawClientEvent raw = new RawClientEvent(Encoding.Latin1.GetBytes("{\"type\":\"x\",\"n\":\"\u00ff\\ud800\"}")) with { EventId = "b" };
        Assert.Equal("{\"type\":\"x\",\"n\":\"\u00ff\\ud800\",\"event_id\":\"b\"}", Encoding.Latin1.GetString(raw.ToUtf8Json()));
    }

    [Fact]
    public void More_fields_are_sent_with_it()
    {
        var raw = new RawClientEvent("""{"type":"x","n":1}""") { AdditionalProperties = new() { ["n"] = JsonElement.Parse("2") } };
        Assert.Equal("""{"type":"x","n":2}""", Encoding.UTF8.GetString(raw.ToUtf8Json()));
    }
}
