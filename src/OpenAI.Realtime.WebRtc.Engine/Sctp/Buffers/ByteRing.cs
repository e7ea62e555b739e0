using System.Buffers;
using System.Numerics;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;

/// <summary>
/// A stream of bytes kept in an array used in a circle: appended at the tail, dropped at the head. A byte is named by its position since
/// the beginning, which does not change when the array grows. How much is appended is for the owner to bound.
/// </summary>
/// <remarks>
/// A large array comes from the shared pool and goes back as soon as the ring is empty, so that one large message does not cost its
/// memory for the rest of the call; a small one stays, so that steady traffic allocates nothing.
/// </remarks>
internal sealed class ByteRing
{
    private const int InitialCapacity = 2048;
    private const int LargestKept = 32 * 1024;

    private byte[] _bytes = [];
    private int _capacity;
    private byte[]? _kept;

    /// <summary>The position of the oldest byte kept.</summary>
    public long Head { get; private set; }

    /// <summary>The position of the next byte appended.</summary>
    public long Tail { get; private set; }

    public int Count => (int)(Tail - Head);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Count + bytes.Length > _capacity)
            Grow(Count + bytes.Length);
        int at = (int)(Tail & (_capacity - 1));
        int first = Math.Min(bytes.Length, _capacity - at);
        bytes[..first].CopyTo(_bytes.AsSpan(at));
        bytes[first..].CopyTo(_bytes);
        Tail += bytes.Length;
    }

    /// <summary>Copies the bytes from <paramref name="position"/> on.</summary>
    public void CopyTo(long position, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        int at = (int)(position & (_capacity - 1));
        int first = Math.Min(destination.Length, _capacity - at);
        _bytes.AsSpan(at, first).CopyTo(destination);
        _bytes.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
    }

    /// <summary>Drops what lies before <paramref name="position"/>.</summary>
    public void DropUntil(long position)
    {
        Head = position;
        ShrinkWhenEmpty();
    }

    /// <summary>Takes back what was appended at <paramref name="position"/> and after it.</summary>
    public void TruncateTo(long position)
    {
        Tail = position;
        ShrinkWhenEmpty();
    }

    private void ShrinkWhenEmpty()
    {
        if (Count > 0 || _capacity <= LargestKept)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = _kept ?? [];
        _capacity = _bytes.Length;
        _kept = null;
    }

    private void Grow(int needed)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(needed, InitialCapacity));
        // A rented array may be larger than asked for; only a power of two of it is used.
        byte[] larger = capacity > LargestKept ? ArrayPool<byte>.Shared.Rent(capacity) : new byte[capacity];
        for (long position = Head; position < Tail;)
        {
            int from = (int)(position & (_capacity - 1));
            int to = (int)(position & (capacity - 1));
            int run = (int)Math.Min(Tail - position, Math.Min(_capacity - from, capacity - to));
            _bytes.AsSpan(from, run).CopyTo(larger.AsSpan(to));
            position += run;
        }

        if (_capacity > LargestKept)
            ArrayPool<byte>.Shared.Return(_bytes);
        else if (capacity > LargestKept && _capacity > 0)
            _kept = _bytes;
        _bytes = larger;
        _capacity = capacity;
    }
}
