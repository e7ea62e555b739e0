using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>The packet index: RFC 3711 §3.3.1 and Appendix A.</summary>
public class RollOverTests
{
    [Theory]
    [InlineData(0x0_0000, 0x0001, 0x0_0001)]
    [InlineData(0x0_FFFF, 0x0000, 0x1_0000)] // forward over the wrap
    [InlineData(0x0_8001, 0x0000, 0x1_0000)] // by the largest step that counts as forward …
    [InlineData(0x0_8000, 0x0000, 0x0_0000)] // … and the first that does not
    [InlineData(0x1_0000, 0xFFFF, 0x0_FFFF)] // back over the wrap
    [InlineData(0x1_7FFF, 0xFFFF, 0x1_FFFF)] // exactly half ahead
    [InlineData(0x1_7FFE, 0xFFFF, 0x0_FFFF)] // one more than half ahead is behind
    [InlineData(0x5_1234, 0x1233, 0x5_1233)]
    public void Index_is_the_one_nearest_to_the_highest(long highest, int sequence, long expected)
    {
        Assert.True(SrtpPacketIndex.TryEstimate((ulong)highest, (ushort)sequence, out ulong index));
        Assert.Equal((ulong)expected, index);
    }

    [Fact]
    public void Index_before_the_first_and_after_the_last_is_refused()
    {
        Assert.False(SrtpPacketIndex.TryEstimate(5, 0xFFF0, out _));
        Assert.False(SrtpPacketIndex.TryEstimate(SrtpPacketIndex.Max, 0, out _));
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Two_hundred_thousand_packets_in_a_row_roll_over_three_times(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] buffer = new byte[12 + 4 + SrtpSizes.MaxRtpOverhead];
        byte[] plain = SrtpPair.Rtp(0, payloadLength: 4);
        for (int i = 0; i < 200_000; i++)
        {
            plain.CopyTo(buffer, 0);
            buffer[2] = (byte)(i >> 8);
            buffer[3] = (byte)i;
            Assert.True(pair.Client.TryProtectRtp(buffer, plain.Length, out int length));
            Assert.True(pair.Server.TryUnprotectRtp(buffer.AsSpan(0, length), out _), $"packet {i}");
        }
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Packets_reordered_around_the_wrap_are_all_read(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[][] packets = [.. Enumerable.Range(65530, 16).Select(n => SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp((ushort)n)))];

        // 65530 first; then the wrap is seen from its far side, and the rest comes backwards over it.
        int[] order = [0, 8, 7, 6, 5, 4, 3, 2, 1, 15, 14, 13, 12, 11, 10, 9];
        foreach (int n in order)
            Assert.Equal(SrtpPair.Rtp((ushort)(65530 + n)), SrtpPair.UnprotectRtp(pair.Server, packets[n]));
        Assert.Equal(0, pair.Server.Drops.Total);
    }

    [Fact]
    public void Roll_over_counter_is_kept_when_packets_around_the_wrap_are_lost()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.Aes128CmHmacSha1_80);
        for (int n = 60_000; n < 80_000; n++)
        {
            byte[] packet = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp((ushort)n));
            if (n is < 61_000 or > 70_000)
                Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, packet));
        }
    }

    [Fact]
    public void Forged_packets_beyond_the_wrap_do_not_move_the_counter()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.Aes128CmHmacSha1_80);
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(60_000))));
        byte[] forged = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(60_001));
        forged[2] = 0;
        forged[3] = 1;
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, forged));
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(60_002))));
    }

    [Fact]
    public void Index_is_never_used_twice_for_sending()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.AeadAes128Gcm);
        SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1000));
        SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(998));        // late, as a relay sends it
        foreach (ushort sequence in new ushort[] { 1000, 998, (ushort)(1000 - ReplayWindow.Size), 0 })
        {
            byte[] buffer = new byte[100];
            SrtpPair.Rtp(sequence).CopyTo(buffer, 0);
            Assert.False(pair.Client.TryProtectRtp(buffer, 52, out _), $"number {sequence}");
        }

        SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1001));
    }
}
