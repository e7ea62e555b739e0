using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Reads raw 16-bit little-endian samples from any stream: standard input, a pipe from a recorder, a socket. The stream stays the caller's.</summary>
public sealed class StreamAudioSource : IAudioSource
{
    private readonly Stream _stream;
    private byte[] _bytes = new byte[4_096];
    private int _carried;       // bytes of a frame that has not come whole

    /// <summary>Makes one.</summary>
    /// <param name="stream">Where the samples come from.</param>
    /// <param name="format">Default: 24 kHz mono.</param>
    /// <param name="pacesItself">
    /// Set it only for a stream that gives 20 ms or less at a time, in real time. Default: false, since recorders write pipes in lumps.
    /// </param>
    /// <param name="isLive">
    /// Set it when a recorder writes the stream: what has piled up in the pipe is left out, so that the voice never lags. Default: false, nothing is lost, as for a file or a
    /// synthesiser.
    /// </param>
    /// <exception cref="ArgumentException">The stream cannot be read, or the format cannot be used.</exception>
    public StreamAudioSource(Stream stream, AudioFormat? format = null, bool pacesItself = false, bool isLive = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read: it was opened for writing, or is closed.", nameof(stream));
        _stream = stream;
        Format = format ?? AudioFormat.Mono24kHz;
        Format.Validate(nameof(format));
        PacesItself = pacesItself;
        IsLive = isLive;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public bool PacesItself { get; }

    /// <inheritdoc/>
    public bool IsLive { get; }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]     // a wait allocates nothing
    public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = buffer.Length * 2;
        int frameBytes = Format.Channels * 2;
        if (wanted < frameBytes)
            throw new ArgumentException("The buffer has no room for one sample of each channel.", nameof(buffer));
        if (_bytes.Length < wanted)
            Array.Resize(ref _bytes, wanted);
        int have = _carried;
        while (have < frameBytes)
        {
            int read = await _stream.ReadAsync(_bytes.AsMemory(have, wanted - have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                _carried = 0;
                return 0;       // half a sample at the end is dropped
            }

            have += read;
        }

        int whole = have - (have % frameBytes);
        PcmBytes.ToSamples(_bytes.AsSpan(0, whole), buffer.Span);
        _carried = have - whole;
        _bytes.AsSpan(whole, _carried).CopyTo(_bytes);
        return whole / 2;
    }
}
