using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>
/// Cuts a stream into the datagrams that it carries (RFC 4571 §2):
/// <code>
///   0        2
///   | length | datagram, so many bytes | length | …
/// </code>
/// A datagram that came in one piece is handed on where it lies; of one that came in several, the pieces are gathered.
/// </summary>
internal sealed class StreamFrames
{
    /// <summary>The longest frame taken, in bytes: a DTLS record of 2¹⁴ bytes with its overhead. Nothing of a peer's is longer.</summary>
    public const int MaxLength = 17 * 1024;

    private const int Header = 2;

    private byte[] _gathered = [];
    private int _count;

    /// <summary>A frame is longer than <see cref="MaxLength"/>: this is no stream of a peer's, and where the next frame begins nobody knows.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes the next whole datagram, and what was read of <paramref name="data"/> off it. Empty ones (RFC 4571 allows them) are passed over.</summary>
    /// <param name="data">What came of the stream; empty when false is returned.</param>
    /// <param name="datagram">The datagram; valid until the next call.</param>
    public bool TryTake(ref Span<byte> data, out Span<byte> datagram)
    {
        while (!data.IsEmpty && !IsBroken)
        {
            if (_count == 0 && TryTakeWhole(ref data, out datagram))
            {
                if (datagram.IsEmpty)
                    continue;
                return true;
            }

            if (IsBroken)
                break;
            if (!TryGather(ref data))
                continue;
            datagram = _gathered.AsSpan(Header, _count - Header);
            _count = 0;
            return true;
        }

        data = datagram = default;
        return false;
    }

    private bool TryTakeWhole(ref Span<byte> data, out Span<byte> datagram)
    {
        datagram = default;
        if (data.Length < Header)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(data);
        IsBroken = length > MaxLength;
        if (IsBroken || data.Length < Header + length)
            return false;
        datagram = data.Slice(Header, length);
        data = data[(Header + length)..];
        return true;
    }

    /// <summary>Adds to what has been gathered; true when a datagram is complete.</summary>
    private bool TryGather(ref Span<byte> data)
    {
        if (_count < Header)
        {
            Gather(ref data, Header);
            if (_count < Header)
                return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(_gathered);
        IsBroken = length > MaxLength;
        if (IsBroken)
            return false;
        if (length == 0)
        {
            _count = 0;
            return false;
        }

        Gather(ref data, Header + length);
        return _count == Header + length;
    }

    private void Gather(ref Span<byte> data, int upTo)
    {
        if (_gathered.Length < upTo)
            Array.Resize(ref _gathered, upTo);
        int added = Math.Min(upTo - _count, data.Length);
        data[..added].CopyTo(_gathered.AsSpan(_count));
        _count += added;
        data = data[added..];
    }
}
