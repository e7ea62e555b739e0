using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>For whom of many agents behind one socket a Binding request is. Nothing is checked here but what is read: that is the agent's work.</summary>
internal static class StunRecipient
{
    private const ushort BindingRequest = 0x0001;

    /// <summary>The part of USERNAME before the colon: the fragment of who receives (RFC 8445 §7.2.2).</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> usernameFragment)
    {
        usernameFragment = default;
        if (datagram.Length < StunMessage.HeaderLength
            || BinaryPrimitives.ReadUInt16BigEndian(datagram) != BindingRequest
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != StunMessage.MagicCookie)
            return false;
        ReadOnlySpan<byte> attributes = datagram[StunMessage.HeaderLength..];
        while (attributes.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(attributes[2..]);
            if (length > attributes.Length - 4)
                return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(attributes) == (ushort)StunAttributeType.Username)
            {
                ReadOnlySpan<byte> username = attributes.Slice(4, length);
                int colon = username.IndexOf((byte)':');
                if (colon <= 0)
                    return false;
                usernameFragment = username[..colon];
                return true;
            }

            attributes = attributes[Math.Min(attributes.Length, 4 + ((length + 3) & ~3))..];
        }

        return false;
    }
}
