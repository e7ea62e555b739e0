using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Stun;

public class StunMessageTests
{
    private static readonly byte[] Key = "a password of ours"u8.ToArray();

    [Theory]
    [InlineData(0x001, 0, 0x0001)]
    [InlineData(0x001, 1, 0x0011)]
    [InlineData(0x001, 2, 0x0101)]
    [InlineData(0x001, 3, 0x0111)]
    [InlineData(0x003, 0, 0x0003)]
    [InlineData(0xFFF, 3, 0x3FFF)]
    public void Method_and_class_are_interleaved(int method, int @class, int value)
    {
        StunMessageType type = StunMessageType.From((StunMethod)method, (StunClass)@class);
        Assert.Equal(value, type.Value);
        Assert.Equal((StunMethod)method, type.Method);
        Assert.Equal((StunClass)@class, type.Class);
    }

    [Fact]
    public void The_crc_gives_the_catalogue_s_check_value() => Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void What_is_written_is_read_back()
    {
        Span<byte> buffer = stackalloc byte[300];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        writer.WriteUsername("abcd:efghi"u8);
        writer.WritePriority(7);
        writer.WriteUseCandidate();
        writer.WriteIceControlling(99);
        Assert.True(writer.TryFinish(Key, out int length));
        Assert.Equal(0, length % 4);

        Assert.True(StunMessage.TryParse(buffer[..length], out StunMessage message));
        Assert.True(message.UseCandidate);
        Assert.True(message.TryGetIceControlling(out ulong tieBreaker) && tieBreaker == 99);
        Assert.True(message.VerifyIntegrity(Key));
        Assert.False(message.TryGetErrorCode(out _));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(487)]
    [InlineData(599)]
    public void Error_codes_are_hundreds_and_the_rest(int code)
    {
        Span<byte> buffer = stackalloc byte[200];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingError, new(1, 2));
        writer.WriteErrorCode((StunErrorCode)code);
        Assert.True(writer.TryFinish(default, out int length));
        Assert.True(StunMessage.TryParse(buffer[..length], out StunMessage message));
        Assert.False(message.HasIntegrity);
        Assert.True(message.HasFingerprint);
        Assert.True(message.TryGetErrorCode(out StunErrorCode read));
        Assert.Equal((StunErrorCode)code, read);
    }

    [Fact]
    public void Unknown_attributes_that_must_be_understood_are_found_once_each()
    {
        Span<byte> buffer = stackalloc byte[200];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        writer.WriteAttribute((StunAttributeType)0x7777, "a"u8);
        writer.WriteAttribute((StunAttributeType)0x7778, default);
        writer.WriteAttribute((StunAttributeType)0x7777, default);
        writer.WriteAttribute((StunAttributeType)0x9999, "optional"u8);
        writer.WritePriority(1);
        Assert.True(writer.TryFinish(Key, out int length));
        Assert.True(StunMessage.TryParse(buffer[..length], out StunMessage message));

        StunAttributeType[] unknown = new StunAttributeType[4];
        Assert.Equal(2, message.FindUnknownRequired(unknown));
        Assert.Equal((StunAttributeType)0x7777, unknown[0]);
        Assert.Equal((StunAttributeType)0x7778, unknown[1]);
    }

    [Fact]
    public void The_first_of_two_equal_attributes_counts_and_what_follows_the_integrity_does_not()
    {
        Span<byte> buffer = stackalloc byte[200];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        writer.WritePriority(1);
        writer.WritePriority(2);
        Assert.True(writer.TryFinish(Key, out int length));

        // In place of FINGERPRINT, an attacker's USE-CANDIDATE and padding that no key protects.
        byte[] forged = [.. buffer[..(length - StunFingerprint.AttributeLength)], 0x00, 0x25, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00];
        Assert.True(StunMessage.TryParse(forged, out StunMessage message));
        Assert.True(message.VerifyIntegrity(Key));
        Assert.True(message.TryGetPriority(out uint priority) && priority == 1);
        Assert.False(message.UseCandidate);
        Assert.False(message.TryGetUsername(out _));
    }

    [Fact]
    public void A_message_that_does_not_fit_is_not_finished()
    {
        for (int room = 20; room < 72; room++)
        {
            StunMessageWriter writer = new(new byte[room], StunMessageType.BindingSuccess, new(1, 2));
            writer.WriteXorMappedAddress(TransportAddress.From([192, 0, 2, 1], 5));
            Assert.Equal(room >= 20 + 12 + 24 + 8, writer.TryFinish(Key, out _));
        }
    }
}
