using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>
/// Numbers, protects and opens records. Epoch 0 is in the clear, epoch 1 is protected by the keys of the handshake; without
/// renegotiation there is no other (RFC 6347 §4.1).
/// </summary>
internal sealed class RecordLayer : IDisposable
{
    public const ushort PlainEpoch = 0;
    public const ushort ProtectedEpoch = 1;

    /// <summary>The highest sequence number; none may wrap around (RFC 6347 §4.1).</summary>
    public const ulong MaxSequence = (1UL << 48) - 1;

    private readonly ulong[] _nextSequence = new ulong[2];
    private RecordProtection? _write;
    private RecordProtection? _read;
    private ReplayWindow _replay;

    /// <summary>Whether records of epoch 1 can be read and written.</summary>
    public bool HasKeys => _read is not null;

    /// <summary>Whether epoch 1 has run out of sequence numbers to write with.</summary>
    public bool IsExhausted => _nextSequence[ProtectedEpoch] > MaxSequence;

    public void Dispose()
    {
        _write?.Dispose();
        _read?.Dispose();
    }

    /// <summary>
    /// Takes the keys of epoch 1 out of the key block (RFC 5246 §6.3; AEAD suites have no MAC keys):
    /// <code>client_write_key (16) | server_write_key (16) | client_write_IV (4) | server_write_IV (4)</code>
    /// </summary>
    public void InstallKeys(ReadOnlySpan<byte> keyBlock, DtlsRole role)
    {
        const int Key = RecordProtection.KeyLength, Salt = RecordProtection.SaltLength;
        var client = new RecordProtection(keyBlock[..Key], keyBlock.Slice(2 * Key, Salt));
        var server = new RecordProtection(keyBlock.Slice(Key, Key), keyBlock.Slice((2 * Key) + Salt, Salt));
        (_write, _read) = role == DtlsRole.Client ? (client, server) : (server, client);
    }

    public static int OverheadOf(ushort epoch) =>
        epoch == PlainEpoch ? RecordHeader.Size : RecordHeader.Size + RecordProtection.Overhead;

    /// <summary>Writes one record whose content is <paramref name="first"/> and <paramref name="second"/> in a row.</summary>
    /// <returns>False when it does not fit, when there are no keys for the epoch, or no sequence numbers left.</returns>
    public bool TryWrite(
        ushort epoch, ContentType type, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> buffer, out int length)
    {
        int plain = first.Length + second.Length;
        length = OverheadOf(epoch) + plain;
        if (buffer.Length < length
            || plain > RecordHeader.MaxFragmentLength - RecordProtection.Overhead
            || _nextSequence[epoch] > MaxSequence
            || (epoch == ProtectedEpoch && _write is null))
        {
            length = 0;
            return false;
        }

        Span<byte> fragment = buffer[RecordHeader.Size..length];
        Span<byte> text = epoch == PlainEpoch ? fragment : fragment[RecordProtection.ExplicitNonceLength..];
        second.CopyTo(text[first.Length..]);
        first.CopyTo(text);
        var header = new RecordHeader(type, ProtocolVersion.Dtls12, epoch, _nextSequence[epoch]++, fragment.Length);
        header.Write(buffer);
        if (epoch == ProtectedEpoch)
            _write!.Seal(header, fragment);
        return true;
    }

    /// <summary>Opens a record of epoch 1 in place: the number first, because it is cheap, then the tag, then the number is marked.</summary>
    public bool TryOpen(scoped in RecordHeader header, Span<byte> fragment, DtlsCounters counters, out Span<byte> plaintext)
    {
        plaintext = default;
        if (_read is null || header.Version != ProtocolVersion.Dtls12)
        {
            counters.Ignored++;
            return false;
        }

        if (_replay.Contains(header.Sequence))
        {
            counters.Replayed++;
            return false;
        }

        if (!_read.TryOpen(header, fragment, out plaintext))
        {
            counters.Unauthentic++;
            return false;
        }

        _replay.Add(header.Sequence);
        return true;
    }

    /// <summary>For tests of exhaustion: the next record of epoch 1 gets this number.</summary>
    internal void SkipTo(ulong sequence) => _nextSequence[ProtectedEpoch] = sequence;
}
