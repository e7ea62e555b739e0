using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Writes raw 16-bit little-endian samples to any stream: standard output, a pipe to a player, a socket. The stream stays the caller's.</summary>
/// <remarks>What has gone into a pipe cannot be dropped any more: give the player a small buffer.</remarks>
public sealed class StreamAudioSink : IAudioSink
{
    private readonly Stream _stream;
    private byte[] _bytes = new byte[4_096];

    /// <summary>Makes one.</summary>
    /// <param name="stream">Where the samples go. It is flushed after each write.</param>
    /// <param name="format">Default: 24 kHz mono.</param>
    /// <exception cref="ArgumentException">The stream cannot be written, or the format cannot be used.</exception>
    public StreamAudioSink(Stream stream, AudioFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
            throw new ArgumentException("The stream cannot be written: it was opened for reading, or is closed.", nameof(stream));
        _stream = stream;
        Format = format ?? AudioFormat.Mono24kHz;
        Format.Validate(nameof(format));
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>Always zero: a stream cannot tell.</summary>
    public TimeSpan Buffered => TimeSpan.Zero;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]     // a wait allocates nothing
    public async ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        int length = pcm.Length * 2;
        if (_bytes.Length < length)
            _bytes = new byte[length];
        PcmBytes.ToBytes(pcm.Span, _bytes);
        await _stream.WriteAsync(_bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does nothing: what is in the stream is no longer ours.</summary>
    public void Flush()
    {
    }
}
