using System.Buffers.Binary;
using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>
/// A packet after a roll-over, computed here once more from the RFCs' formulas over 128-bit integers and one-shot primitives:
/// no published vector has ROC other than 0.
/// </summary>
public class RollOverFormulaTests
{
    private const ushort Sequence = 0x0102;
    private const ulong Index = 2UL << 16 | Sequence; // ROC 2

    private readonly byte[] _masterKey = Bytes(seed: 1, 16);

    [Fact]
    public void Counter_mode_uses_the_roll_over_counter_in_keystream_and_tag()
    {
        byte[] salt = Bytes(seed: 2, 14);
        byte[] packet = ProtectAfterTwoRollOvers(SrtpProtectionProfile.Aes128CmHmacSha1_80, salt);

        // RFC 3711 §4.1.1: IV = (k_s · 2^16) XOR (SSRC · 2^64) XOR (i · 2^16)
        UInt128 saltNumber = 0;
        foreach (byte b in Derive(salt, SrtpKeyLabel.RtpSalt, 14))
            saltNumber = saltNumber << 8 | b;
        UInt128 iv = saltNumber << 16 ^ (UInt128)SrtpPair.Ssrc << 64 ^ (UInt128)Index << 16;
        using Aes aes = Aes.Create();
        aes.Key = Derive(salt, SrtpKeyLabel.RtpEncryption, 16);
        byte[] expected = SrtpPair.Rtp(Sequence);
        byte[] block = new byte[16];
        for (int at = 12; at < expected.Length; at++)
        {
            int offset = at - 12;
            BinaryPrimitives.WriteUInt128BigEndian(block, iv + (UInt128)(offset / 16));
            expected[at] ^= aes.EncryptEcb(block, PaddingMode.None)[offset % 16];
        }

        // §4.2: M = authenticated portion ‖ ROC
        byte[] authenticated = [.. expected, 0, 0, 0, 2];
#pragma warning disable CA5350 // the profile is made of HMAC-SHA1
        byte[] tag = HMACSHA1.HashData(Derive(salt, SrtpKeyLabel.RtpAuthentication, 20), authenticated);
#pragma warning restore CA5350
        Assert.Equal([.. expected, .. tag[..10]], packet);
    }

    [Fact]
    public void GCM_uses_the_roll_over_counter_in_its_nonce()
    {
        byte[] salt = Bytes(seed: 3, 12);
        byte[] packet = ProtectAfterTwoRollOvers(SrtpProtectionProfile.AeadAes128Gcm, salt);

        // RFC 7714 §8.1: 00 00 ‖ SSRC ‖ ROC ‖ SEQ, XOR salt
        byte[] nonce = [0, 0, 0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2, 0x01, 0x02];
        byte[] sessionSalt = Derive(salt, SrtpKeyLabel.RtpSalt, 12);
        for (int i = 0; i < nonce.Length; i++)
            nonce[i] ^= sessionSalt[i];
        byte[] plain = SrtpPair.Rtp(Sequence);
        byte[] text = new byte[plain.Length - 12];
        byte[] tag = new byte[16];
        using AesGcm gcm = new(Derive(salt, SrtpKeyLabel.RtpEncryption, 16), 16);
        gcm.Encrypt(nonce, plain.AsSpan(12), text, tag, plain.AsSpan(0, 12));
        Assert.Equal([.. plain[..12], .. text, .. tag], packet);
    }

    private static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private byte[] ProtectAfterTwoRollOvers(SrtpProtectionProfile profile, byte[] salt)
    {
        using SrtpSession session = new(profile, _masterKey, salt, _masterKey, salt);
        foreach (ushort sequence in new ushort[] { 20_000, 45_000, 5_000, 30_000, 60_000, 100 })
            SrtpPair.ProtectRtp(session, SrtpPair.Rtp(sequence));
        return SrtpPair.ProtectRtp(session, SrtpPair.Rtp(Sequence));
    }

    private byte[] Derive(byte[] salt, SrtpKeyLabel label, int length)
    {
        byte[] key = new byte[length];
        SrtpKeyDerivation.Derive(_masterKey, salt, label, key);
        return key;
    }
}
