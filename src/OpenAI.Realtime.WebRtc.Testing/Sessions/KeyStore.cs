namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>An ephemeral key.</summary>
internal sealed record MintedKey(string Value, DateTimeOffset ExpiresAt, EffectiveSession Session);

/// <summary>The keys that have been minted; bounded. Thread-safe.</summary>
internal sealed class KeyStore(int maxKeys, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MintedKey> _keys = new(StringComparer.Ordinal);
    private int _minted;

    /// <summary>How many have been minted until now.</summary>
    public int Minted => Volatile.Read(ref _minted);

    /// <summary>Mints one; null when there are too many that have not expired.</summary>
    public MintedKey? Mint(EffectiveSession session, TimeSpan lifetime)
    {
        DateTimeOffset now = time.GetUtcNow();
        // Whole seconds, as expires_at says it.
        var key = new MintedKey(Json.NewId("ek_", 32), DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds()), session);
        lock (_gate)
        {
            if (_keys.Count >= maxKeys)
            {
                foreach (MintedKey expired in _keys.Values.Where(k => k.ExpiresAt <= now).ToList())
                    _keys.Remove(expired.Value);
            }

            if (_keys.Count >= maxKeys)
                return null;
            _keys.Add(key.Value, key);
            _minted++;
        }

        return key;
    }

    /// <summary>Finds one; an expired one is remembered as long as there is room.</summary>
    public MintedKey? Find(string value, out bool hasExpired)
    {
        lock (_gate)
        {
            MintedKey? key = _keys.GetValueOrDefault(value);
            hasExpired = key is not null && key.ExpiresAt <= time.GetUtcNow();
            return key;
        }
    }
}
