using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;

internal enum AppendResult : byte
{
    Appended,

    /// <summary>The message exceeds <see cref="SctpOptions.MaxIncomingMessageSize"/>.</summary>
    MessageTooLarge,

    /// <summary>The fragment does not continue what came before it.</summary>
    NotInSequence,
}

/// <summary>
/// Puts messages together, and keeps the whole ones until they are taken.
/// </summary>
/// <remarks>
/// Fragments come here strictly in order of TSN. The fragments of a message have consecutive TSNs (RFC 9260 §6.9), so there is never more
/// than one message begun and not whole, and the ordered messages of every stream are in order of SSN by themselves. What that gives up:
/// after a loss, messages of other streams and unordered ones wait too. We carry one channel.
/// </remarks>
internal sealed class ReceiveBuffer(int maxMessageSize)
{
    /// <summary>What a whole message counts beyond its bytes, so that a flood of tiny ones is bounded too.</summary>
    private const int Overhead = 32;

    private readonly ByteRing _bytes = new();
    private readonly RingQueue<SctpMessage> _whole = new();
    private DataHeader _begun;
    private int _begunLength;
    private bool _hasBegun;
    private bool _skipsToNextMessage;

    /// <summary>What counts against the receive window.</summary>
    public int Size => _bytes.Count + _whole.Count * Overhead;

    public int WholeMessages => _whole.Count;

    /// <summary>Takes the fragment of the next TSN.</summary>
    public AppendResult Append(in DataHeader header, ReadOnlySpan<byte> userData)
    {
        if (header.IsBegin)
        {
            if (_hasBegun)
                return AppendResult.NotInSequence;
            _begun = header;
            _begunLength = 0;
            _hasBegun = true;
            _skipsToNextMessage = false;
        }
        else if (_skipsToNextMessage)
        {
            return AppendResult.Appended; // The rest of a message that FORWARD TSN took the beginning of.
        }
        else if (!_hasBegun || !header.Continues(_begun))
        {
            return AppendResult.NotInSequence;
        }

        if (_begunLength + userData.Length > maxMessageSize)
            return AppendResult.MessageTooLarge;
        _bytes.Append(userData);
        _begunLength += userData.Length;
        if (header.IsEnd)
        {
            _whole.Enqueue(new(_begun.StreamId, _begun.Ppid, _begunLength));
            _hasBegun = false;
        }

        return AppendResult.Appended;
    }

    /// <summary>A TSN will not come any more (RFC 3758): the message that it would have continued is lost.</summary>
    public void SkipTsn()
    {
        if (_hasBegun)
            _bytes.TruncateTo(_bytes.Tail - _begunLength);
        _hasBegun = false;
        _skipsToNextMessage = true;
    }

    public bool TryPeek(out SctpMessage message)
    {
        message = _whole.Count > 0 ? _whole[0] : default;
        return _whole.Count > 0;
    }

    /// <summary>Copies the oldest whole message out, as much of it as fits, and drops it.</summary>
    public void Take(Span<byte> destination)
    {
        SctpMessage message = _whole.Dequeue();
        _bytes.CopyTo(_bytes.Head, destination[..Math.Min(destination.Length, message.Length)]);
        _bytes.DropUntil(_bytes.Head + message.Length);
    }
}

/// <summary>The fields of DATA that outlive the packet.</summary>
internal readonly record struct DataHeader(byte Flags, ushort StreamId, Serial16 Ssn, uint Ppid)
{
    public bool IsBegin => (Flags & DataChunk.BeginFlag) != 0;

    public bool IsEnd => (Flags & DataChunk.EndFlag) != 0;

    private bool IsUnordered => (Flags & DataChunk.UnorderedFlag) != 0;

    public static DataHeader Of(in DataChunk data) => new(data.Flags, data.StreamId, data.Ssn, data.Ppid);

    /// <summary>The SSN of an unordered message has no meaning (RFC 9260 §6.6).</summary>
    public bool Continues(in DataHeader begun) =>
        StreamId == begun.StreamId && IsUnordered == begun.IsUnordered && (IsUnordered || Ssn == begun.Ssn);
}
