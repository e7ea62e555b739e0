using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>
/// A view of one STUN message (RFC 8489 §5, §14). Parsing, looking up and verifying allocate nothing.
/// <code>
///   0                   1                   2                   3
///   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |0 0|     Message type          |  Length of the attributes     |
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |                  Magic cookie 2112A442                        |
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |                  Transaction id (96 bits)                     |
///  |                                                               |
///  |                                                               |
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |  Attribute type               |  Length of the value          |
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///  |  Value, padded to a multiple of 4                         ....|
///  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
internal readonly ref struct StunMessage
{
    public const int HeaderLength = 20;
    public const uint MagicCookie = 0x2112A442;

    /// <summary>
    /// The longest message taken, in bytes: what one Ethernet frame can carry. RFC 8489 §6.1 asks senders for at most 1,280 or 576.
    /// </summary>
    public const int MaxLength = 1500;

    private const int AttributeHeaderLength = 4;
    private const int None = -1;

    private readonly ReadOnlySpan<byte> _bytes;

    // Where attributes stop counting: what follows MESSAGE-INTEGRITY is ignored, FINGERPRINT apart (RFC 8489 §14.5).
    private readonly int _end;
    private readonly int _integrityAt;

    private StunMessage(ReadOnlySpan<byte> bytes, int end, int integrityAt, bool hasFingerprint)
    {
        _bytes = bytes;
        _end = end;
        _integrityAt = integrityAt;
        HasFingerprint = hasFingerprint;
        Type = new(BinaryPrimitives.ReadUInt16BigEndian(bytes));
        TransactionId = StunTransactionId.Read(bytes[8..]);
    }

    public StunMessageType Type { get; }

    public StunTransactionId TransactionId { get; }

    /// <summary>Whether the message carries a FINGERPRINT; it has then been checked.</summary>
    public bool HasFingerprint { get; }

    /// <summary>Whether the message carries a MESSAGE-INTEGRITY; see <see cref="VerifyIntegrity"/>.</summary>
    public bool HasIntegrity => _integrityAt != None;

    public bool UseCandidate => TryGetAttribute(StunAttributeType.UseCandidate, out _);

    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message) => TryParse(datagram, out message, out _);

    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message, out StunParseError error)
    {
        message = default;
        error = StunParseError.Malformed;

        // RFC 8489 §6.3: the first two bits are 0, the cookie is right, the length is sensible. UDP: one message, nothing after it.
        if (datagram.Length is < HeaderLength or > MaxLength
            || (datagram[0] & 0xC0) != 0
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != MagicCookie)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if ((length & 3) != 0 || HeaderLength + length != datagram.Length)
            return false;

        int end = datagram.Length;
        int integrityAt = None;
        bool hasFingerprint = false;
        for (int at = HeaderLength; at < datagram.Length;)
        {
            if (!TryReadAttribute(datagram, at, out StunAttributeType type, out int valueLength, out int next))
                return false;
            switch (type)
            {
                case StunAttributeType.MessageIntegrity when integrityAt == None:
                    if (valueLength != StunMessageIntegrity.Length)
                        return false;
                    integrityAt = at;
                    end = at;
                    break;
                case StunAttributeType.Fingerprint:
                    // RFC 8489 §14.7: always the last attribute.
                    error = StunParseError.Fingerprint;
                    if (valueLength != StunFingerprint.Length || next != datagram.Length
                        || BinaryPrimitives.ReadUInt32BigEndian(datagram[(at + AttributeHeaderLength)..]) != StunFingerprint.Compute(datagram[..at]))
                        return false;
                    hasFingerprint = true;
                    end = Math.Min(end, at);
                    break;
            }

            at = next;
        }

        error = StunParseError.None;
        message = new(datagram, end, integrityAt, hasFingerprint);
        return true;
    }

    /// <summary>
    /// Whether MESSAGE-INTEGRITY is there and was made with <paramref name="key"/>: for short-term credentials the password's
    /// bytes (RFC 8489 §9.1.1). Compares in constant time.
    /// </summary>
    public bool VerifyIntegrity(ReadOnlySpan<byte> key)
    {
        if (!HasIntegrity)
            return false;
        Span<byte> expected = stackalloc byte[StunMessageIntegrity.Length];
        StunMessageIntegrity.Compute(key, _bytes[.._integrityAt], expected);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            expected, _bytes.Slice(_integrityAt + AttributeHeaderLength, StunMessageIntegrity.Length));
    }

    /// <summary>Looks an attribute up; the first one counts when it is there twice (RFC 8489 §14).</summary>
    public bool TryGetAttribute(StunAttributeType wanted, out ReadOnlySpan<byte> value)
    {
        for (int at = HeaderLength; at < _end;)
        {
            TryReadAttribute(_bytes, at, out StunAttributeType type, out int length, out int next);
            if (type == wanted)
            {
                value = _bytes.Slice(at + AttributeHeaderLength, length);
                return true;
            }

            at = next;
        }

        value = default;
        return false;
    }

    /// <summary>USERNAME as its UTF-8 bytes (RFC 8489 §14.3).</summary>
    public bool TryGetUsername(out ReadOnlySpan<byte> username) => TryGetAttribute(StunAttributeType.Username, out username);

    /// <summary>PRIORITY: what the pair's peer-reflexive candidate would get (RFC 8445 §7.1.1).</summary>
    public bool TryGetPriority(out uint priority)
    {
        priority = 0;
        return TryGetAttribute(StunAttributeType.Priority, out ReadOnlySpan<byte> value)
            && value.Length == 4
            && BinaryPrimitives.TryReadUInt32BigEndian(value, out priority);
    }

    /// <summary>ICE-CONTROLLING: the sender believes that it controls, with this tie-breaker (RFC 8445 §7.1.3).</summary>
    public bool TryGetIceControlling(out ulong tieBreaker) => TryGetUInt64(StunAttributeType.IceControlling, out tieBreaker);

    /// <summary>ICE-CONTROLLED: the sender believes that it is controlled, with this tie-breaker (RFC 8445 §7.1.3).</summary>
    public bool TryGetIceControlled(out ulong tieBreaker) => TryGetUInt64(StunAttributeType.IceControlled, out tieBreaker);

    /// <summary>
    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2): port and address XORed with the cookie, and IPv6 with the transaction id too.
    /// <code>
    ///  |0 0 0 0 0 0 0 0|    Family     |         X-Port                |
    ///  |                X-Address (32 or 128 bits)                     |
    /// </code>
    /// </summary>
    public bool TryGetXorMappedAddress(out TransportAddress address)
    {
        address = default;
        if (!TryGetAttribute(StunAttributeType.XorMappedAddress, out ReadOnlySpan<byte> value) || value.Length < 4)
            return false;
        int length = value[1] switch { StunAddressFamily.IPv4 => 4, StunAddressFamily.IPv6 => 16, _ => 0 };
        if (length == 0 || value.Length != 4 + length)
            return false;

        // Cookie and transaction id lie side by side in the header: together they are the mask.
        ReadOnlySpan<byte> mask = _bytes.Slice(4, 16);
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(value[4 + i] ^ mask[i]);
        ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (MagicCookie >> 16));
        address = TransportAddress.From(bytes[..length], port);
        return true;
    }

    /// <summary>ERROR-CODE (RFC 8489 §14.8): a class of 3 to 6 and a number of 0 to 99; the reason phrase is for people and not read.</summary>
    public bool TryGetErrorCode(out StunErrorCode code)
    {
        code = StunErrorCode.None;
        if (!TryGetAttribute(StunAttributeType.ErrorCode, out ReadOnlySpan<byte> value) || value.Length < 4)
            return false;
        int hundreds = value[2] & 0x07;
        if (hundreds is < 3 or > 6 || value[3] > 99)
            return false;
        code = (StunErrorCode)((hundreds * 100) + value[3]);
        return true;
    }

    /// <summary>
    /// Writes the comprehension-required attributes that we do not know (RFC 8489 §6.3.1), as many as fit, and returns how many were written.
    /// </summary>
    public int FindUnknownRequired(Span<StunAttributeType> unknown)
    {
        int count = 0;
        for (int at = HeaderLength; at < _end && count < unknown.Length;)
        {
            TryReadAttribute(_bytes, at, out StunAttributeType type, out _, out int next);
            if ((ushort)type < 0x8000 && !IsKnown(type) && !unknown[..count].Contains(type))
                unknown[count++] = type;
            at = next;
        }

        return count;
    }

    private static bool IsKnown(StunAttributeType type) => type is StunAttributeType.Username
        or StunAttributeType.MessageIntegrity
        or StunAttributeType.MessageIntegritySha256
        or StunAttributeType.ErrorCode
        or StunAttributeType.UnknownAttributes
        or StunAttributeType.XorMappedAddress
        or StunAttributeType.Priority
        or StunAttributeType.UseCandidate;

    private static bool TryReadAttribute(ReadOnlySpan<byte> bytes, int at, out StunAttributeType type, out int length, out int next)
    {
        if (bytes.Length - at < AttributeHeaderLength)
        {
            (type, length, next) = (default, 0, bytes.Length);
            return false;
        }

        type = (StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        next = at + AttributeHeaderLength + ((length + 3) & ~3);
        return next <= bytes.Length;
    }

    private bool TryGetUInt64(StunAttributeType type, out ulong number)
    {
        number = 0;
        return TryGetAttribute(type, out ReadOnlySpan<byte> value)
            && value.Length == 8
            && BinaryPrimitives.TryReadUInt64BigEndian(value, out number);
    }
}

/// <summary>The address families of STUN (RFC 8489 §14.1).</summary>
internal static class StunAddressFamily
{
    public const byte IPv4 = 0x01;
    public const byte IPv6 = 0x02;
}
