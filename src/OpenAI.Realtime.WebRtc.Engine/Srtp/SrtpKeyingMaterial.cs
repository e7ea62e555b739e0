using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>
/// The block that DTLS exports under the label EXTRACTOR-dtls_srtp, split up (RFC 5764 §4.2).
/// <code>
/// +------------------+------------------+-------------------+-------------------+
/// | client_write_key | server_write_key | client_write_salt | server_write_salt |
/// +------------------+------------------+-------------------+-------------------+
/// </code>
/// </summary>
internal readonly ref struct SrtpKeyingMaterial
{
    /// <summary>The key under which we send.</summary>
    public ReadOnlySpan<byte> LocalKey { get; private init; }

    /// <summary>The salt that goes with <see cref="LocalKey"/>.</summary>
    public ReadOnlySpan<byte> LocalSalt { get; private init; }

    /// <summary>The key under which the peer sends.</summary>
    public ReadOnlySpan<byte> RemoteKey { get; private init; }

    /// <summary>The salt that goes with <see cref="RemoteKey"/>.</summary>
    public ReadOnlySpan<byte> RemoteSalt { get; private init; }

    /// <summary>Splits the exported block; <paramref name="role"/> is ours in the DTLS handshake.</summary>
    /// <exception cref="ArgumentException">The block is not as long as the profile says: a mistake of the caller, not of the peer.</exception>
    public static SrtpKeyingMaterial Split(SrtpProtectionProfile profile, ReadOnlySpan<byte> exported, DtlsRole role)
    {
        if (exported.Length != profile.KeyingMaterialLength)
            throw new ArgumentException($"{profile} needs {profile.KeyingMaterialLength} exported bytes.", nameof(exported));
        bool isClient = role == DtlsRole.Client;
        int key = SrtpSizes.MasterKeyLength;
        int salt = profile.MasterSaltLength;
        ReadOnlySpan<byte> clientKey = exported[..key];
        ReadOnlySpan<byte> serverKey = exported.Slice(key, key);
        ReadOnlySpan<byte> clientSalt = exported.Slice(2 * key, salt);
        ReadOnlySpan<byte> serverSalt = exported.Slice(2 * key + salt, salt);
        return new()
        {
            LocalKey = isClient ? clientKey : serverKey,
            LocalSalt = isClient ? clientSalt : serverSalt,
            RemoteKey = isClient ? serverKey : clientKey,
            RemoteSalt = isClient ? serverSalt : clientSalt,
        };
    }
}
