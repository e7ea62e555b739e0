using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Handshake;

/// <summary>
/// The state cookie of INIT ACK (RFC 9260 §5.1.3): all that COOKIE ECHO needs to set the association up, so that INIT alone leaves nothing
/// behind.
/// </summary>
/// <remarks><code>
/// +---------------------------------------------------------------+
/// |  Moment of making (64 bits)                                   |
/// |  Our tag, our initial TSN                                     |
/// |  The peer's tag, a_rwnd, streams out, streams in, initial TSN |
/// |  Tie-tags: our tag and the peer's when it was made (§5.2.2)   |
/// |  Flags: 1 = the peer has FORWARD TSN, 2 = RE-CONFIG           |
/// |  HMAC-SHA-256 over all of it (256 bits)                       |
/// </code></remarks>
internal readonly record struct StateCookie
{
    /// <summary>Valid.Cookie.Life (§16).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    public const int KeyLength = 32;

    /// <summary>Its length in bytes.</summary>
    public const int Length = ContentLength + MacLength;

    private const int ContentLength = 8 + 8 + 16 + 8 + 4;
    private const int MacLength = 32;

    public Instant MadeAt { get; init; }

    public uint LocalTag { get; init; }

    public Serial32 LocalInitialTsn { get; init; }

    public InitFields Peer { get; init; }

    public uint LocalTieTag { get; init; }

    public uint PeerTieTag { get; init; }

    public bool PeerSupportsForwardTsn { get; init; }

    public bool PeerSupportsReConfig { get; init; }

    /// <summary>Writes it into <see cref="Length"/> bytes.</summary>
    public void Write(ReadOnlySpan<byte> key, Span<byte> destination)
    {
        SpanWriter writer = new(destination);
        writer.WriteUInt64((ulong)MadeAt.Ticks);
        writer.WriteUInt32(LocalTag);
        writer.WriteUInt32(LocalInitialTsn.Value);
        writer.WriteUInt32(Peer.InitiateTag);
        writer.WriteUInt32(Peer.ReceiverWindow);
        writer.WriteUInt16(Peer.OutboundStreams);
        writer.WriteUInt16(Peer.InboundStreams);
        writer.WriteUInt32(Peer.InitialTsn.Value);
        writer.WriteUInt32(LocalTieTag);
        writer.WriteUInt32(PeerTieTag);
        writer.WriteUInt32((PeerSupportsForwardTsn ? 1u : 0) | (PeerSupportsReConfig ? 2u : 0));
        HMACSHA256.HashData(key, writer.Written, destination.Slice(ContentLength, MacLength));
    }

    /// <summary>Reads one that we made; false for any other.</summary>
    public static bool TryParse(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes, out StateCookie cookie)
    {
        cookie = default;
        if (bytes.Length != Length)
            return false;
        Span<byte> mac = stackalloc byte[MacLength];
        HMACSHA256.HashData(key, bytes[..ContentLength], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[ContentLength..]))
            return false;

        SpanReader reader = new(bytes);
        reader.TryReadUInt64(out ulong madeAt);
        reader.TryReadUInt32(out uint localTag);
        reader.TryReadUInt32(out uint localTsn);
        reader.TryReadUInt32(out uint peerTag);
        reader.TryReadUInt32(out uint peerWindow);
        reader.TryReadUInt16(out ushort outbound);
        reader.TryReadUInt16(out ushort inbound);
        reader.TryReadUInt32(out uint peerTsn);
        reader.TryReadUInt32(out uint localTie);
        reader.TryReadUInt32(out uint peerTie);
        reader.TryReadUInt32(out uint flags);
        cookie = new()
        {
            MadeAt = new((long)madeAt),
            LocalTag = localTag,
            LocalInitialTsn = new(localTsn),
            Peer = new(peerTag, peerWindow, outbound, inbound, new(peerTsn)),
            LocalTieTag = localTie,
            PeerTieTag = peerTie,
            PeerSupportsForwardTsn = (flags & 1) != 0,
            PeerSupportsReConfig = (flags & 2) != 0,
        };
        return true;
    }
}
