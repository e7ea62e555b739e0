using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Stun;

/// <summary>The test vectors of RFC 5769 with short-term credentials, read and written.</summary>
public class Rfc5769Tests
{
    private const byte Space = 0x20;

    internal static readonly byte[] Password = "VOkJxbRl1RmTxUk/WvJxBt"u8.ToArray();

    // §2.1
    internal static readonly byte[] Request = Hex.Parse("""
        000100582112a442 b7e7a701bc34d686fa87dfae
        80220010 5354554e207465737420636c69656e74
        00240004 6e0001ff
        80290008 932ff9b151263b36
        00060009 6576746a3a68367659202020
        00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
        80280004 e57a3bcf
        """);

    // §2.2
    internal static readonly byte[] IPv4Response = Hex.Parse("""
        0101003c2112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220
        00200008 0001a147e112a643
        00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
        80280004 c07d4c96
        """);

    // §2.3
    internal static readonly byte[] IPv6Response = Hex.Parse("""
        010100482112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220
        00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
        00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
        80280004 c8fb0b4c
        """);

    private static readonly StunTransactionId TransactionId = new(0xb7e7a701bc34d686, 0xfa87dfae);

    [Fact]
    public void The_sample_request_is_read_and_verified()
    {
        Assert.True(StunMessage.TryParse(Request, out StunMessage message));
        Assert.Equal(StunMessageType.BindingRequest, message.Type);
        Assert.Equal(TransactionId, message.TransactionId);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(Password));
        Assert.False(message.VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBT"u8));
        Assert.True(message.TryGetUsername(out ReadOnlySpan<byte> username));
        Assert.Equal("evtj:h6vY", Encoding.UTF8.GetString(username));
        Assert.True(message.TryGetPriority(out uint priority));
        Assert.Equal(0x6e0001ffu, priority);
        Assert.True(message.TryGetIceControlled(out ulong tieBreaker));
        Assert.Equal(0x932ff9b151263b36, tieBreaker);
        Assert.False(message.TryGetIceControlling(out _));
        Assert.False(message.UseCandidate);
    }

    [Theory]
    [InlineData(false, "192.0.2.1")]
    [InlineData(true, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void The_sample_responses_are_read_and_verified(bool isIPv6, string address)
    {
        Assert.True(StunMessage.TryParse(isIPv6 ? IPv6Response : IPv4Response, out StunMessage message));
        Assert.Equal(StunMessageType.BindingSuccess, message.Type);
        Assert.Equal(TransactionId, message.TransactionId);
        Assert.True(message.VerifyIntegrity(Password));
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(TransportAddress.From(IPAddress.Parse(address), 32853), mapped);
    }

    [Fact]
    public void The_sample_request_is_written_byte_for_byte()
    {
        Span<byte> buffer = stackalloc byte[200];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, TransactionId, Space);
        writer.WriteAttribute(StunAttributeType.Software, "STUN test client"u8);
        writer.WritePriority(0x6e0001ff);
        writer.WriteIceControlled(0x932ff9b151263b36);
        writer.WriteUsername("evtj:h6vY"u8);
        Assert.True(writer.TryFinish(Password, out int length));
        Assert.Equal(Convert.ToHexString(Request), Convert.ToHexString(buffer[..length]));
    }

    [Theory]
    [InlineData(false, "192.0.2.1")]
    [InlineData(true, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void The_sample_responses_are_written_byte_for_byte(bool isIPv6, string address)
    {
        Span<byte> buffer = stackalloc byte[200];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingSuccess, TransactionId, Space);
        writer.WriteAttribute(StunAttributeType.Software, "test vector"u8);
        writer.WriteXorMappedAddress(TransportAddress.From(IPAddress.Parse(address), 32853));
        Assert.True(writer.TryFinish(Password, out int length));
        Assert.Equal(Convert.ToHexString(isIPv6 ? IPv6Response : IPv4Response), Convert.ToHexString(buffer[..length]));
    }
}
