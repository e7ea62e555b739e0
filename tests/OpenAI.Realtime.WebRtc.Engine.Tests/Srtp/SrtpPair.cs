using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Srtp;

/// <summary>Two sessions under keys exported to both, as DTLS would leave them, and the packets that they exchange.</summary>
internal sealed class SrtpPair : IDisposable
{
    public const uint Ssrc = 0xCAFE_BABE;

    public SrtpPair(SrtpProtectionProfile profile, int seed = 1)
    {
        Profile = profile;
        byte[] exported = new byte[profile.KeyingMaterialLength];
        new Random(seed).NextBytes(exported);
        Client = SrtpSession.FromKeyingMaterial(profile, exported, DtlsRole.Client);
        Server = SrtpSession.FromKeyingMaterial(profile, exported, DtlsRole.Server);
    }

    public SrtpProtectionProfile Profile { get; }

    public SrtpSession Client { get; }

    public SrtpSession Server { get; }

    /// <summary>Profiles by name, because a test method is public and the enum is not.</summary>
    public static TheoryData<string> Profiles => [nameof(SrtpProtectionProfile.AeadAes128Gcm), nameof(SrtpProtectionProfile.Aes128CmHmacSha1_80)];

    public static SrtpPair Create(string profile) => new(Enum.Parse<SrtpProtectionProfile>(profile));

    /// <summary>A plain RTP packet whose payload tells packets apart.</summary>
    public static byte[] Rtp(ushort sequence, int payloadLength = 40, uint ssrc = Ssrc)
    {
        byte[] packet = new byte[12 + payloadLength];
        packet[0] = 0x80;
        packet[1] = 111;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), sequence * 960u);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        for (int i = 0; i < payloadLength; i++)
            packet[12 + i] = (byte)(sequence + i);
        return packet;
    }

    /// <summary>A plain receiver report without blocks, then filler.</summary>
    public static byte[] Rtcp(int bodyLength = 20, uint ssrc = Ssrc)
    {
        byte[] packet = new byte[8 + bodyLength];
        packet[0] = 0x80;
        packet[1] = 201;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(packet.Length / 4 - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        packet.AsSpan(8).Fill(0xAB);
        return packet;
    }

    public static byte[] ProtectRtp(SrtpSession session, byte[] packet)
    {
        byte[] buffer = new byte[packet.Length + SrtpSizes.MaxRtpOverhead];
        packet.CopyTo(buffer, 0);
        Assert.True(session.TryProtectRtp(buffer, packet.Length, out int length));
        return buffer[..length];
    }

    public static byte[] ProtectRtcp(SrtpSession session, byte[] packet)
    {
        byte[] buffer = new byte[packet.Length + SrtpSizes.MaxRtcpOverhead];
        packet.CopyTo(buffer, 0);
        Assert.True(session.TryProtectRtcp(buffer, packet.Length, out int length));
        return buffer[..length];
    }

    /// <summary>The plain packet, or null when the session dropped it. The protected one is left as it is.</summary>
    public static byte[]? UnprotectRtp(SrtpSession session, byte[] packet)
    {
        byte[] copy = [.. packet];
        return session.TryUnprotectRtp(copy, out int length) ? copy[..length] : null;
    }

    /// <summary>As <see cref="UnprotectRtp"/>.</summary>
    public static byte[]? UnprotectRtcp(SrtpSession session, byte[] packet)
    {
        byte[] copy = [.. packet];
        return session.TryUnprotectRtcp(copy, out int length) ? copy[..length] : null;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
