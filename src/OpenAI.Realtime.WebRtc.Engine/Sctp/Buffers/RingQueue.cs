namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;

/// <summary>A queue of values in an array used in a circle. Grows by doubling and keeps its size: no allocation in steady state.</summary>
internal sealed class RingQueue<T>
    where T : struct
{
    private const int InitialCapacity = 8;

    private T[] _items = [];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The item at <paramref name="index"/>, 0 being the oldest.</summary>
    public ref T this[int index] => ref _items[(_head + index) & (_items.Length - 1)];

    public void Enqueue(in T item)
    {
        if (Count == _items.Length)
            Grow();
        Count++;
        this[Count - 1] = item;
    }

    public T Dequeue()
    {
        T item = this[0];
        this[0] = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    public void Clear()
    {
        _items = [];
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        T[] larger = new T[Math.Max(InitialCapacity, _items.Length * 2)];
        for (int i = 0; i < Count; i++)
            larger[i] = this[i];
        _items = larger;
        _head = 0;
    }
}
