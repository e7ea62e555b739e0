using System.Buffers;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// The service's events as they were on the wire, beside the queue of typed ones that the session keeps: the session shows each to its trace before it queues it, in the
/// same order. What comes while a message to the page waits is the page's debt, which is bounded: a page that does not read must not hold what the service sends. Thread-safe.
/// </summary>
/// <param name="maxBytes">How much may be held in all, whoever is slow.</param>
/// <param name="maxPageDebt">How much of that may be held because the page does not take its messages; of a single event more.</param>
internal sealed class RawEvents(long maxBytes, int maxPageDebt)
{
    /// <summary>What an event takes beside its JSON, roughly, as the session counts it: keeps a flood of tiny events bounded, too.</summary>
    public const int Overhead = 256;

    private readonly Queue<(byte[] Array, int Length)> _events = new();
    private readonly Lock _gate = new();
    private long _bytes;
    private long _pageDebt;
    private long _dropped;
    private int _waits = 1;
    private bool _closed;

    /// <summary>How many bytes are held.</summary>
    public long Bytes => Read(ref _bytes);

    /// <summary>How many of them came while the page did not take its messages.</summary>
    public long PageDebt => Read(ref _pageDebt);

    /// <summary>How many events went without having been taken.</summary>
    public long Dropped => Read(ref _dropped);

    /// <summary>A message to the page has to wait. The first wait, for the page to connect, has begun already.</summary>
    public void BeginWait()
    {
        lock (_gate)
            _waits++;
    }

    /// <summary>The message is on its way, or never will be.</summary>
    public void EndWait()
    {
        lock (_gate)
            _waits--;
    }

    /// <summary>Copies an event; beyond all bounds the oldest go.</summary>
    /// <returns>False, once, when the page owes too much: nothing is held any more, and nothing is taken from then on.</returns>
    public bool TryAdd(ReadOnlySpan<byte> utf8Json)
    {
        lock (_gate)
        {
            if (_closed)
            {
                _dropped++;
                return true;
            }
            byte[] array = ArrayPool<byte>.Shared.Rent(utf8Json.Length);
            utf8Json.CopyTo(array);
            _events.Enqueue((array, utf8Json.Length));
            long size = SizeOf(array);
            _bytes += size;
            if (_waits > 0)
            {
                bool isFirst = _pageDebt == 0;
                _pageDebt += size;
                if (_pageDebt > maxPageDebt && !isFirst)
                {
                    CloseCore();
                    return false;
                }
            }
            while (_bytes > maxBytes && _events.Count > 1)
                DropOldest();
            return true;
        }
    }

    /// <summary>The JSON of a typed event; empty when it is not here any more. The array goes back with <see cref="Return"/>.</summary>
    public bool TryTake(ServerEvent serverEvent, out byte[] array, out int length)
    {
        lock (_gate)
        {
            while (_events.TryDequeue(out (byte[] Array, int Length) next))
            {
                Release(SizeOf(next.Array));

                // The session may have dropped typed events, when nobody read them; these have to go, too.
                if (EventJson.HasType(next.Array.AsSpan(0, next.Length), serverEvent.Type))
                {
                    (array, length) = next;
                    return true;
                }
                _dropped++;
                ArrayPool<byte>.Shared.Return(next.Array);
            }
        }
        (array, length) = ([], 0);
        return false;
    }

    public static void Return(byte[] array) => ArrayPool<byte>.Shared.Return(array);

    /// <summary>Gives all buffers back; what comes later is not kept.</summary>
    public void Close()
    {
        lock (_gate)
            CloseCore();
    }

    private static long SizeOf(byte[] array) => array.Length + Overhead;

    private void CloseCore()
    {
        _closed = true;
        while (_events.Count > 0)
            DropOldest();
    }

    private void DropOldest()
    {
        byte[] oldest = _events.Dequeue().Array;
        Release(SizeOf(oldest));
        _dropped++;
        ArrayPool<byte>.Shared.Return(oldest);
    }

    private void Release(long size)
    {
        _bytes -= size;
        _pageDebt = Math.Max(0, _pageDebt - size);
    }

    private long Read(ref long field)
    {
        lock (_gate)
            return field;
    }
}
