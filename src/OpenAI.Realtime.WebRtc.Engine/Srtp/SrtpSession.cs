using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>How many packets from the peer were dropped, by reason.</summary>
internal readonly record struct SrtpDrops(long Malformed, long TooManySources, long Replayed, long AuthenticationFailed)
{
    public long Total => Malformed + TooManySources + Replayed + AuthenticationFailed;
}

/// <summary>
/// SRTP and SRTCP in both directions (RFC 3711), under keys that DTLS exported (RFC 5764).
/// <code>
/// A packet from the peer, RFC 3711 §3.3:
///   1. version and lengths                      → Malformed
///   2. source known, or a slot free             → TooManySources
///   3. index from SEQ and ROC (§3.3.1)
///   4. replay window (§3.3.2)                   → Replayed
///   5. tag, then decryption (one step for GCM)  → AuthenticationFailed
///   6. only now: take the slot, move the window
/// A packet to the peer: 1, 2, 3, then protect; an index is never used twice.
/// </code>
/// </summary>
/// <remarks>Everything is in place and allocates nothing. After a false the content of the packet is undefined.</remarks>
internal sealed class SrtpSession : IDisposable
{
    /// <summary>How many SSRCs the peer may send from. A call has one or two; each costs 80 bytes, taken at the start.</summary>
    public const int MaxInboundSources = 16;

    /// <summary>How many SSRCs we may send from.</summary>
    public const int MaxOutboundSources = 4;

    /// <summary>The SRTCP index has 31 bits; after this one the key is used up (§9.2).</summary>
    public const uint MaxRtcpIndex = 0x7FFF_FFFF;

    private readonly SrtpTransform _outbound;
    private readonly SrtpTransform _inbound;
    private readonly SrtpSourceTable _outboundSources = new(MaxOutboundSources);
    private readonly SrtpSourceTable _inboundSources = new(MaxInboundSources);
    private long _malformed;
    private long _tooManySources;
    private long _replayed;
    private long _authenticationFailed;

    /// <summary>Makes one from master keys and salts of the lengths that the profile has; the session keys are derived at once.</summary>
    /// <exception cref="ArgumentException">A key or salt has another length: a mistake of the caller, not of the peer.</exception>
    public SrtpSession(
        SrtpProtectionProfile profile,
        ReadOnlySpan<byte> localMasterKey,
        ReadOnlySpan<byte> localMasterSalt,
        ReadOnlySpan<byte> remoteMasterKey,
        ReadOnlySpan<byte> remoteMasterSalt)
        : this(
            SrtpTransform.Create(profile, localMasterKey, localMasterSalt),
            SrtpTransform.Create(profile, remoteMasterKey, remoteMasterSalt))
    {
    }

    /// <summary>From transforms; the session disposes them.</summary>
    public SrtpSession(SrtpTransform outbound, SrtpTransform inbound)
    {
        _outbound = outbound;
        _inbound = inbound;
    }

    /// <summary>What was dropped of what the peer sent.</summary>
    public SrtpDrops Drops => new(_malformed, _tooManySources, _replayed, _authenticationFailed);

    /// <summary>How many SSRCs the peer has sent from.</summary>
    public int InboundSourceCount => _inboundSources.Count;

    /// <summary>Makes one from the block that DTLS exported (RFC 5764 §4.2).</summary>
    /// <param name="profile">The profile that <c>use_srtp</c> settled on.</param>
    /// <param name="exported">The block, as long as the profile's KeyingMaterialLength; not kept.</param>
    /// <param name="role">Our DTLS role.</param>
    public static SrtpSession FromKeyingMaterial(SrtpProtectionProfile profile, ReadOnlySpan<byte> exported, DtlsRole role)
    {
        SrtpKeyingMaterial keys = SrtpKeyingMaterial.Split(profile, exported, role);
        return new(profile, keys.LocalKey, keys.LocalSalt, keys.RemoteKey, keys.RemoteSalt);
    }

    /// <summary>
    /// Protects the RTP packet in <c>buffer[..packetLength]</c>. False when the tag has no room behind it, the header is not RTP, the
    /// sequence number was used before or lies behind the window that remembers which were (no index is used twice), or the key is used up.
    /// </summary>
    public bool TryProtectRtp(Span<byte> buffer, int packetLength, out int protectedLength)
    {
        protectedLength = 0;
        if ((uint)packetLength > (uint)buffer.Length || buffer.Length - packetLength < _outbound.Overhead)
            return false;
        if (!SrtpHeader.TryParse(buffer[..packetLength], out SrtpHeader header))
            return false;
        if (!TryFindOrAddOutbound(header.Ssrc, out int slot))
            return false;

        ref SrtpSource source = ref _outboundSources[slot];
        ulong index = header.SequenceNumber; // ROC begins at 0 (§3.3.1)
        if (!source.Rtp.IsEmpty)
        {
            if (!SrtpPacketIndex.TryEstimate(source.Rtp.Highest, header.SequenceNumber, out index) || source.Rtp.Contains(index))
                return false;
        }

        source.Rtp.Add(index);
        _outbound.ProtectRtp(buffer, packetLength, header, index);
        protectedLength = packetLength + _outbound.Overhead;
        return true;
    }

