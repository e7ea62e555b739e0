namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

/// <summary>
/// Reads DER (X.690) a value at a time. .NET's own readers throw on malformed input; this one, which a peer can reach, says false.
/// Single-byte tags and definite lengths below 2^24 only: a certificate needs no other.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> bytes)
{
    public const byte Integer = 0x02;
    public const byte BitString = 0x03;
    public const byte ObjectIdentifier = 0x06;
    public const byte Sequence = 0x30;
    public const byte ContextSpecific0 = 0xA0;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public readonly bool NextIs(byte tag) => !_rest.IsEmpty && _rest[0] == tag;

    /// <summary>Reads a value that must have this tag.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        return NextIs(tag) && TryReadAny(out content);
    }

    /// <summary>Reads a value whatever its tag.</summary>
    public bool TryReadAny(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (_rest.Length < 2)
            return false;
        int length = _rest[1], at = 2;
        if (length >= 0x80)
        {
            int count = length & 0x7F;
            if (count is 0 or > 3 || _rest.Length < 2 + count)
                return false;
            length = 0;
            for (; at < 2 + count; at++)
                length = length << 8 | _rest[at];
        }

        if (length > _rest.Length - at)
            return false;
        content = _rest.Slice(at, length);
        _rest = _rest[(at + length)..];
        return true;
    }
}
