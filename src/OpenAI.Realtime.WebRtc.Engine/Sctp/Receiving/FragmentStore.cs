using System.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;

/// <summary>DATA that came beyond a gap, until the gap is filled. Slot of a TSN: its value modulo the number of slots.</summary>
internal sealed class FragmentStore
{
    /// <summary>How far a TSN may be ahead of the cumulative TSN; DATA further ahead is dropped.</summary>
    public const int MaxTsnsAhead = 4096;

    /// <summary>What a fragment counts beyond its bytes, so that a flood of tiny ones is bounded too.</summary>
    private const int Overhead = 64;

    private const int InitialSlots = 64;

    private Slot[] _slots = [];

    public int Count { get; private set; }

    /// <summary>What counts against the receive window.</summary>
    public int Size { get; private set; }

    public bool Contains(Serial32 tsn) => Count > 0 && _slots[IndexOf(tsn)] is { Bytes: not null } slot && slot.Tsn == tsn;

    /// <summary>Keeps a copy. The TSN is not in the store, and 2 to <see cref="MaxTsnsAhead"/> ahead of <paramref name="cumulativeTsn"/>.</summary>
    public void Add(in DataChunk data, Serial32 cumulativeTsn)
    {
        int ahead = data.Tsn - cumulativeTsn;
        if (ahead >= _slots.Length)
            Grow(ahead);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(data.UserData.Length);
        data.UserData.CopyTo(bytes);
        _slots[IndexOf(data.Tsn)] = new(data.Tsn, DataHeader.Of(data), bytes, data.UserData.Length);
        Count++;
        Size += data.UserData.Length + Overhead;
    }

    /// <summary>Hands a fragment out; the caller gives its bytes back with <see cref="Return"/>.</summary>
    public bool TryRemove(Serial32 tsn, out DataHeader header, out byte[] bytes, out int length)
    {
        header = default;
        bytes = [];
        length = 0;
        if (!Contains(tsn))
            return false;
        ref Slot slot = ref _slots[IndexOf(tsn)];
        header = slot.Header;
        bytes = slot.Bytes!;
        length = slot.Length;
        slot = default;
        Count--;
        Size -= length + Overhead;
        return true;
    }

    public static void Return(byte[] bytes) => ArrayPool<byte>.Shared.Return(bytes);

    /// <summary>Writes the runs of TSNs in the store, lowest first, as many as there is room for; returns how many.</summary>
    public int CopyGapBlocks(Serial32 cumulativeTsn, Span<GapAckBlock> blocks)
    {
        int written = 0;
        int seen = 0;
        for (int offset = 2; seen < Count && written < blocks.Length; offset++)
        {
            if (!Contains(cumulativeTsn + offset))
                continue;
            int start = offset;
            while (Contains(cumulativeTsn + offset))
            {
                offset++;
                seen++;
            }

            blocks[written++] = new((ushort)start, (ushort)(offset - 1));
        }

        return written;
    }

    public void Clear()
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Bytes is not null)
                Return(slot.Bytes);
        }

        _slots = [];
        Count = 0;
        Size = 0;
    }

    private int IndexOf(Serial32 tsn) => (int)(tsn.Value & (uint)(_slots.Length - 1));

    private void Grow(int ahead)
    {
        int count = Math.Max(InitialSlots, _slots.Length);
        while (count <= ahead)
            count *= 2;
        Slot[] old = _slots;
        _slots = new Slot[count];
        foreach (Slot slot in old)
        {
            if (slot.Bytes is not null)
                _slots[IndexOf(slot.Tsn)] = slot;
        }
    }

    private readonly record struct Slot(Serial32 Tsn, DataHeader Header, byte[]? Bytes, int Length);
}
