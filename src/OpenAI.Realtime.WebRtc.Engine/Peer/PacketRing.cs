namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>A first-in-first-out queue of small packets in one block of memory: filling and emptying it allocates nothing.</summary>
internal sealed class PacketRing<THeader>(int slots, int slotSize)
    where THeader : struct
{
    private readonly byte[] _bytes = new byte[slots * slotSize];
    private readonly int[] _lengths = new int[slots];
    private readonly THeader[] _headers = new THeader[slots];
    private int _first;

    public int Count { get; private set; }

    public bool IsFull => Count == slots;

    /// <summary>The room for the next packet; fill it, then call <see cref="Add"/>. Only when the ring is not full.</summary>
    public Span<byte> NextSlot => _bytes.AsSpan((_first + Count) % slots * slotSize, slotSize);

    /// <summary>Takes in what was written to <see cref="NextSlot"/>.</summary>
    public void Add(int length, in THeader header)
    {
        int slot = (_first + Count) % slots;
        _lengths[slot] = length;
        _headers[slot] = header;
        Count++;
    }

    /// <summary>Copies the oldest packet out; one that does not fit <paramref name="destination"/> stays.</summary>
    public bool TryTake(Span<byte> destination, out int length, out THeader header)
    {
        if (Count == 0 || _lengths[_first] > destination.Length)
        {
            length = 0;
            header = default;
            return false;
        }

        length = _lengths[_first];
        header = _headers[_first];
        _bytes.AsSpan(_first * slotSize, length).CopyTo(destination);
        RemoveOldest();
        return true;
    }

    public void RemoveOldest()
    {
        _first = (_first + 1) % slots;
        Count--;
    }
}
