using System.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// A message of the data channel in a pooled buffer. The reader owns it and disposes it; <see cref="Memory"/> is not to be used after that.
/// </summary>
public sealed class IncomingMessage : IDisposable
{
    private readonly int _length;
    private byte[]? _pooled;

    /// <summary>Makes one.</summary>
    /// <param name="pooled">An array rented from <see cref="ArrayPool{T}.Shared"/>; given back by <see cref="Dispose"/>.</param>
    /// <param name="length">How many of its bytes are the message.</param>
    /// <param name="kind">Text or binary.</param>
    public IncomingMessage(byte[] pooled, int length, MessageKind kind)
    {
        ArgumentNullException.ThrowIfNull(pooled);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)pooled.Length, nameof(length));
        _pooled = pooled;
        _length = length;
        Kind = kind;
    }

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The message.</summary>
    /// <exception cref="ObjectDisposedException">The message has been disposed.</exception>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pooled is null, this);
            return _pooled.AsMemory(0, _length);
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        byte[]? pooled = Interlocked.Exchange(ref _pooled, null);
        if (pooled is not null)
            ArrayPool<byte>.Shared.Return(pooled);
    }
}
