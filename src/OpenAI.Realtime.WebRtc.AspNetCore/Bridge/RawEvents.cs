using System.Buffers;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// The service's events as they were on the wire, beside the queue of typed ones that the session keeps: the session shows each to its trace before it queues it, in the
/// same order. Thread-safe.
/// </summary>
internal sealed class RawEvents(int maxBytes)
{
    private readonly Queue<(byte[] Array, int Length)> _events = new();
    private readonly Lock _gate = new();
    private long _bytes;
    private bool _closed;

    /// <summary>Copies an event; the oldest go when nobody takes any, as the session does with its own.</summary>
    public void Add(ReadOnlySpan<byte> utf8Json)
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(utf8Json.Length);
        utf8Json.CopyTo(array);
        lock (_gate)
        {
            if (_closed)
            {
                ArrayPool<byte>.Shared.Return(array);
                return;
            }
            _events.Enqueue((array, utf8Json.Length));
            _bytes += array.Length;
            while (_bytes > maxBytes && _events.Count > 1)
                DropOldest();
        }
    }

    /// <summary>The JSON of a typed event; empty when it is not here any more. The array goes back with <see cref="Return"/>.</summary>
    public bool TryTake(ServerEvent serverEvent, out byte[] array, out int length)
    {
        lock (_gate)
        {
            while (_events.TryDequeue(out (byte[] Array, int Length) next))
            {
                _bytes -= next.Array.Length;

                // The session may have dropped typed events, when nobody read them; these have to go, too.
                if (EventJson.HasType(next.Array.AsSpan(0, next.Length), serverEvent.Type))
                {
                    (array, length) = next;
                    return true;
                }
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
        {
            _closed = true;
            while (_events.Count > 0)
                DropOldest();
        }
    }

    private void DropOldest()
    {
        byte[] oldest = _events.Dequeue().Array;
        _bytes -= oldest.Length;
        ArrayPool<byte>.Shared.Return(oldest);
    }
}
