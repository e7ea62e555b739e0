using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>Outgoing messages: their bytes until acknowledged, and their headers until the last fragment has a TSN.</summary>
internal sealed class SendBuffer(int size)
{
    /// <summary>How many messages may wait for their first transmission.</summary>
    private const int MaxMessages = 16384;

    private readonly ByteRing _bytes = new();
    private readonly RingQueue<Message> _unsent = new();
    private readonly Dictionary<ushort, Serial16> _nextSsn = [];
    private int _sentOfFirst;

    /// <summary>Bytes kept, sent or not.</summary>
    public int Count => _bytes.Count;

    public bool HasUnsent => _unsent.Count > 0;

    /// <summary>How many bytes the next fragment would have, of at most <paramref name="largest"/>.</summary>
    public int NextFragmentLength(int largest) => Math.Min(_unsent[0].Length - _sentOfFirst, largest);

    public bool HasRoomFor(int length) => (Count + length <= size || Count == 0) && _unsent.Count < MaxMessages;

    public bool IsHalfEmpty => Count <= size / 2;

    public void Add(ushort streamId, uint ppid, ReadOnlySpan<byte> bytes)
    {
        _unsent.Enqueue(new(_bytes.Tail, bytes.Length, streamId, ppid));
        _bytes.Append(bytes);
    }

    /// <summary>Takes the next fragment off (RFC 9260 §6.9): the fragments of a message follow each other without another between them.</summary>
    public OutstandingChunk TakeFragment(int largest)
    {
        Message message = _unsent[0];
        int length = NextFragmentLength(largest);
        bool isBegin = _sentOfFirst == 0;
        bool isEnd = _sentOfFirst + length == message.Length;
        _nextSsn.TryGetValue(message.StreamId, out Serial16 ssn);
        OutstandingChunk chunk = new()
        {
            Position = message.Position + _sentOfFirst,
            Length = (ushort)length,
            StreamId = message.StreamId,
            Ssn = ssn,
            Ppid = message.Ppid,
            Flags = (byte)((isBegin ? DataChunk.BeginFlag : 0) | (isEnd ? DataChunk.EndFlag : 0)),
        };
        _sentOfFirst += length;
        if (isEnd)
        {
            _nextSsn[message.StreamId] = ssn + 1;
            _unsent.Dequeue();
            _sentOfFirst = 0;
        }

        return chunk;
    }

    public void Copy(in OutstandingChunk chunk, Span<byte> destination) => _bytes.CopyTo(chunk.Position, destination);

    public void ReleaseUntil(long position) => _bytes.DropUntil(position);

    /// <summary>RFC 6525 §5.2.2: after the reset of a stream its SSN starts at 0 again.</summary>
    public void ResetSsn(ushort streamId) => _nextSsn.Remove(streamId);

    public bool HasUnsentOn(ushort streamId)
    {
        for (int i = 0; i < _unsent.Count; i++)
        {
            if (_unsent[i].StreamId == streamId)
                return true;
        }

        return false;
    }

    public void Clear()
    {
        _unsent.Clear();
        _sentOfFirst = 0;
        _bytes.DropUntil(_bytes.Tail);
    }

    private readonly record struct Message(long Position, int Length, ushort StreamId, uint Ppid);
}
