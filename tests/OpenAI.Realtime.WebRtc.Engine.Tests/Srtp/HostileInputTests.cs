using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

public class HostileInputTests
{
    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Packet_is_dropped_when_any_bit_of_it_is_changed(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1)));
        byte[] rtp = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(2));
        byte[] rtcp = SrtpPair.ProtectRtcp(pair.Client, SrtpPair.Rtcp());
        for (int at = 0; at < rtp.Length * 8; at++)
        {
            byte[] changed = [.. rtp];
            changed[at / 8] ^= (byte)(1 << at % 8);
            Assert.Null(SrtpPair.UnprotectRtp(pair.Server, changed));
        }

        for (int at = 0; at < rtcp.Length * 8; at++)
        {
            byte[] changed = [.. rtcp];
            changed[at / 8] ^= (byte)(1 << at % 8);
            Assert.Null(SrtpPair.UnprotectRtcp(pair.Server, changed));
        }

        Assert.Equal((rtp.Length + rtcp.Length) * 8, pair.Server.Drops.Total);
        Assert.Equal(SrtpPair.Rtp(2), SrtpPair.UnprotectRtp(pair.Server, rtp));
        Assert.Equal(SrtpPair.Rtcp(), SrtpPair.UnprotectRtcp(pair.Server, rtcp));
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Truncated_packet_of_any_length_is_dropped(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] rtp = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(2));
        byte[] rtcp = SrtpPair.ProtectRtcp(pair.Client, SrtpPair.Rtcp());
        for (int length = 0; length < rtp.Length; length++)
            Assert.Null(SrtpPair.UnprotectRtp(pair.Server, rtp[..length]));
        for (int length = 0; length < rtcp.Length; length++)
            Assert.Null(SrtpPair.UnprotectRtcp(pair.Server, rtcp[..length]));
        Assert.Equal(rtp.Length + rtcp.Length, pair.Server.Drops.Total);
        Assert.Equal(0, pair.Server.InboundSourceCount);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Header_whose_lengths_reach_beyond_the_packet_is_malformed(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] tooManyCsrcs = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1));
        tooManyCsrcs[0] = 0x8F;
        byte[] hugeExtension = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(2));
        hugeExtension[0] = 0x90;
        hugeExtension.AsSpan(12, 4).Fill(0xFF);
        byte[] otherVersion = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(3));
        otherVersion[0] = 0x40;

        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, tooManyCsrcs));
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, hugeExtension));
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, otherVersion));
        Assert.Equal(new SrtpDrops(Malformed: 3, 0, 0, 0), pair.Server.Drops);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Sources_beyond_the_bound_are_dropped_and_forgeries_take_no_place(string profile)
    {
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] forged = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(1));
        for (uint ssrc = 0; ssrc < 100; ssrc++)
        {
            forged[11] = (byte)ssrc;
            Assert.Null(SrtpPair.UnprotectRtp(pair.Server, forged));
        }

        Assert.Equal(0, pair.Server.InboundSourceCount);

        // One sending session for each source: the keys are the same, and a sender has a bound of its own.
        for (uint ssrc = 0; ssrc < SrtpSession.MaxInboundSources; ssrc++)
        {
            using SrtpPair twin = SrtpPair.Create(profile);
            Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(twin.Client, SrtpPair.Rtp(1, ssrc: ssrc))));
        }

        using SrtpPair last = SrtpPair.Create(profile);
        Assert.Null(SrtpPair.UnprotectRtp(pair.Server, SrtpPair.ProtectRtp(last.Client, SrtpPair.Rtp(1, ssrc: 999))));
        Assert.Null(SrtpPair.UnprotectRtcp(pair.Server, SrtpPair.ProtectRtcp(last.Client, SrtpPair.Rtcp(ssrc: 999))));
        Assert.Equal(new SrtpDrops(0, TooManySources: 2, 0, AuthenticationFailed: 100), pair.Server.Drops);
        Assert.Equal(SrtpSession.MaxInboundSources, pair.Server.InboundSourceCount);
    }

    [Theory]
    [MemberData(nameof(SrtpPair.Profiles), MemberType = typeof(SrtpPair))]
    public void Random_and_mutated_packets_are_dropped_and_the_session_goes_on(string profile)
    {
        const int seed = 4711;
        const int inputs = 20_000;
        Random random = new(seed);
        using SrtpPair pair = SrtpPair.Create(profile);
        byte[] rtp = SrtpPair.ProtectRtp(pair.Client, SrtpPair.Rtp(9, payloadLength: 90));
        byte[] rtcp = SrtpPair.ProtectRtcp(pair.Client, SrtpPair.Rtcp(60));
        for (int i = 0; i < inputs; i++)
        {
            bool isRtcp = random.Next(2) == 0;
            byte[] template = isRtcp ? rtcp : rtp;
            byte[] input = random.Next(4) == 0 ? new byte[random.Next(120)] : template[..random.Next(1, template.Length + 1)];
            if (random.Next(4) == 0)
                random.NextBytes(input);
            for (int n = random.Next(1, 4); n > 0 && input.Length > 0; n--)
            {
                int at = random.Next(2) == 0 ? random.Next(Math.Min(16, input.Length)) : random.Next(input.Length);
                input[at] ^= (byte)random.Next(1, 256);
            }

            if (input.AsSpan().SequenceEqual(template))
                continue; // mutated twice at one place, back to what it was
            bool accepted = isRtcp ? pair.Server.TryUnprotectRtcp(input, out _) : pair.Server.TryUnprotectRtp(input, out _);
            Assert.False(accepted, $"seed {seed}, input {i}");
        }

        Assert.NotNull(SrtpPair.UnprotectRtp(pair.Server, rtp));
        Assert.NotNull(SrtpPair.UnprotectRtcp(pair.Server, rtcp));
    }
}
