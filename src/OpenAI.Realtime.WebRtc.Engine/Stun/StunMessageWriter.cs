using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>
/// Writes one STUN message straight through: header, attributes, then MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489 §6.1).
/// What does not fit is not written and makes <see cref="TryFinish"/> say so.
/// </summary>
internal ref struct StunMessageWriter
{
    private readonly Span<byte> _destination;
    private readonly byte _padding;
    private SpanWriter _writer;

    /// <param name="destination">Where the message goes; longer than <see cref="StunMessage.MaxLength"/> is never used.</param>
    /// <param name="type">Method and class.</param>
    /// <param name="transactionId">The request's id; a response repeats it.</param>
    /// <param name="padding">Zero (RFC 8489 §14); the vectors of RFC 5769 pad with spaces, which RFC 5389 allowed.</param>
    public StunMessageWriter(Span<byte> destination, StunMessageType type, StunTransactionId transactionId, byte padding = 0)
    {
        _destination = destination[..Math.Min(destination.Length, StunMessage.MaxLength)];
        _padding = padding;
        _writer = new(_destination);
        _writer.WriteUInt16(type.Value);
        _writer.WriteUInt16(0);
        _writer.WriteUInt32(StunMessage.MagicCookie);
        _writer.WriteUInt64(transactionId.High);
        _writer.WriteUInt32(transactionId.Low);
    }

    public void WriteAttribute(StunAttributeType type, scoped ReadOnlySpan<byte> value)
    {
        _writer.WriteUInt16((ushort)type);
        _writer.WriteUInt16((ushort)value.Length);
        Span<byte> at = _writer.Take(value.Length);
        if (!at.IsEmpty)
            value.CopyTo(at);
        _writer.Take(-value.Length & 3).Fill(_padding);
    }

    public void WriteUsername(scoped ReadOnlySpan<byte> username) => WriteAttribute(StunAttributeType.Username, username);

    public void WritePriority(uint priority)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, priority);
        WriteAttribute(StunAttributeType.Priority, value);
    }

    public void WriteUseCandidate() => WriteAttribute(StunAttributeType.UseCandidate, default);

    public void WriteIceControlling(ulong tieBreaker) => WriteUInt64(StunAttributeType.IceControlling, tieBreaker);

    public void WriteIceControlled(ulong tieBreaker) => WriteUInt64(StunAttributeType.IceControlled, tieBreaker);

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 §14.2).</summary>
    public void WriteXorMappedAddress(TransportAddress address)
    {
        if (_writer.Overflowed)
            return;
        Span<byte> value = stackalloc byte[20];
        value[0] = 0;
        value[1] = address.IsIPv6 ? StunAddressFamily.IPv6 : StunAddressFamily.IPv4;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (StunMessage.MagicCookie >> 16)));
        int length = address.WriteAddress(value[4..]);
        ReadOnlySpan<byte> mask = _destination.Slice(4, 16);
        for (int i = 0; i < length; i++)
            value[4 + i] ^= mask[i];
        WriteAttribute(StunAttributeType.XorMappedAddress, value[..(4 + length)]);
    }

    /// <summary>ERROR-CODE (RFC 8489 §14.8).</summary>
    public void WriteErrorCode(StunErrorCode code)
    {
        ReadOnlySpan<byte> reason = code switch
        {
            StunErrorCode.BadRequest => "Bad Request"u8,
            StunErrorCode.Unauthenticated => "Unauthenticated"u8,
            StunErrorCode.UnknownAttribute => "Unknown Attribute"u8,
            StunErrorCode.RoleConflict => "Role Conflict"u8,
            _ => "Server Error"u8,
        };
        Span<byte> value = stackalloc byte[4 + 32];
        value[..4].Clear();
        value[2] = (byte)((int)code / 100);
        value[3] = (byte)((int)code % 100);
        reason.CopyTo(value[4..]);
        WriteAttribute(StunAttributeType.ErrorCode, value[..(4 + reason.Length)]);
    }

    /// <summary>UNKNOWN-ATTRIBUTES (RFC 8489 §14.13): the types that made a request be refused with 420.</summary>
    public void WriteUnknownAttributes(scoped ReadOnlySpan<StunAttributeType> types)
    {
        _writer.WriteUInt16((ushort)StunAttributeType.UnknownAttributes);
        _writer.WriteUInt16((ushort)(types.Length * 2));
        foreach (StunAttributeType type in types)
            _writer.WriteUInt16((ushort)type);
        _writer.Take(-(types.Length * 2) & 3).Fill(_padding);
    }

    /// <summary>Ends the message with FINGERPRINT, and with MESSAGE-INTEGRITY before it unless <paramref name="key"/> is empty.</summary>
    /// <param name="key">The password's bytes (RFC 8489 §9.1.1), or empty for a message that no key can protect (400, 401).</param>
    /// <param name="length">The length of the whole message.</param>
    public bool TryFinish(scoped ReadOnlySpan<byte> key, out int length)
    {
        if (!key.IsEmpty)
        {
            int at = _writer.Length;
            Span<byte> attribute = _writer.Take(StunMessageIntegrity.AttributeLength);
            if (!attribute.IsEmpty)
            {
                BinaryPrimitives.WriteUInt16BigEndian(attribute, (ushort)StunAttributeType.MessageIntegrity);
                BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], StunMessageIntegrity.Length);
                StunMessageIntegrity.Compute(key, _destination[..at], attribute[4..]);
            }
        }

        int fingerprintAt = _writer.Length;
        Span<byte> fingerprint = _writer.Take(StunFingerprint.AttributeLength);
        length = 0;
        if (_writer.Overflowed)
            return false;

        length = _writer.Length;
        BinaryPrimitives.WriteUInt16BigEndian(_destination[2..], (ushort)(length - StunMessage.HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(fingerprint, (ushort)StunAttributeType.Fingerprint);
        BinaryPrimitives.WriteUInt16BigEndian(fingerprint[2..], StunFingerprint.Length);
        BinaryPrimitives.WriteUInt32BigEndian(fingerprint[4..], StunFingerprint.Compute(_destination[..fingerprintAt]));
        return true;
    }

    private void WriteUInt64(StunAttributeType type, ulong number)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(value, number);
        WriteAttribute(type, value);
    }
}
