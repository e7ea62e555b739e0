using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class RedactionTests
{
    [Fact]
    public void A_description_loses_its_passwords_and_nothing_else()
    {
        string[] offer = OfferWriter.Write(Samples.Local).Split("\r\n");

        Assert.Contains(offer, line => line.Contains(Samples.Password, StringComparison.Ordinal));
        Assert.All(offer, line => Assert.Equal(line.Replace(Samples.Password, "***", StringComparison.Ordinal), SdpRedaction.LineForMessage(line)));
    }

    [Theory]
    [InlineData("a=ICE-PWD:secret", "a=ICE-PWD:***")]
    [InlineData("xxa=ice-pwd:secret and more", "xxa=ice-pwd:***")]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret", "a=crypto:***")]
    [InlineData("k=clear:secret", "k=***")]
    [InlineData("Bearer ek_secret, sk-proj-secret.", "Bearer ***, ***")]
    [InlineData("task-1 desk_ek_x", "task-1 desk_***")]
    [InlineData("a=mid:0", "a=mid:0")]
    [InlineData("", "")]
    public void Secrets_are_replaced_in_one_line(string line, string redacted) =>
        Assert.Equal(redacted, SdpRedaction.LineForMessage(line));

    [Fact]
    public void Models_do_not_print_passwords()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.ProductionAnswer);

        Assert.DoesNotContain(Samples.Password, Samples.Local.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(session.RemotePwd, session.ToString(), StringComparison.Ordinal);
        Assert.Equal("ICE lite NGikpJ/u0/3oN5GD, 4 candidates (0 more by name, 0 unusable), DTLS server, audio sendrecv 111, SCTP 5000, messages up to 1073741823 bytes", session.ToString());
    }

    [Fact]
    public void A_cut_line_shows_no_part_of_a_password()
    {
        string line = new string('x', SdpRedaction.MaxLineLength - 12) + "a=ice-pwd:abcdefgh";

        Assert.DoesNotContain("abc", SdpRedaction.LineForMessage(line), StringComparison.Ordinal);
    }
}
