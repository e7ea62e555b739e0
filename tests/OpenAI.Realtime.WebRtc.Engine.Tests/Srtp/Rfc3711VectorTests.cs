using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>The vectors of RFC 3711 Appendix B, and packets that libsrtp computed.</summary>
public class Rfc3711VectorTests
{
    private static readonly byte[] _masterKey = Hex.Parse("E1F97A0D3E018BE0D64FA32C06DE4139");
    private static readonly byte[] _masterSalt = Hex.Parse("0EC675AD498AFEEBB6960B3AABE6");

    [Fact]
    public void Keystream_of_appendix_B_2_is_made_to_its_last_block()
    {
        byte[] keystream = new byte[1044512];
        using AesCounterMode cipher = new(Hex.Parse("2B7E151628AED2A6ABF7158809CF4F3C"), Hex.Parse("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
        cipher.Apply(keystream, ssrc: 0, index: 0);

        Assert.Equal(
            "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
            Convert.ToHexString(keystream.AsSpan(0, 48)));
        Assert.Equal(
            "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44",
            Convert.ToHexString(keystream.AsSpan(0xFEFF * 16, 48)));
    }

    [Theory]
    [InlineData(0, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData(2, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2")]
    public void Session_keys_of_appendix_B_3_are_derived(int label, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(_masterKey, _masterSalt, (SrtpKeyLabel)label, key);
        Assert.Equal(expected, Convert.ToHexString(key));
    }

    [Theory]
    [InlineData(3, "4C1AA45A81F73D61C800BBB00FBB1EAA")]
    [InlineData(4, "8D54534FEB49AE8E7993A6BD0B844FC323A93DFD")]
    [InlineData(5, "9581C7AD87B3E530BF3E4454A8B3")]
    public void Session_keys_for_RTCP_are_those_that_other_implementations_derive(int label, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(_masterKey, _masterSalt, (SrtpKeyLabel)label, key);
        Assert.Equal(expected, Convert.ToHexString(key));
    }

    [Fact]
    public void Packet_of_libsrtp_is_made_and_read_with_counter_mode() => CheckRtp(
        SrtpProtectionProfile.Aes128CmHmacSha1_80,
        _masterKey,
        _masterSalt,
        "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");

    [Fact]
    public void Compound_of_libsrtp_is_made_and_read_with_counter_mode() => CheckRtcp(
        SrtpProtectionProfile.Aes128CmHmacSha1_80,
        _masterKey,
        _masterSalt,
        "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");

    [Fact]
    public void Packet_of_libsrtp_is_made_and_read_with_GCM() => CheckRtp(
        SrtpProtectionProfile.AeadAes128Gcm,
        Hex.Parse("000102030405060708090a0b0c0d0e0f"),
        Hex.Parse("a0a1a2a3a4a5a6a7a8a9aaab"),
        "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392");

    [Fact]
    public void Compound_of_libsrtp_is_made_and_read_with_GCM() => CheckRtcp(
        SrtpProtectionProfile.AeadAes128Gcm,
        Hex.Parse("000102030405060708090a0b0c0d0e0f"),
        Hex.Parse("a0a1a2a3a4a5a6a7a8a9aaab"),
        "81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001");

    private static void CheckRtp(SrtpProtectionProfile profile, byte[] key, byte[] salt, string expected)
    {
        byte[] plain = Hex.Parse("800f1234decafbadcafebabeabababababababababababababababab");
        using SrtpSession sender = new(profile, key, salt, key, salt);
        using SrtpSession receiver = new(profile, key, salt, key, salt);

        byte[] packet = SrtpPair.ProtectRtp(sender, plain);
        Assert.Equal(expected, Convert.ToHexStringLower(packet));
        Assert.Equal(plain, SrtpPair.UnprotectRtp(receiver, Hex.Parse(expected)));
    }

    private static void CheckRtcp(SrtpProtectionProfile profile, byte[] key, byte[] salt, string expected)
    {
        byte[] plain = Hex.Parse("81c8000bcafebabeabababababababababababababababab");
        using SrtpSession sender = new(profile, key, salt, key, salt);
        using SrtpSession receiver = new(profile, key, salt, key, salt);

        SrtpPair.ProtectRtcp(sender, plain); // libsrtp's first index is 1, ours is 0
        byte[] packet = SrtpPair.ProtectRtcp(sender, plain);
        Assert.Equal(expected, Convert.ToHexStringLower(packet));
        Assert.Equal(plain, SrtpPair.UnprotectRtcp(receiver, Hex.Parse(expected)));
    }
}
