using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Writes a WAV file of 16-bit PCM. Its header is brought up to date about once a second of audio and on <see cref="Flush"/>, so the file is
/// valid even when the program dies. What was heard stays: an interruption takes nothing out of the file.
/// </summary>
public sealed class WavFileAudioSink : IAudioSink, IDisposable
{
    private const int HeaderLength = 44;
    private const long MaxDataLength = uint.MaxValue - HeaderLength - 1;

    private readonly SafeFileHandle _file;
    private readonly Lock _gate = new();
    private byte[] _bytes = new byte[8_192];
    private long _dataLength;
    private long _headerSays = -1;
    private bool _disposed;

    /// <summary>Makes the file, or empties it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="format">Default: 24 kHz mono.</param>
    /// <exception cref="IOException">The file cannot be made, or is a folder.</exception>
    public WavFileAudioSink(string path, AudioFormat? format = null)
    {
        Format = format ?? AudioFormat.Mono24kHz;
        Format.Validate(nameof(format));
        FolderGiven.ThrowIfFolder(path);
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        UpdateHeader();
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public TimeSpan Buffered => TimeSpan.Zero;

    /// <summary>How much has been written.</summary>
    public TimeSpan Duration
    {
        get
        {
            lock (_gate)
                return Format.DurationOf(_dataLength / 2);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full, or the file has reached the 4 GiB that WAV can hold.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int length = pcm.Length * 2;
            if (_dataLength + length > MaxDataLength)
                throw new IOException("The WAV file has reached the 4 GiB that its format can hold.");
            if (_bytes.Length < length)
                _bytes = new byte[length];
            PcmBytes.ToBytes(pcm.Span, _bytes);
            RandomAccess.Write(_file, _bytes.AsSpan(0, length), HeaderLength + _dataLength);
            _dataLength += length;
            if (_dataLength - _headerSays >= Format.SampleRate * Format.Channels * 2L)
                UpdateHeader();
        }

        return default;
    }

    /// <summary>Brings the header up to date. Nothing is dropped.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_disposed)
                UpdateHeader();
        }
    }

    /// <summary>Brings the header up to date and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            try
            {
                UpdateHeader();
            }
            finally
            {
                _file.Dispose();
            }
        }
    }

    //  "RIFF" size "WAVE" · "fmt " 16, PCM, channels, rate, bytes a second, bytes a frame, bits · "data" size
    private void UpdateHeader()
    {
        if (_headerSays == _dataLength)
            return;
        Span<byte> header = stackalloc byte[HeaderLength];
        int frameBytes = Format.Channels * 2;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(HeaderLength - 8 + _dataLength));
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Format.Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)Format.SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)(Format.SampleRate * frameBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)frameBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], (uint)_dataLength);
        RandomAccess.Write(_file, header, 0);
        _headerSays = _dataLength;
    }
}
