using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

public class SrtpSessionTests
{
    [Fact]
    public void Exported_block_is_split_as_RFC_5764_orders_it()
    {
        byte[] exported = [.. Enumerable.Range(0, 60).Select(n => (byte)n)];
        SrtpKeyingMaterial client = SrtpKeyingMaterial.Split(SrtpProtectionProfile.Aes128CmHmacSha1_80, exported, DtlsRole.Client);
        SrtpKeyingMaterial server = SrtpKeyingMaterial.Split(SrtpProtectionProfile.Aes128CmHmacSha1_80, exported, DtlsRole.Server);
        Assert.Equal(exported[..16], client.LocalKey.ToArray());
        Assert.Equal(exported[16..32], client.RemoteKey.ToArray());
        Assert.Equal(exported[32..46], client.LocalSalt.ToArray());
        Assert.Equal(exported[46..60], client.RemoteSalt.ToArray());
        Assert.Equal(exported[..16], server.RemoteKey.ToArray());
        Assert.Equal(exported[46..60], server.LocalSalt.ToArray());
    }

    [Fact]
    public void Sizes_are_those_of_the_profiles()
    {
        Assert.Equal(56, SrtpProtectionProfile.AeadAes128Gcm.KeyingMaterialLength);
        Assert.Equal(60, SrtpProtectionProfile.Aes128CmHmacSha1_80.KeyingMaterialLength);
        Assert.Equal(16, SrtpProtectionProfile.AeadAes128Gcm.RtpOverhead);
        Assert.Equal(10, SrtpProtectionProfile.Aes128CmHmacSha1_80.RtpOverhead);
        Assert.Equal(20, SrtpProtectionProfile.AeadAes128Gcm.RtcpOverhead);
        Assert.Equal(14, SrtpProtectionProfile.Aes128CmHmacSha1_80.RtcpOverhead);
        Assert.Equal(60, SrtpSizes.MaxKeyingMaterialLength);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Packets_of_every_length_go_both_ways(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        for (int length = 0; length < 1400; length++)
        {
            byte[] plain = SrtpPair.Rtp((ushort)length, length);
            byte[] packet = SrtpPair.ProtectRtp(pair.Client, plain);
            Assert.Equal(plain.Length + pair.Profile.RtpOverhead, packet.Length);
            Assert.Equal(plain[..12], packet[..12]);
            Assert.Equal(plain, SrtpPair.UnprotectRtp(pair.Server, packet));
            Assert.Equal(plain, SrtpPair.UnprotectRtp(pair.Client, SrtpPair.ProtectRtp(pair.Server, plain)));
        }

        for (int length = 0; length < 1400; length += 4)
        {
            byte[] plain = SrtpPair.Rtcp(length);
            byte[] packet = SrtpPair.ProtectRtcp(pair.Server, plain);
            Assert.Equal(plain.Length + pair.Profile.RtcpOverhead, packet.Length);
            Assert.Equal(plain, SrtpPair.UnprotectRtcp(pair.Client, packet));
        }
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Contributing_sources_and_header_extension_stay_in_the_clear(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] plain = Hex.Parse("92 6F 0001 00000000 CAFEBABE  11111111 22222222  BEDE 0001 10AA0000  0102030405060708");
        byte[] packet = SrtpPair.ProtectRtp(pair.Client, plain);
        Assert.Equal(plain[..28], packet[..28]);
        Assert.NotEqual(plain[28..], packet[28..36]);
        Assert.Equal(plain, SrtpPair.UnprotectRtp(pair.Server, packet));
    }

    [Fact]
    public void Packet_that_is_sent_back_to_its_sender_is_not_accepted()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.AeadAes128Gcm);
        Assert.Null(SrtpPair.UnprotectRtp(pair.Client, SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1))));
        Assert.Equal(1, pair.Client.Drops.AuthenticationFailed);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Protecting_without_room_for_the_tag_is_refused_and_uses_up_no_index(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] rtp = SrtpPair.Rtp(1);
        Assert.False(pair.Client.TryProtectRtp(rtp, rtp.Length, out _));
        Assert.False(pair.Client.TryProtectRtp(rtp, rtp.Length + 1, out _));
        Assert.False(pair.Client.TryProtectRtp(rtp, -1, out _));
        byte[] rtcp = SrtpPair.Rtcp();
        Assert.False(pair.Client.TryProtectRtcp(rtcp, rtcp.Length, out _));
        Assert.False(pair.Client.TryProtectRtcp(rtcp, -1, out _));
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(pair.Client, rtp)));
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Nothing_is_allocated_for_a_packet(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] buffer = new byte[1500];
        byte[] rtp = SrtpPair.Rtp(0, payloadLength: 100);
        byte[] rtcp = SrtpPair.Rtcp(60);
        int sequence = 0;
        int failures = 0;
        long bytes = Allocations.Measure(() =>
        {
            rtp.CopyTo(buffer, 0);
            buffer[2] = (byte)(sequence >> 8);
            buffer[3] = (byte)sequence++;
            if (!pair.Client.TryProtectRtp(buffer, rtp.Length, out int length) || !pair.Server.TryUnprotectRtp(buffer.AsSpan(0, length), out _))
                failures++;
            rtcp.CopyTo(buffer, 0);
            if (!pair.Client.TryProtectRtcp(buffer, rtcp.Length, out length) || !pair.Server.TryUnprotectRtcp(buffer.AsSpan(0, length), out _))
                failures++;
        });
        Assert.Equal(0, failures);
        Assert.Equal(0, bytes);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_forged_packet_in_counter_mode()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.Aes128CmHmacSha1_80);
        byte[] forged = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1));
        forged[20] ^= 1;
        byte[] buffer = new byte[forged.Length];
        int accepted = 0;
        long bytes = Allocations.Measure(() =>
        {
            forged.CopyTo(buffer, 0);
            if (pair.Server.TryUnprotectRtp(buffer, out _))
                accepted++;
        });
        Assert.Equal(0, accepted);
        Assert.Equal(0, bytes);
    }
}
