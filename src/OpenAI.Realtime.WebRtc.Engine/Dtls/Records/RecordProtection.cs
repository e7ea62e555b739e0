using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>
/// One direction of AES_128_GCM record protection (RFC 5288 §3, RFC 5246 §6.2.3.3).
/// <code>
/// fragment:  nonce_explicit (8) | ciphertext (as long as the plaintext) | tag (16)
/// nonce:     salt (4, from the key block) | nonce_explicit
/// AAD:       epoch and sequence_number (8) | type (1) | version (2) | length of the plaintext (2)
/// </code>
/// The explicit nonce is epoch and sequence number, which no other record under this key shares.
/// </summary>
internal sealed class RecordProtection : IDisposable
{
    public const int KeyLength = 16;
    public const int SaltLength = 4;
    public const int ExplicitNonceLength = 8;
    public const int TagLength = 16;

    /// <summary>How much longer a fragment is than its plaintext.</summary>
    public const int Overhead = ExplicitNonceLength + TagLength;

    private const int AdditionalDataLength = 13;

    private readonly AesGcm _cipher;
    private readonly byte[] _salt;

    public RecordProtection(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        _cipher = new AesGcm(key, TagLength);
        _salt = salt.ToArray();
    }

    public void Dispose() => _cipher.Dispose();

    /// <summary>Encrypts in place.</summary>
    /// <param name="header">The record's header; its length is that of the whole fragment.</param>
    /// <param name="fragment">Room for the explicit nonce, then the plaintext, then room for the tag.</param>
    public void Seal(in RecordHeader header, Span<byte> fragment)
    {
        Span<byte> nonce = stackalloc byte[SaltLength + ExplicitNonceLength];
        Span<byte> additionalData = stackalloc byte[AdditionalDataLength];
        BinaryPrimitives.WriteUInt64BigEndian(fragment, (ulong)header.Epoch << 48 | header.Sequence);
        WriteNonce(nonce, fragment[..ExplicitNonceLength]);
        WriteAdditionalData(additionalData, header);
        Span<byte> text = fragment[ExplicitNonceLength..^TagLength];
        _cipher.Encrypt(nonce, text, text, fragment[^TagLength..], additionalData);
    }

    /// <summary>Decrypts in place.</summary>
    public bool TryOpen(scoped in RecordHeader header, Span<byte> fragment, out Span<byte> plaintext)
    {
        plaintext = default;
        if (fragment.Length < Overhead)
            return false;
        Span<byte> nonce = stackalloc byte[SaltLength + ExplicitNonceLength];
        Span<byte> additionalData = stackalloc byte[AdditionalDataLength];
        WriteNonce(nonce, fragment[..ExplicitNonceLength]);
        WriteAdditionalData(additionalData, header);
        Span<byte> text = fragment[ExplicitNonceLength..^TagLength];
        try
        {
            _cipher.Decrypt(nonce, text, fragment[^TagLength..], text, additionalData);
        }
        catch (AuthenticationTagMismatchException)
        {
            // .NET has no AesGcm.TryDecrypt: a wrong tag, which anyone can send, is told by throwing.
            return false;
        }

        plaintext = text;
        return true;
    }

    private void WriteNonce(Span<byte> nonce, ReadOnlySpan<byte> explicitNonce)
    {
        _salt.CopyTo(nonce);
        explicitNonce.CopyTo(nonce[SaltLength..]);
    }

    private static void WriteAdditionalData(Span<byte> destination, in RecordHeader header)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, (ulong)header.Epoch << 48 | header.Sequence);
        destination[8] = (byte)header.Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[9..], header.Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[11..], (ushort)(header.Length - Overhead));
    }
}
