namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>Where ephemeral keys come from. Thread-safe.</summary>
public interface IEphemeralKeyProvider
{
    /// <summary>Gets a key that opens a call now.</summary>
    /// <param name="request">For which session, and which key has been refused, if one has.</param>
    /// <param name="cancellationToken">Ends the wait. It is cancelled when the client's key timeout has passed, too.</param>
    /// <exception cref="RealtimeConnectException">The key's issuer refused, could not be reached, or answered something else.</exception>
    ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default);
}

/// <summary>What a key is wanted for.</summary>
public sealed class EphemeralKeyRequest
{
    /// <summary>The session configuration as JSON, in the shape of <see cref="Dialect"/>. Default: empty, none.</summary>
    public ReadOnlyMemory<byte> Session { get; init; }

    /// <summary>Which generation of the protocol the session is written in.</summary>
    public RealtimeDialect Dialect { get; init; }

    /// <summary>The identifier of the end user that the key is to be bound to. Default: none.</summary>
    public string? SafetyIdentifier { get; init; }

    /// <summary>
    /// The key that the service has just refused (401). A provider that keeps keys forgets this one and makes a new one; returning it once more
    /// ends the attempt. Default: null, the first request of an attempt.
    /// </summary>
    public EphemeralKey? Refused { get; init; }
}
