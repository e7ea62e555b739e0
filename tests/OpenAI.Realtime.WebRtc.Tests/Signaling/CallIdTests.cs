using System.Text;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Tests.Signaling;

public sealed class CallIdTests
{
    [Theory]
    [InlineData("/v1/realtime/calls/rtc_abc123", "rtc_abc123")]
    [InlineData("https://api.openai.com/v1/realtime/calls/rtc_abc", "rtc_abc")]
    [InlineData("/v1/realtime/calls/rtc_abc?foo=rtc_no", "rtc_abc")]
    [InlineData("/v1/realtime/calls/rtc_abc/", "rtc_abc")]
    [InlineData("/v1/realtime/calls/rtc_abc/hangup", "rtc_abc")]
    [InlineData("rtc_abc#x", "rtc_abc")]
    [InlineData("https://x.openai.azure.com/openai/v1/realtime?call_id=rtc_az&v=1", "rtc_az")]
    [InlineData("/v1/realtime/calls/call-7", "call-7")]
    [InlineData("/v1/other/thing", null)]
    [InlineData("/v1/realtime/calls/", null)]
    [InlineData("/v1/realtime/calls/..", null)]
    [InlineData("/v1/realtime/calls/rtc_a%2Fb", null)]
    [InlineData("/v1/realtime/calls/rtc_a%0d%0ab", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_call_id_is_found_in_every_form_of_location(string? location, string? id) => Assert.Equal(id, CallId.FromLocation(location));

    [Fact]
    public void A_call_id_without_end_is_no_call_id() => Assert.Null(CallId.FromLocation("/calls/rtc_" + new string('a', 1000)));

    [Theory]
    [InlineData("key ek_abcDEF-12_3 end", "key ek_… end")]
    [InlineData("sk-proj-abc_1.2", "sk-…")]
    [InlineData("Authorization: Bearer abc.def.ghi", "Authorization: Bearer …")]
    [InlineData("a=ice-ufrag:abcd\r\na=ice-pwd:s3cr3t+/\r\n", "a=ice-ufrag:abcd\r\na=ice-pwd:…\r\n")]
    [InlineData("task-force and a_week_end", "task-force and a_week_end")]
    public void Keys_and_passwords_are_hidden_and_the_rest_stays(string text, string hidden) => Assert.Equal(hidden, Redaction.Hide(text));

    [Fact]
    public void A_password_in_json_is_hidden_too() =>
        Assert.DoesNotContain("s3cr3t", Redaction.Hide("""{"sdp":"v=0\r\na=ice-pwd:s3cr3t\r\nm=audio"}"""), StringComparison.Ordinal);

    [Fact]
    public void A_quote_is_short_and_on_one_line()
    {
        string quote = Redaction.Quote(Encoding.UTF8.GetBytes("a\r\n\tb \"c\" " + new string('d', 10_000)));
        Assert.StartsWith("\"a b 'c' ddd", quote, StringComparison.Ordinal);
        Assert.InRange(quote.Length, 150, 210);
    }

    [Fact]
    public void An_address_is_shown_without_its_query_and_user() =>
        Assert.Equal("https://host:8443/v1/x", Redaction.Show(new Uri("https://user:pass@host:8443/v1/x?code=secret#f")));
}
