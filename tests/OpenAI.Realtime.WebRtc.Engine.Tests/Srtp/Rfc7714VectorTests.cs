using OpenAI.Realtime.WebRtc.Engine.Srtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>The AEAD_AES_128_GCM vectors of RFC 7714 §16 and §17. They give session keys, so they enter below the key derivation.</summary>
public class Rfc7714VectorTests
{
    private const uint RtcpIndex = 0x5D4;

    private static readonly byte[] _key = Hex.Parse("000102030405060708090a0b0c0d0e0f");
    private static readonly byte[] _salt = Hex.Parse("517569642070726f2071756f");

    private static readonly byte[] _rtp = Hex.Parse(
        "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");

    private static readonly byte[] _srtp = Hex.Parse(
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce");

    private static readonly byte[] _rtcp = Hex.Parse(
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");

    private static readonly byte[] _srtcp = Hex.Parse(
        "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4");

    private static readonly byte[] _srtcpInTheClear = Hex.Parse(
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790125f62b3000005d4");

    [Fact]
    public void RTP_packet_of_section_16_1_1_is_encrypted()
    {
        using SrtpSession session = NewSession();
        Assert.Equal(_srtp, SrtpPair.ProtectRtp(session, _rtp));
    }

    [Fact]
    public void RTP_packet_of_section_16_1_2_is_decrypted()
    {
        using SrtpSession session = NewSession();
        Assert.Equal(_rtp, SrtpPair.UnprotectRtp(session, _srtp));
    }

    [Fact]
    public void RTCP_compound_of_section_17_1_is_encrypted()
    {
        using AesGcmTransform transform = NewTransform();
        byte[] buffer = new byte[_rtcp.Length + SrtpSizes.MaxRtcpOverhead];
        _rtcp.CopyTo(buffer, 0);
        transform.ProtectRtcp(buffer, _rtcp.Length, ssrc: 0x4D617273, RtcpIndex);
        Assert.Equal(_srtcp, buffer);
    }

    [Fact]
    public void RTCP_compound_of_section_17_1_is_decrypted()
    {
        using SrtpSession session = NewSession();
        Assert.Equal(_rtcp, SrtpPair.UnprotectRtcp(session, _srtcp));
    }

    [Fact]
    public void RTCP_compound_of_section_17_3_is_authenticated_in_the_clear()
    {
        using SrtpSession session = NewSession();
        Assert.Equal(_rtcp, SrtpPair.UnprotectRtcp(session, _srtcpInTheClear));
    }

    [Fact]
    public void RTCP_compound_in_the_clear_is_refused_when_any_byte_is_changed()
    {
        for (int at = 0; at < _srtcpInTheClear.Length; at++)
        {
            using SrtpSession session = NewSession();
            byte[] packet = [.. _srtcpInTheClear];
            packet[at] ^= 0x01;
            Assert.Null(SrtpPair.UnprotectRtcp(session, packet));
        }
    }

    private static AesGcmTransform NewTransform() => new(_key, _salt, _key, _salt);

    private static SrtpSession NewSession() => new(NewTransform(), NewTransform());
}
