using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Datagrams on their way into a stream, each behind its length (RFC 4571). What the stream does not take at once waits here, bounded: audio goes first, and of audio the oldest is dropped, for sound that comes
/// late is worth nothing; DTLS and ICE are repeated by who sent them.
/// </summary>
internal sealed class StreamOutbox
{
    /// <summary>Audio that waits, in packets: 100 ms.</summary>
    public const int MaxAudioPackets = 5;

    /// <summary>Everything else that waits, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int Header = 2;
    private const int MaxDatagram = 2 * 1024;

    private readonly byte[] _frame = new byte[Header + MaxDatagram]; // the frame that is being written
    private int _written;
    private int _length;
    private AudioRing<NoHeader>? _audio; // made when the stream first is too slow
    private AudioRing<NoHeader>? _others;

    /// <summary>Writes to the stream; returns how many bytes it took.</summary>
    public delegate int Write(ReadOnlySpan<byte> bytes);

    public bool IsEmpty => _length == 0 && (_audio is null or { Count: 0 }) && (_others is null or { Count: 0 });

    /// <summary>Hands over a datagram; what can be written at once is.</summary>
    /// <returns>False when a datagram was dropped: this one, or of audio an older one.</returns>
    public bool TrySend(ReadOnlySpan<byte> datagram, Write write)
    {
        if (datagram.Length > MaxDatagram)
            return false;
        if (IsEmpty)
        {
            Begin(datagram.Length);
            datagram.CopyTo(_frame.AsSpan(Header));
            WriteOn(write);
            return true;
        }

        if (!IsAudio(datagram))
            return (_others ??= new(MaxBytes / 64, MaxBytes)).TryEnqueue(datagram, default);
        _audio ??= new(MaxAudioPackets, MaxAudioPackets * MaxDatagram);
        bool hasRoom = _audio.HasRoom(datagram.Length);
        if (!hasRoom)
            _audio.TryDequeue([], out _, out _);
        return _audio.TryEnqueue(datagram, default) && hasRoom;
    }

    /// <summary>Writes what waits, as far as the stream takes it.</summary>
    public void Flush(Write write)
    {
        while (WriteOn(write))
        {
            if (TryBegin(_audio) || TryBegin(_others))
                continue;
            return;
        }
    }

    // RFC 7983: RTP and RTCP.
    private static bool IsAudio(ReadOnlySpan<byte> datagram) => !datagram.IsEmpty && datagram[0] is >= 128 and < 192;

    private bool TryBegin(AudioRing<NoHeader>? waiting)
    {
        if (waiting is null || !waiting.TryDequeue(_frame.AsSpan(Header), out int length, out _))
            return false;
        Begin(length);
        return true;
    }

    private void Begin(int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame, (ushort)length);
        (_written, _length) = (0, Header + length);
    }

    /// <summary>Writes the frame under way; true when nothing of it is left.</summary>
    private bool WriteOn(Write write)
    {
        if (_length > 0)
        {
            _written += write(_frame.AsSpan(_written, _length - _written));
            if (_written < _length)
                return false;
            _length = 0;
        }

        return true;
    }

    private readonly struct NoHeader;
}
