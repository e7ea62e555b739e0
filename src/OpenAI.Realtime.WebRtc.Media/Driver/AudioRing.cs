namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Audio packets in a ring of bytes, made with the first of them and kept until it is freed: at most <paramref name="maxPackets"/> of them and <paramref name="maxBytes"/> altogether, each with a
/// header of the user's kind. Not synchronised.
/// </summary>
internal sealed class AudioRing<THeader>(int maxPackets, int maxBytes)
    where THeader : struct
{
    private (THeader Header, int Length)[] _packets = [];
    private byte[] _bytes = [];
    private int _first;      // index of the oldest packet
    private int _firstByte;  // where its bytes begin
    private int _usedBytes;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether a packet of this length fits now.</summary>
    public bool HasRoom(int length) => _count < maxPackets && _usedBytes + length <= maxBytes;

    /// <summary>Appends a packet; false when there is no room.</summary>
    public bool TryEnqueue(ReadOnlySpan<byte> packet, in THeader header)
    {
        if (!HasRoom(packet.Length))
            return false;
        if (_packets.Length == 0)
        {
            _packets = new (THeader, int)[maxPackets];
            _bytes = GC.AllocateUninitializedArray<byte>(maxBytes);
        }

        int at = (_firstByte + _usedBytes) % maxBytes;
        int beforeTheEnd = Math.Min(packet.Length, maxBytes - at);
        packet[..beforeTheEnd].CopyTo(_bytes.AsSpan(at));
        packet[beforeTheEnd..].CopyTo(_bytes);
        _packets[(_first + _count) % maxPackets] = (header, packet.Length);
        _usedBytes += packet.Length;
        _count++;
        return true;
    }

    /// <summary>Forgets all packets and gives the memory back.</summary>
    public void Free()
    {
        (_packets, _bytes) = ([], []);
        (_first, _firstByte, _usedBytes, _count) = (0, 0, 0, 0);
    }

    /// <summary>How long the oldest packet is; −1 when there is none.</summary>
    public int PeekLength() => _count == 0 ? -1 : _packets[_first].Length;

    /// <summary>Takes the oldest packet, cut to the destination.</summary>
    public bool TryDequeue(Span<byte> destination, out int length, out THeader header)
    {
        if (_count == 0)
        {
            length = 0;
            header = default;
            return false;
        }

        (header, int full) = _packets[_first];
        length = Math.Min(full, destination.Length);
        int beforeTheEnd = Math.Min(length, maxBytes - _firstByte);
        _bytes.AsSpan(_firstByte, beforeTheEnd).CopyTo(destination);
        _bytes.AsSpan(0, length - beforeTheEnd).CopyTo(destination[beforeTheEnd..]);
        _first = (_first + 1) % maxPackets;
        _firstByte = (_firstByte + full) % maxBytes;
        _usedBytes -= full;
        _count--;
        return true;
    }
}
