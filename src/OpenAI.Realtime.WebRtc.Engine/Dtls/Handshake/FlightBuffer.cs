using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// Our last flight, kept in the clear to be sent as often as need be (RFC 6347 §4.2.4): each time in new records with new numbers, packed
/// into as few datagrams as they fit, long messages cut into fragments. What was repeated twice in vain goes in small datagrams: perhaps the path drops long ones (§4.1.1.1).
/// </summary>
internal sealed class FlightBuffer(int maxDatagramSize)
{
    /// <summary>A message is not cut for less room than this at the end of a datagram.</summary>
    private const int MinFragmentLength = 64;

    /// <summary>So often it is repeated as it was; then in small datagrams.</summary>
    private const int LongRepeats = 2;

    private readonly List<Item> _items = new(8);
    private byte[] _bytes = new byte[1024];
    private int _used;
    private ushort _nextSequence;
    private int _repeats;
    private int _item;              // what is to be sent next: this item …
    private int _offset;            // … from this byte of its body on

    public bool HasOutput => _item < _items.Count;

    /// <summary>Forgets the last flight, which the peer has answered.</summary>
    public void Begin()
    {
        _items.Clear();
        _used = 0;
        _repeats = 0;
        Rewind();
    }

    /// <summary>Adds a message and returns it whole, as the transcript wants it.</summary>
    public ReadOnlySpan<byte> Add(HandshakeType type, ReadOnlySpan<byte> body)
    {
        ushort epoch = type == HandshakeType.Finished ? RecordLayer.ProtectedEpoch : RecordLayer.PlainEpoch;
        int length = HandshakeFragment.HeaderSize + body.Length;
        if (_bytes.Length < _used + length)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + length));
        Span<byte> whole = _bytes.AsSpan(_used, length);
        HandshakeFragment.WriteHeader(whole, type, body.Length, _nextSequence, 0, body.Length);
        body.CopyTo(whole[HandshakeFragment.HeaderSize..]);
        _items.Add(new Item(ContentType.Handshake, epoch, type, _nextSequence, _used, length));
        _used += length;
        _nextSequence++;
        return whole;
    }

    /// <summary>Adds the record after which we write under the new keys (RFC 5246 §7.1). It is no handshake message and has no message_seq.</summary>
    public void AddChangeCipherSpec() =>
        _items.Add(new Item(ContentType.ChangeCipherSpec, RecordLayer.PlainEpoch, default, 0, 0, 0));

    /// <summary>Sends the flight once more.</summary>
    public void SendAgain()
    {
        _repeats++;
        Rewind();
    }

    /// <summary>Sends no more of it, for good.</summary>
    public void Stop()
    {
        _items.Clear();
        _item = 0;
    }

    /// <summary>Fills one datagram with as many records as fit.</summary>
    public bool TryWriteDatagram(RecordLayer records, Span<byte> buffer, out int length)
    {
        int longest = _repeats > LongRepeats ? Math.Min(DatagramSize.Small, maxDatagramSize) : maxDatagramSize;
        Span<byte> rest = buffer[..Math.Min(buffer.Length, longest)];
        length = 0;
        while (HasOutput && TryWriteRecord(records, rest, out int record))
        {
            length += record;
            rest = rest[record..];
        }

        return length > 0;
    }

    private void Rewind()
    {
        _item = 0;
        _offset = 0;
    }

    private bool TryWriteRecord(RecordLayer records, Span<byte> buffer, out int length)
    {
        Item item = _items[_item];
        length = 0;
        if (item.Content == ContentType.ChangeCipherSpec)
        {
            if (!records.TryWrite(item.Epoch, item.Content, [1], default, buffer, out length))
                return false;
            _item++;
            return true;
        }

        ReadOnlySpan<byte> body = _bytes.AsSpan(item.Start, item.Length)[HandshakeFragment.HeaderSize..];
        int room = buffer.Length - RecordLayer.OverheadOf(item.Epoch) - HandshakeFragment.HeaderSize;
        int left = body.Length - _offset;
        if (room < left && room < MinFragmentLength)
            return false;
        int take = Math.Min(room, left);
        Span<byte> header = stackalloc byte[HandshakeFragment.HeaderSize];
        HandshakeFragment.WriteHeader(header, item.Type, body.Length, item.Sequence, _offset, take);
        if (!records.TryWrite(item.Epoch, item.Content, header, body.Slice(_offset, take), buffer, out length))
            return false;
        _offset += take;
        if (_offset == body.Length)
        {
            _item++;
            _offset = 0;
        }

        return true;
    }

    private readonly record struct Item(ContentType Content, ushort Epoch, HandshakeType Type, ushort Sequence, int Start, int Length);
}
