namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>All that somebody needs to open one call at the service: what an <see cref="EphemeralKeyMint"/> makes.</summary>
/// <param name="Key">The key. Its value is a secret of the one who gets it.</param>
/// <param name="CallsAddress">Where the offer is posted to, as <c>application/sdp</c> with <c>Authorization: Bearer</c> and the key. It never holds the API key.</param>
/// <param name="Model">The model of the session, or on Azure the deployment.</param>
public sealed record MintedKey(EphemeralKey Key, Uri CallsAddress, string Model);
