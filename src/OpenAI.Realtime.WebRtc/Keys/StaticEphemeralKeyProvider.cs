namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>Holds a key that somebody else has made.</summary>
public sealed class StaticEphemeralKeyProvider : IEphemeralKeyProvider
{
    private readonly EphemeralKey _key;

    /// <summary>Holds a key.</summary>
    /// <param name="key">The key, such as <c>ek_…</c>.</param>
    public StaticEphemeralKeyProvider(string key) => _key = new EphemeralKey(key);

    /// <summary>Holds a key.</summary>
    public StaticEphemeralKeyProvider(EphemeralKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
    }

    /// <inheritdoc/>
    public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) => new(_key);
}
