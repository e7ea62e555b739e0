using System.Security.Cryptography;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Tests.Webhooks;

public sealed class WebhookSecretTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Time = 1614265330;
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();

    // The example of the standard's own description; the signature was checked with OpenSSL.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Fact]
    public void It_signs_as_the_standard_says()
    {
        var secret = WebhookSecret.Parse(Secret);
        Assert.Equal(Signature, secret.Sign(Id, Time, Body));
        Assert.True(secret.Verify(Id, Time, Body, Signature));
    }

    [Fact]
    public void A_secret_without_its_prefix_is_taken_as_it_is()
    {
        byte[] hash = HMACSHA256.HashData("plain"u8.ToArray(), Encoding.UTF8.GetBytes($"{Id}.{Time}.").Concat(Body).ToArray());
        Assert.Equal("v1," + Convert.ToBase64String(hash), WebhookSecret.Parse("plain").Sign(Id, Time, Body));
    }

    [Theory]
    [InlineData("v1,bm8=", Signature)]
    [InlineData(Signature, "v1,bm8=")]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==", " ", Signature)]
    [InlineData("v2," + "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,", "v1", ",", "v1,***", Signature)]
    public void One_good_signature_among_others_is_enough(params string[] signatures) =>
        Assert.True(WebhookSecret.Parse(Secret).Verify(Id, Time, Body, string.Join(' ', signatures)));

    [Fact]
    public void Anything_that_differs_is_refused()
    {
        var secret = WebhookSecret.Parse(Secret);
        Assert.False(WebhookSecret.Parse("whsec_" + Convert.ToBase64String(new byte[24])).Verify(Id, Time, Body, Signature));
        Assert.False(secret.Verify(Id + "x", Time, Body, Signature));
        Assert.False(secret.Verify(Id, Time + 1, Body, Signature));
        Assert.False(secret.Verify(Id, Time, [.. Body, (byte)' '], Signature));
        Assert.False(secret.Verify(Id, Time, [], Signature));
        foreach (string signatures in new[] { "", " ", "v1,", Signature[3..], "v1a," + Signature[3..], "v1," + Signature[4..], Signature + "AA", Signature.Replace("v1", "V1", StringComparison.Ordinal) })
            Assert.False(secret.Verify(Id, Time, Body, signatures), signatures);
    }

    [Fact]
    public void More_signatures_than_anybody_needs_are_not_looked_at() =>
        Assert.False(WebhookSecret.Parse(Secret).Verify(Id, Time, Body, string.Concat(Enumerable.Repeat("v1,bm8= ", 16)) + Signature));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("whsec_")]
    [InlineData("whsec_not!base64")]
    [InlineData("sk-proj-abc")]
    [InlineData("ek_abc")]
    [InlineData(null)]
    [InlineData("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")]
    public void A_text_that_is_no_secret_is_refused_and_not_repeated(string? text)
    {
        var e = Assert.ThrowsAny<ArgumentException>(() => WebhookSecret.Parse(text!));
        Assert.DoesNotContain("MfKQ9r8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_never_shown() => Assert.DoesNotContain("MfKQ", WebhookSecret.Parse(Secret).ToString(), StringComparison.Ordinal);
}