    /// <summary>Authenticates and decrypts an SRTP packet; its first <paramref name="length"/> bytes are then RTP.</summary>
    public bool TryUnprotectRtp(Span<byte> packet, out int length)
    {
        length = 0;
        int unprotectedLength = packet.Length - _inbound.Overhead;
        if (unprotectedLength < 0 || !SrtpHeader.TryParse(packet[..unprotectedLength], out SrtpHeader header))
            return Drop(ref _malformed);

        int slot = _inboundSources.Find(header.Ssrc);
        if (slot < 0 && _inboundSources.IsFull)
            return Drop(ref _tooManySources);

        ulong index = header.SequenceNumber; // the first packet of a source: ROC is 0 (§3.3.1)
        if (slot >= 0 && !_inboundSources[slot].Rtp.IsEmpty)
        {
            ref readonly ReplayWindow window = ref _inboundSources[slot].Rtp;
            if (!SrtpPacketIndex.TryEstimate(window.Highest, header.SequenceNumber, out index) || window.Contains(index))
                return Drop(ref _replayed);
        }

        if (!_inbound.TryUnprotectRtp(packet, header, index))
            return Drop(ref _authenticationFailed);

        if (slot < 0)
            slot = _inboundSources.Add(header.Ssrc);
        _inboundSources[slot].Rtp.Add(index);
        length = unprotectedLength;
        return true;
    }

    /// <summary>
    /// Protects the RTCP compound in <c>buffer[..packetLength]</c>. False when tag and index have no room behind it, it is not RTCP,
    /// or the key is used up.
    /// </summary>
    public bool TryProtectRtcp(Span<byte> buffer, int packetLength, out int protectedLength)
    {
        protectedLength = 0;
        int overhead = _outbound.Overhead + SrtpTransform.IndexWordLength;
        if ((uint)packetLength > (uint)buffer.Length || buffer.Length - packetLength < overhead)
            return false;
        if (!SrtcpHeader.TryParse(buffer[..packetLength], out uint ssrc))
            return false;
        if (!TryFindOrAddOutbound(ssrc, out int slot))
            return false;

        ref SrtpSource source = ref _outboundSources[slot];
        ulong index = source.Rtcp.IsEmpty ? 0 : source.Rtcp.Highest + 1; // §3.4: zero for the first packet, then one more each time
        if (index > MaxRtcpIndex)
            return false;

        source.Rtcp.Add(index);
        _outbound.ProtectRtcp(buffer, packetLength, ssrc, (uint)index);
        protectedLength = packetLength + overhead;
        return true;
    }

    /// <summary>Authenticates and decrypts an SRTCP packet; its first <paramref name="length"/> bytes are then an RTCP compound.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        int unprotectedLength = packet.Length - _inbound.Overhead - SrtpTransform.IndexWordLength;
        if (unprotectedLength < 0 || !SrtcpHeader.TryParse(packet[..unprotectedLength], out uint ssrc))
            return Drop(ref _malformed);

        int slot = _inboundSources.Find(ssrc);
        if (slot < 0 && _inboundSources.IsFull)
            return Drop(ref _tooManySources);

        // The index travels in the packet, so nothing is estimated (§3.4).
        uint indexWord = BinaryPrimitives.ReadUInt32BigEndian(packet[_inbound.IndexWordOffset(packet.Length)..]);
        uint index = indexWord & ~SrtpTransform.EncryptedFlag;
        if (slot >= 0 && _inboundSources[slot].Rtcp.Contains(index))
            return Drop(ref _replayed);

        if (!_inbound.TryUnprotectRtcp(packet, ssrc, indexWord))
            return Drop(ref _authenticationFailed);

        if (slot < 0)
            slot = _inboundSources.Add(ssrc);
        _inboundSources[slot].Rtcp.Add(index);
        length = unprotectedLength;
        return true;
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose()
    {
        _outbound.Dispose();
        _inbound.Dispose();
    }

    private bool TryFindOrAddOutbound(uint ssrc, out int slot)
    {
        slot = _outboundSources.Find(ssrc);
        if (slot < 0 && !_outboundSources.IsFull)
            slot = _outboundSources.Add(ssrc);
        return slot >= 0;
    }

    private static bool Drop(ref long counter)
    {
        counter++;
        return false;
    }
}
