using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// The running hash of all handshake messages, each as if never fragmented (RFC 6347 §4.2.6). HelloVerifyRequest, and the ClientHello that
/// it answers, are left out.
/// </summary>
internal sealed class Transcript : IDisposable
{
    public const int HashLength = SHA256.HashSizeInBytes;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(in HandshakeMessage message) => _hash.AppendData(message.Whole);

    public void Add(ReadOnlySpan<byte> wholeMessage) => _hash.AppendData(wholeMessage);

    public void GetHash(Span<byte> destination) => _hash.GetCurrentHash(destination);

    /// <summary>Begins anew, after a HelloVerifyRequest.</summary>
    public void Restart() => _hash.TryGetHashAndReset(stackalloc byte[HashLength], out _);

    public void Dispose() => _hash.Dispose();
}
