using System.Security.Cryptography;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>
/// Keeps the keys of another provider until shortly before they expire. A key is used again only for the same session configuration, compared as
/// canonical JSON, and the same safety identifier. Callers who want the same key at once share one request for it.
/// </summary>
/// <remarks>
/// It knows no other identity than the safety identifier. A <see cref="ServerEphemeralKeyProvider"/> gets keys for whomever its HTTP client speaks for at that moment: put a cache
/// around one only where all of it is one user's, or use one cache for each user. The client itself keeps no key of <see cref="OpenAIRealtimeWebRtcOptions.KeyUrl"/>.
/// </remarks>
public sealed class CachingEphemeralKeyProvider : IEphemeralKeyProvider
{
    /// <summary>How many keys are kept at most; then the one that expires first makes room.</summary>
    public const int MaxKeys = 256;

    private readonly IEphemeralKeyProvider _inner;
    private readonly TimeSpan _margin;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<string, EphemeralKey> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedMint> _mints = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Keeps the keys of <paramref name="inner"/>.</summary>
    /// <param name="inner">Makes the keys. One whose expiry is not known is not kept.</param>
    /// <param name="margin">A key with less than this left to live is not used again. Default: 15 s.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    public CachingEphemeralKeyProvider(IEphemeralKeyProvider inner, TimeSpan? margin = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (margin is { } given)
            ArgumentOutOfRangeException.ThrowIfLessThan(given, TimeSpan.Zero, nameof(margin));
        _inner = inner;
        _margin = margin ?? TimeSpan.FromSeconds(15);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Where the keys come from, for who may not be given one that somebody else has had.</summary>
    internal IEphemeralKeyProvider Inner => _inner;

    /// <inheritdoc/>
    public async ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        string slot = SlotOf(request);
        SharedMint mint;
        lock (_lock)
        {
            if (_keys.TryGetValue(slot, out EphemeralKey? kept))
            {
                // Somebody else may have replaced the refused key meanwhile: then the new one serves both.
                bool refused = request.Refused is { } r && r.Value == kept.Value;
                if (!refused && IsFresh(kept))
                    return kept.AsCached();
                _keys.Remove(slot);
            }
            if (!_mints.TryGetValue(slot, out mint!))
            {
                mint = new SharedMint();
                _mints.Add(slot, mint);
                mint.Task = MintAsync(slot, request, mint);
            }
            mint.Waiters++;
        }

        try
        {
            return await mint.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            bool abandoned;
            lock (_lock)
            {
                abandoned = --mint.Waiters == 0 && !mint.Task.IsCompleted;
                if (abandoned)
                    Forget(slot, mint);
            }
            if (abandoned)
                await mint.Abandoned.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<EphemeralKey> MintAsync(string slot, EphemeralKeyRequest request, SharedMint mint)
    {
        // Leave the caller's lock before any code of the inner provider runs.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            EphemeralKey key = await _inner.GetKeyAsync(request, mint.Abandoned.Token).ConfigureAwait(false);
            lock (_lock)
            {
                Forget(slot, mint);
                if (IsFresh(key) && !mint.Abandoned.IsCancellationRequested)
                    Keep(slot, key);
            }
            return key;
        }
        finally
        {
            lock (_lock)
                Forget(slot, mint);
        }
    }

    private void Forget(string slot, SharedMint mint)
    {
        if (_mints.TryGetValue(slot, out SharedMint? current) && ReferenceEquals(current, mint))
            _mints.Remove(slot);
    }

    private void Keep(string slot, EphemeralKey key)
    {
        if (_keys.Count >= MaxKeys && !_keys.ContainsKey(slot))
        {
            foreach (string stale in _keys.Where(pair => !IsFresh(pair.Value)).Select(pair => pair.Key).ToArray())
                _keys.Remove(stale);
            if (_keys.Count >= MaxKeys)
                _keys.Remove(_keys.MinBy(pair => pair.Value.ExpiresAt).Key);
        }
        _keys[slot] = key;
    }

    private bool IsFresh(EphemeralKey key) => key.ExpiresAt is { } at && _timeProvider.GetUtcNow() + _margin < at;

    /// <summary>A digest of all that a key is bound to. Each part is preceded by its length, so that no two requests can run together.</summary>
    private static string SlotOf(EphemeralKeyRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, [(byte)request.Dialect]);
        Append(hash, request.SafetyIdentifier is null ? [0] : [1, .. Encoding.UTF8.GetBytes(request.SafetyIdentifier)]);
        Append(hash, CanonicalJson.Canonicalize(request.Session.Span));
        return Convert.ToHexString(hash.GetHashAndReset());

        static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }
    }

    private sealed class SharedMint
    {
        public Task<EphemeralKey> Task { get; set; } = null!;

        public int Waiters { get; set; }

        public CancellationTokenSource Abandoned { get; } = new();
    }
}
