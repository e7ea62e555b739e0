using System.Buffers.Binary;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Reads a WAV file, mono or stereo: PCM of 8, 16, 24 or 32 bits, floating point of 32 or 64, A-law and µ-law; samples are rounded to 16 bits. Tolerant: chunks in any order before the
/// data, with or without their padding, WAVE_FORMAT_EXTENSIBLE; sizes that are 0, unknown or too large (a pipe's, or of a file whose writer died) are read to the end.
/// </summary>
public sealed class WavFileAudioSource : IAudioSource, IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly Stream _stream;
    private readonly bool _ownsStream;
    private readonly byte[] _bytes = new byte[BufferSize];
    private readonly WavEncoding _encoding;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private long _left;
    private int _bufferedFrom;
    private int _bufferedTo;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="IOException">The file cannot be opened, or is a folder.</exception>
    /// <exception cref="InvalidDataException">It is no WAV file, or one that cannot be read; the message says which.</exception>
    public WavFileAudioSource(string path)
        : this(Open(path), ownsStream: true, path)
    {
    }

    /// <summary>Reads the header of a stream that stands at the beginning of a WAV file; the stream stays the caller's.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no WAV file, or one that cannot be read; the message says which.</exception>
    public WavFileAudioSource(Stream stream)
        : this(stream, ownsStream: false)
    {
    }

    private WavFileAudioSource(Stream stream, bool ownsStream, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read: it was opened for writing, or is closed.", nameof(stream));
        _stream = stream;
        _ownsStream = ownsStream;
        try
        {
            (Format, _encoding, _dataLength) = ReadHeader(stream);
        }
        catch (Exception e)
        {
            Dispose();
            if (path is null || e is not InvalidDataException)
                throw;
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        _left = _dataLength;
        if (stream.CanSeek)
            _dataStart = stream.Position;
    }

    /// <summary>Whether the file begins again when it has ended. Needs a stream that can seek. Default: false.</summary>
    public bool Loop { get; init; }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public bool PacesItself => false;

    /// <summary>How long the file is by its header; null when the header does not say.</summary>
    public TimeSpan? Duration => _dataLength == long.MaxValue ? null : Format.DurationOf(_dataLength / _encoding.Bytes);

    /// <summary>What follows the format tag in the GUID of a sub-format that has one: 0000-0010-8000-00AA00389B71.</summary>
    private static ReadOnlySpan<byte> SubFormat => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A file's bytes come from the page cache faster than an asynchronous read could be set up.
        int frameBytes = Format.Channels * _encoding.Bytes;
        if (_bufferedTo - _bufferedFrom < frameBytes)
            Refill(frameBytes);
        int frames = Math.Min((_bufferedTo - _bufferedFrom) / frameBytes, buffer.Length / Format.Channels);
        _encoding.ToSamples(_bytes.AsSpan(_bufferedFrom, frames * frameBytes), buffer.Span);
        _bufferedFrom += frames * frameBytes;
        return new(frames * Format.Channels);
    }

    /// <summary>Closes the file, when this opened it.</summary>
    public void Dispose()
    {
        if (_ownsStream)
            _stream.Dispose();
    }

    private void Refill(int frameBytes)
    {
        int rest = _bufferedTo - _bufferedFrom;
        _bytes.AsSpan(_bufferedFrom, rest).CopyTo(_bytes);
        _bufferedFrom = 0;
        _bufferedTo = rest;
        for (int round = 0; round < 2; round++)
        {
            while (_bufferedTo < frameBytes || _bufferedTo < _bytes.Length / 2)
            {
                int wanted = (int)Math.Min(_bytes.Length - _bufferedTo, _left);
                int read = wanted == 0 ? 0 : _stream.Read(_bytes, _bufferedTo, wanted);
                if (read == 0)
                    break;
                _bufferedTo += read;
                _left -= read;
            }

            if (_bufferedTo >= frameBytes || !Loop || !_stream.CanSeek)
                return;
            _stream.Position = _dataStart;
            _left = _dataLength;
            _bufferedTo = 0;
        }
    }

    //  RIFF size WAVE { id size body padding }*
    private static (AudioFormat Format, WavEncoding Encoding, long DataLength) ReadHeader(Stream stream)
    {
        Span<byte> head = stackalloc byte[12];
        int read = stream.ReadAtLeast(head, 12, throwOnEndOfStream: false);
        if (read < 12 || !head[..4].SequenceEqual("RIFF"u8) || !head[8..].SequenceEqual("WAVE"u8))
            throw new InvalidDataException(OtherKinds.Explain(head[..read]));
        (AudioFormat Format, WavEncoding Encoding)? format = null;
        Span<byte> chunk = head[..8];
        bool afterOdd = false;
        while (TryReadChunk(stream, chunk, afterOdd))
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].SequenceEqual("data"u8))
            {
                (AudioFormat samples, WavEncoding encoding) = format ?? throw new InvalidDataException("Not a usable WAV file: its data comes before its format.");
                return (samples, encoding, DataLength(stream, size));
            }

            if (chunk[..4].SequenceEqual("fmt "u8))
                format = ReadFormat(stream, size);
            else
                Skip(stream, size);
            afterOdd = (size & 1) != 0;
        }

        throw new InvalidDataException("Not a usable WAV file: it has no data chunk.");
    }

    // A chunk of odd size is followed by a byte of padding, which some programs leave out, and some do not set to zero.
    private static bool TryReadChunk(Stream stream, Span<byte> chunk, bool afterOdd)
    {
        if (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) < 8)
            return false;
        if (!afterOdd || (chunk[0] != 0 && (IsNeeded(chunk[..4]) || !IsNeeded(chunk[1..5]))))
            return true;
        chunk[1..].CopyTo(chunk);
        return stream.ReadAtLeast(chunk[7..], 1, throwOnEndOfStream: false) == 1;
    }

    private static bool IsNeeded(ReadOnlySpan<byte> id) => id.SequenceEqual("fmt "u8) || id.SequenceEqual("data"u8);

    // A program that writes to a pipe, or that died, leaves 0, the largest number, or about the largest with a sign: then the data goes on to the end.
    private static long DataLength(Stream stream, uint size)
    {
        if (size is 0 or >= 0xFFFF_FF00 || (size >= 0x7FFF_0000 && !stream.CanSeek))
            return long.MaxValue;
        return stream.CanSeek ? Math.Min(size, Math.Max(0, stream.Length - stream.Position)) : size;
    }

    private static (AudioFormat Format, WavEncoding Encoding) ReadFormat(Stream stream, uint size)
    {
        const ushort Extensible = 0xFFFE;
        Span<byte> body = stackalloc byte[40];
        int wanted = (int)Math.Min(size, 40);
        if (wanted < 16 || stream.ReadAtLeast(body[..wanted], wanted, throwOnEndOfStream: false) < wanted)
            throw new InvalidDataException("Not a usable WAV file: its format chunk is cut short.");
        Skip(stream, size - (uint)wanted);
        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (tag == Extensible && wanted == 40 && body[26..].SequenceEqual(SubFormat))
            tag = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);      // the first two bytes of the sub-format's GUID
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int frame = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
        var encoding = new WavEncoding(tag, BinaryPrimitives.ReadUInt16LittleEndian(body[14..]));
        if (!encoding.IsReadable)
            throw new InvalidDataException($"A WAV file of {encoding} cannot be read; convert it to 16-bit PCM (ffmpeg -i in.wav -c:a pcm_s16le out.wav).");
        if (channels is not (1 or 2))
            throw new InvalidDataException($"A WAV file of {channels} channels cannot be read; convert it to one or two (ffmpeg -i in.wav -ac 1 out.wav).");
        if (frame != 0 && frame != channels * encoding.Bytes)
            throw new InvalidDataException($"A WAV file of {encoding} in frames of {frame} bytes cannot be read; convert it to 16-bit PCM (ffmpeg -i in.wav -c:a pcm_s16le out.wav).");
        if (rate is < 8_000 or > 192_000)
            throw new InvalidDataException($"A WAV file of {rate} Hz cannot be read; convert it to 8 to 48 kHz (ffmpeg -i in.wav -ar 48000 out.wav).");
        return (new AudioFormat((int)rate, channels), encoding);
    }

    private static FileStream Open(string path)
    {
        FolderGiven.ThrowIfFolder(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
    }

    private static void Skip(Stream stream, uint count)
    {
        Span<byte> waste = stackalloc byte[512];
        for (uint left = count; left > 0;)
        {
            int read = stream.Read(waste[..(int)Math.Min(left, 512)]);
            if (read == 0)
                return;
            left -= (uint)read;
        }
    }
}
