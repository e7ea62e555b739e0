using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class CandidateTests
{
    [Theory]
    [InlineData("candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host")]
    [InlineData("candidate:1 1 tcp 1671430143 192.0.2.7 443 typ host tcptype passive ufrag abcd")]
    [InlineData("candidate:9 2 udp 1 2001:db8::1 1 typ srflx raddr 192.0.2.1 rport 9")]
    [InlineData("candidate:9 1 udp 4294967295 a-name.local 65535 typ relay")]
    public void A_candidate_is_written_as_it_was_read(string text)
    {
        Assert.True(SdpCandidate.TryParse(text, out SdpCandidate candidate));
        Assert.Equal(text, candidate.ToString());
    }

    [Theory]
    [InlineData("192.0.2.7 40000 typ host", true)]
    [InlineData("192.0.2.7 40000 typ host generation 0 network-id 1 network-cost 10", true)]
    [InlineData("2001:db8::1 40000 typ prflx", true)]
    [InlineData("192.0.2.7 0 typ host", false)]
    [InlineData("0.0.0.0 9 typ host", false)]
    [InlineData(":: 9 typ host", false)]
    [InlineData("224.0.0.1 9 typ host", false)]
    [InlineData("255.255.255.255 9 typ host", false)]
    [InlineData("ff02::1 9 typ host", false)]
    [InlineData("192.0.2.7 40000 typ quantum", false)]
    [InlineData("c0ffee.local 40000 typ host", false)]
    [InlineData("192.0.2 40000 typ host", false)]
    [InlineData("3221225991 40000 typ host", false)]
    [InlineData("0x7f.0.0.1 40000 typ host", false)]
    [InlineData("0177.0.0.1 40000 typ host", false)]
    [InlineData("[2001:db8::1] 40000 typ host", false)]
    [InlineData("fe80::1%eth0 40000 typ host", true)]
    [InlineData("192.0.2.7%eth0 40000 typ host", false)]
    public void Only_the_address_of_one_machine_is_checked(string rest, bool usable)
    {
        Assert.True(SdpCandidate.TryParse($"candidate:1 1 udp 1 {rest}", out SdpCandidate candidate));
        Assert.Equal(usable, candidate.IsUsable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("candidate:")]
    [InlineData("candidate:1 1 sctp 1 192.0.2.7 40000 typ host")]
    [InlineData("candidate:1 1 udp -1 192.0.2.7 40000 typ host")]
    [InlineData("candidate:1 1 udp 4294967296 192.0.2.7 40000 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2.7 65536 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2.7 40000 host typ")]
    [InlineData("candidate:1 1 udp 1 192.0.2.7 40000 typ")]
    public void A_malformed_candidate_is_passed_over_and_counted(string text)
    {
        Assert.False(SdpCandidate.TryParse(text, out _));
        string answer = Samples.ProductionAnswer.Replace("a=sendrecv", $"a=candidate{text.Replace("candidate", "", StringComparison.Ordinal)}\r\na=sendrecv", StringComparison.Ordinal);
        NegotiatedSession session = Samples.NegotiateAnswer(answer);
        Assert.Equal(4, session.RemoteCandidates.Count);
        Assert.Equal(2, session.UnusableCandidates);
    }

    [Fact]
    public void A_candidate_of_another_ICE_session_is_left_aside()
    {
        string answer = Samples.ProductionAnswer.Replace("443 typ host tcptype passive ufrag NGikpJ/u0/3oN5GD", "443 typ host tcptype passive ufrag older", StringComparison.Ordinal);
        NegotiatedSession session = Samples.NegotiateAnswer(answer);

        Assert.All(session.RemoteCandidates, c => Assert.Equal(TransportProtocol.Udp, c.Protocol));
        Assert.Equal(2, session.UnusableCandidates);
    }

    [Fact]
    public void An_IPv6_zone_stays_on_its_own_machine()
    {
        TransportAddress address = TransportAddress.From([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 40000, scope: 3);

        Assert.Equal("candidate:1 1 udp 5 fe80::1 40000 typ host", SdpCandidate.Host("1", 5, address).ToString());
    }
}
