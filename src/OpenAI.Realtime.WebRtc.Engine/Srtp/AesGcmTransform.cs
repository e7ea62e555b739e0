using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>
/// AEAD_AES_128_GCM (RFC 7714).
/// <code>
/// SRTP    header                  │ ciphertext │ tag                  associated data: the header (§8.2)
/// SRTCP   first 8 bytes           │ ciphertext │ tag │ E=1 and index  associated data: the 8 bytes, then the last word (§9.2)
/// SRTCP   compound, in the clear               │ tag │ E=0 and index  associated data: the compound, then the last word (§9.3)
/// </code>
/// </summary>
internal sealed class AesGcmTransform : SrtpTransform
{
    public const int TagLength = 16;
    public const int SaltLength = 12;
    private const int NonceLength = 12;

    private readonly AesGcm _rtp;
    private readonly AesGcm _rtcp;
    private readonly byte[] _rtpSalt;
    private readonly byte[] _rtcpSalt;

    /// <summary>From session keys; see <see cref="Derive"/>.</summary>
    public AesGcmTransform(ReadOnlySpan<byte> rtpKey, ReadOnlySpan<byte> rtpSalt, ReadOnlySpan<byte> rtcpKey, ReadOnlySpan<byte> rtcpSalt)
    {
        _rtp = new AesGcm(rtpKey, TagLength);
        _rtcp = new AesGcm(rtcpKey, TagLength);
        _rtpSalt = rtpSalt.ToArray();
        _rtcpSalt = rtcpSalt.ToArray();
    }

    public override int Overhead => TagLength;

    public override int IndexWordOffset(int protectedLength) => protectedLength - IndexWordLength;

    public static AesGcmTransform Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        Span<byte> keys = stackalloc byte[2 * (KeyLength + SaltLength)];
        Span<byte> rtpKey = keys[..KeyLength];
        Span<byte> rtcpKey = keys.Slice(KeyLength, KeyLength);
        Span<byte> rtpSalt = keys.Slice(2 * KeyLength, SaltLength);
        Span<byte> rtcpSalt = keys.Slice(2 * KeyLength + SaltLength, SaltLength);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtpEncryption, rtpKey);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtcpEncryption, rtcpKey);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtpSalt, rtpSalt);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtcpSalt, rtcpSalt);
        AesGcmTransform transform = new(rtpKey, rtpSalt, rtcpKey, rtcpSalt);
        CryptographicOperations.ZeroMemory(keys);
        return transform;
    }

    public override void ProtectRtp(Span<byte> buffer, int length, in SrtpHeader header, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteRtpNonce(nonce, header.Ssrc, index);
        Span<byte> text = buffer[header.Length..length];
        _rtp.Encrypt(nonce, text, text, buffer.Slice(length, TagLength), buffer[..header.Length]);
    }

    public override bool TryUnprotectRtp(Span<byte> packet, in SrtpHeader header, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteRtpNonce(nonce, header.Ssrc, index);
        int length = packet.Length - TagLength;
        return TryDecrypt(_rtp, nonce, packet[header.Length..length], packet[length..], packet[..header.Length]);
    }

    public override void ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteRtcpNonce(nonce, ssrc, index);
        Span<byte> indexWord = buffer.Slice(length + TagLength, IndexWordLength);
        BinaryPrimitives.WriteUInt32BigEndian(indexWord, EncryptedFlag | index);

        Span<byte> associated = stackalloc byte[SrtcpHeader.Length + IndexWordLength];
        buffer[..SrtcpHeader.Length].CopyTo(associated);
        indexWord.CopyTo(associated[SrtcpHeader.Length..]);

        Span<byte> text = buffer[SrtcpHeader.Length..length];
        _rtcp.Encrypt(nonce, text, text, buffer.Slice(length, TagLength), associated);
    }

    public override bool TryUnprotectRtcp(Span<byte> packet, uint ssrc, uint indexWord)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteRtcpNonce(nonce, ssrc, indexWord & ~EncryptedFlag);
        int length = packet.Length - IndexWordLength - TagLength;
        if ((indexWord & EncryptedFlag) == 0)
        {
            // §9.3: everything but the tag is associated data. The tag stands in the middle, so it steps aside and the word moves up.
            Span<byte> tag = stackalloc byte[TagLength];
            packet.Slice(length, TagLength).CopyTo(tag);
            BinaryPrimitives.WriteUInt32BigEndian(packet[length..], indexWord);
            return TryDecrypt(_rtcp, nonce, [], tag, packet[..(length + IndexWordLength)]);
        }

        Span<byte> associated = stackalloc byte[SrtcpHeader.Length + IndexWordLength];
        packet[..SrtcpHeader.Length].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[SrtcpHeader.Length..], indexWord);
        return TryDecrypt(_rtcp, nonce, packet[SrtcpHeader.Length..length], packet.Slice(length, TagLength), associated);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
        CryptographicOperations.ZeroMemory(_rtpSalt);
        CryptographicOperations.ZeroMemory(_rtcpSalt);
    }

    /// <summary>§8.1: 16 zero bits, SSRC, ROC, SEQ, then XOR with the salt. (ROC and SEQ together are the 48-bit index.)</summary>
    private void WriteRtpNonce(Span<byte> nonce, uint ssrc, ulong index)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[6..], (uint)(index >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(nonce[10..], (ushort)index);
        nonce[0] = nonce[1] = 0;
        Xor(nonce, _rtpSalt);
    }

    /// <summary>§9.1: 16 zero bits, SSRC, 16 zero bits, a zero bit and the SRTCP index, then XOR with the salt.</summary>
    private void WriteRtcpNonce(Span<byte> nonce, uint ssrc, uint index)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], index);
        Xor(nonce, _rtcpSalt);
    }

    private static void Xor(Span<byte> nonce, ReadOnlySpan<byte> salt)
    {
        for (int i = 0; i < NonceLength; i++)
            nonce[i] ^= salt[i];
    }

    private static bool TryDecrypt(AesGcm key, ReadOnlySpan<byte> nonce, Span<byte> text, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        // AesGcm has no Try form: a bad tag is an exception. The cheap checks (length, version, sources, replay) are behind us here.
        try
        {
            key.Decrypt(nonce, text, tag, text, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
