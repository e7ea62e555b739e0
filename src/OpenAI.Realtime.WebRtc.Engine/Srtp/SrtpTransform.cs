using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>
/// What one profile does to one packet in one direction under one set of session keys. It knows neither sources nor replay:
/// <see cref="SrtpSession"/> decides which index a packet has and whether it may be used.
/// </summary>
/// <remarks>All work is in place and allocates nothing. After a failed unprotect the packet's content is undefined.</remarks>
internal abstract class SrtpTransform : IDisposable
{
    /// <summary>The length of a master key and of a session encryption key.</summary>
    public const int KeyLength = 16;

    /// <summary>The length of the word at an SRTCP packet's end that holds the E flag and the 31-bit SRTCP index (RFC 3711 §3.4).</summary>
    public const int IndexWordLength = 4;

    /// <summary>The E flag in that word: the packet is encrypted.</summary>
    public const uint EncryptedFlag = 0x8000_0000;

    /// <summary>How many bytes an RTP packet grows by; an RTCP packet grows by <see cref="IndexWordLength"/> more.</summary>
    public abstract int Overhead { get; }

    /// <summary>Where the word with E and the SRTCP index begins in a protected packet of this length.</summary>
    public abstract int IndexWordOffset(int protectedLength);

    /// <summary>Encrypts and authenticates <c>buffer[..length]</c>; the caller has seen to <see cref="Overhead"/> more bytes of room.</summary>
    public abstract void ProtectRtp(Span<byte> buffer, int length, in SrtpHeader header, ulong index);

    /// <summary>Authenticates and decrypts a whole packet; false when the tag does not match.</summary>
    public abstract bool TryUnprotectRtp(Span<byte> packet, in SrtpHeader header, ulong index);

    /// <summary>As <see cref="ProtectRtp"/>, for an RTCP compound.</summary>
    public abstract void ProtectRtcp(Span<byte> buffer, int length, uint ssrc, uint index);

    /// <summary>As <see cref="TryUnprotectRtp"/>, for an RTCP compound; <paramref name="indexWord"/> as it stands in the packet.</summary>
    public abstract bool TryUnprotectRtcp(Span<byte> packet, uint ssrc, uint indexWord);

    public abstract void Dispose();

    /// <summary>Derives the session keys of one direction from its master key and salt.</summary>
    public static SrtpTransform Create(SrtpProtectionProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        if (masterKey.Length != KeyLength)
            throw new ArgumentException($"{profile} has master keys of {KeyLength} bytes.", nameof(masterKey));
        if (masterSalt.Length != profile.MasterSaltLength)
            throw new ArgumentException($"{profile} has master salts of {profile.MasterSaltLength} bytes.", nameof(masterSalt));
        return profile == SrtpProtectionProfile.AeadAes128Gcm
            ? AesGcmTransform.Derive(masterKey, masterSalt)
            : AesCmTransform.Derive(masterKey, masterSalt);
    }
}
