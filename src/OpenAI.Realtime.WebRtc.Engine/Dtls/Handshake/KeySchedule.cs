using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>From the premaster secret to everything that is made of it (RFC 5246 §8, §6.3; RFC 7627 §4; RFC 5705 §4).</summary>
internal sealed class KeySchedule : IDisposable
{
    public const int MasterSecretLength = 48;
    public const int KeyBlockLength = 2 * (RecordProtection.KeyLength + RecordProtection.SaltLength);

    private readonly byte[] _masterSecret = new byte[MasterSecretLength];

    public byte[] ClientRandom { get; } = new byte[ClientHello.RandomLength];

    public byte[] ServerRandom { get; } = new byte[ClientHello.RandomLength];

    /// <summary>
    /// master_secret = PRF(pre_master_secret, "extended master secret", session_hash)[0..47] (RFC 7627 §4);
    /// the session hash covers all messages up to and including ClientKeyExchange.
    /// </summary>
    public void DeriveMasterSecret(ReadOnlySpan<byte> premasterSecret, ReadOnlySpan<byte> sessionHash) =>
        Prf.Expand(premasterSecret, "extended master secret"u8, sessionHash, default, _masterSecret);

    /// <summary>key_block = PRF(master_secret, "key expansion", server_random + client_random) (RFC 5246 §6.3).</summary>
    public void DeriveKeyBlock(Span<byte> keyBlock) =>
        Prf.Expand(_masterSecret, "key expansion"u8, ServerRandom, ClientRandom, keyBlock);

    /// <summary>verify_data = PRF(master_secret, finished_label, Hash(handshake_messages))[0..11] (RFC 5246 §7.4.9).</summary>
    public void DeriveVerifyData(DtlsRole sender, ReadOnlySpan<byte> transcriptHash, Span<byte> verifyData) =>
        Prf.Expand(_masterSecret, sender == DtlsRole.Client ? "client finished"u8 : "server finished"u8, transcriptHash, default, verifyData);

    /// <summary>Keying material for others: PRF(master_secret, label, client_random + server_random) (RFC 5705 §4, without a context).</summary>
    public void Export(ReadOnlySpan<byte> label, Span<byte> destination) =>
        Prf.Expand(_masterSecret, label, ClientRandom, ServerRandom, destination);

    public void Dispose() => CryptographicOperations.ZeroMemory(_masterSecret);
}
