using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Stun;

public class StunHostileInputTests
{
    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Rfc5769Tests.Request.Length; length++)
            Assert.False(StunMessage.TryParse(Rfc5769Tests.Request.AsSpan(0, length), out _), $"{length} bytes");
    }

    [Fact]
    public void Every_flipped_bit_is_noticed_by_the_fingerprint_or_the_parser()
    {
        byte[] message = [.. Rfc5769Tests.Request];
        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            bool taken = StunMessage.TryParse(message, out StunMessage parsed) && parsed.HasFingerprint;
            Assert.False(taken, $"bit {bit}");
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_flipped_bit_before_it_is_noticed_by_the_integrity()
    {
        // Without FINGERPRINT, which would notice first.
        byte[] message = [.. Rfc5769Tests.Request.AsSpan(0, Rfc5769Tests.Request.Length - StunFingerprint.AttributeLength)];
        message[3] -= StunFingerprint.AttributeLength;
        Assert.True(StunMessage.TryParse(message, out StunMessage intact) && intact.VerifyIntegrity(Rfc5769Tests.Password));
        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            bool taken = StunMessage.TryParse(message, out StunMessage parsed) && parsed.VerifyIntegrity(Rfc5769Tests.Password);
            Assert.False(taken, $"bit {bit}");
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_mutation_makes_the_reader_throw_or_read_out_of_bounds(int seed)
    {
        byte[][] originals = [Rfc5769Tests.Request, Rfc5769Tests.IPv4Response, Rfc5769Tests.IPv6Response];
        Random random = new(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. originals[random.Next(originals.Length)]];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                switch (random.Next(4))
                {
                    case 0:
                        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes = bytes[..random.Next(1, bytes.Length + 1)];
                        break;
                    case 2:
                        bytes = [.. bytes, .. new byte[random.Next(1, 40)]];
                        break;
                    default:
                        // The length that fits, so that what lies behind the header is reached.
                        if (bytes.Length >= 20)
                        {
                            bytes = bytes[..(bytes.Length & ~3)];
                            bytes[2] = (byte)((bytes.Length - 20) >> 8);
                            bytes[3] = (byte)(bytes.Length - 20);
                        }

                        break;
                }
            }

            // As a peer would, and without the FINGERPRINT in the way.
            ReadAll(bytes);
            if (bytes.Length >= 28 && (bytes.Length & 3) == 0)
            {
                byte[] without = bytes[..^8];
                without[2] = (byte)((without.Length - 20) >> 8);
                without[3] = (byte)(without.Length - 20);
                ReadAll(without);
            }
        }
    }

    private static void ReadAll(byte[] bytes)
    {
        if (!StunMessage.TryParse(bytes, out StunMessage message))
            return;
        message.VerifyIntegrity(Rfc5769Tests.Password);
        message.TryGetUsername(out _);
        message.TryGetPriority(out _);
        message.TryGetIceControlled(out _);
        message.TryGetIceControlling(out _);
        message.TryGetXorMappedAddress(out _);
        message.TryGetErrorCode(out _);
        message.FindUnknownRequired(new StunAttributeType[2]);
    }
}
