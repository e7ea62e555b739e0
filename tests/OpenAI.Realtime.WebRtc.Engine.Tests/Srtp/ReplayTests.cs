using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>Replay protection: RFC 3711 §3.3.2.</summary>
public class ReplayTests
{
    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Packet_is_read_once(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] rtp = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(7));
        byte[] rtcp = SrtpPair.ProtectRtcp(pair.Client, SrtpPair.Rtcp());
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, rtp));
        Assert.NotNull(SrtpPair.UnprotectRtcp(pair.Server, rtcp));

        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, rtp));
        Assert.Null(SrtpPair.UnprotectRtcp(pair.Server, rtcp));
        Assert.Equal(new SrtpDrops(0, 0, Replayed: 2, 0), pair.Server.Drops);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Packet_that_is_older_than_the_window_is_dropped(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[][] packets = [.. Enumerable.Range(0, ReplayWindow.Size + 1).Select(n => SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp((ushort)n)))];
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, packets[^1]));
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, packets[0]));
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, packets[1]));
        Assert.Equal(1, pair.Server.Drops.Replayed);
    }

    [Fact]
    public void Failed_authentication_does_not_move_the_window()
    {
        using SrtpPair pair = new(SrtpProtectionProfile.AeadAes128Gcm);
        byte[] packet = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1));
        byte[] damaged = [.. packet];
        damaged[^1] ^= 1;
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, damaged));
        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, packet));

        byte[] compound = SrtpPair.ProtectRtcp(pair.Client, SrtpPair.Rtcp());
        byte[] future = [.. compound];
        future[^1] = 0xFF; // another index
        Assert.Null(SrtpPair.UnprotectRtcp(pair.Server, future));
        Assert.NotNull(SrtpPair.UnprotectRtcp(pair.Server, compound));
    }
}
