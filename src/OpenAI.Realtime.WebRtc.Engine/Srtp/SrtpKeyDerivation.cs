using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>What a session key is for (RFC 3711 §4.3.1, §4.3.2): the label in its derivation.</summary>
internal enum SrtpKeyLabel : byte
{
    RtpEncryption = 0x00,
    RtpAuthentication = 0x01,
    RtpSalt = 0x02,
    RtcpEncryption = 0x03,
    RtcpAuthentication = 0x04,
    RtcpSalt = 0x05,
}

/// <summary>
/// Session keys from a master key (RFC 3711 §4.3). The key derivation rate is 0, so each key is derived once, at the start, and
/// "index DIV kdr" is 0.
/// </summary>
internal static class SrtpKeyDerivation
{
    private const int BlockLength = 16;
    private const int LabelOffset = 7;

    /// <summary>
    /// The AES-CM pseudo-random function of §4.3.3. Both profiles use it, GCM with a 96-bit salt (RFC 7714 §11).
    /// <code>
    ///   x     =  master salt XOR (label · 2^48)       label sits in byte 7 of 14
    ///   block =  x · 2^16 + counter                   the last two bytes count blocks
    /// </code>
    /// </summary>
    public static void Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, SrtpKeyLabel label, Span<byte> sessionKey)
    {
        using Aes aes = Aes.Create();
        aes.SetKey(masterKey);
        Span<byte> block = stackalloc byte[BlockLength];
        Span<byte> output = stackalloc byte[BlockLength];
        for (int counter = 0; !sessionKey.IsEmpty; counter++)
        {
            block.Clear();
            masterSalt.CopyTo(block); // a 96-bit salt is followed by zeros
            block[LabelOffset] ^= (byte)label;
            block[BlockLength - 2] = (byte)(counter >> 8);
            block[BlockLength - 1] = (byte)counter;
            aes.EncryptEcb(block, output, PaddingMode.None);

            int count = Math.Min(BlockLength, sessionKey.Length);
            output[..count].CopyTo(sessionKey);
            sessionKey = sessionKey[count..];
        }

        CryptographicOperations.ZeroMemory(output);
    }
}
