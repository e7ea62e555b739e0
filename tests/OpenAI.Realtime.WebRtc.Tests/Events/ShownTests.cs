using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

/// <summary>What people see of events and objects: one line, without what a peer could forge and without what nobody may read.</summary>
public sealed class ShownTests
{
    [Theory]
    [InlineData("""{"type":"a\nFATAL: forged"}""")]
    [InlineData("""{"type":"error","error":{"message":"\u001b[2J gone\r\nFATAL: forged","type":"t"}}""")]
    [InlineData("""{"type":"response.output_text.done","response_id":"r","item_id":"i","text":"one\u2028two\u0007"}""")]
    public void A_peer_cannot_write_control_characters_into_a_log(string json)
    {
        string shown = Read(json).ToString();
        Assert.DoesNotContain(shown, c => char.IsControl(c) || c is '\u2028');
    }

    [Fact]
    public void A_long_name_is_cut()
    {
        Assert.True(Read($$"""{"type":"{{new string('x', 100_000)}}"}""").ToString().Length <= 200);
    }

    [Theory]
    [InlineData("""{"type":"realtime","tools":[{"type":"mcp","server_label":"s","authorization":"SECRET"}]}""")]
    [InlineData("""{"type":"realtime","tools":[{"type":"mcp","server_label":"s","headers":{"X-Key":"SECRET"},"server_url":"https://me:SECRET@mcp.example.com/a?token=SECRET"}]}""")]
    [InlineData("""{"type":"realtime","client_secret":{"value":"SECRET","expires_at":1}}""")]
    [InlineData("""{"type":"of_tomorrow","tools":[{"authorization":"SECRET"}]}""")]
    public void A_configuration_shows_no_credential(string json)
    {
        SessionConfig config = SessionConfig.Read(Encoding.UTF8.GetBytes(json));
        Assert.DoesNotContain("SECRET", config.ToString(), StringComparison.Ordinal);
        Assert.Contains("SECRET", Encoding.UTF8.GetString(config.ToUtf8Json()), StringComparison.Ordinal);
    }

    /// <summary>The parser lets such texts pass, and throws when it is asked for them: found by coverage-guided fuzzing.</summary>
    [Theory]
    [InlineData("x", "\"\\udc00\"")]
    [InlineData("x", "\"\u00ff\"")]
    [InlineData("x", "{\"a\":[\"\u00ff \\ud800\"]}")]
    [InlineData("server_url", "\"\\ud800\"")]
    public void A_text_that_is_none_is_shown_all_the_same(string name, string value)
    {
        byte[] json = Encoding.Latin1.GetBytes($$"""{"type":"realtime","{{name}}":{{value}}}""");
        Assert.NotEmpty(SessionConfig.Read(json).ToString());
        RawJson raw = JsonElement.Parse(json);
        Assert.NotEmpty(raw.ToString());
        Assert.Equal(raw, JsonElement.Parse(json));
        Assert.NotEqual(raw, JsonElement.Parse(Encoding.Latin1.GetBytes($$"""{"type":"another","{{name}}":{{value}}}""")));
    }

    [Fact]
    public void A_tool_given_as_JSON_shows_no_credential_either()
    {
        var config = new RealtimeSessionConfig { Tools = [RawJson.Parse("""{"type":"mcp","authorization":"SECRET"}""")] };
        Assert.DoesNotContain("SECRET", config.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", new ResponseParameters { Tools = config.Tools }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_is_null_is_explained_to_whoever_gets_the_event()
    {
        var malformed = Assert.IsType<MalformedServerEvent>(Read("""{"type":"response.done","response":null}"""));
        Assert.Equal("$.response is null, where a value is needed.", malformed.Reason);
    }

    private static ServerEvent Read(string json) => ServerEvent.Read(Encoding.UTF8.GetBytes(json));
}
