using System.Buffers;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// The hash of a certificate: <c>a=fingerprint:sha-256 4A:AD:…</c> (RFC 8122 §5).
/// </summary>
/// <param name="Algorithm">The hash function's name in lower case, such as <c>sha-256</c>.</param>
/// <param name="Value">Upper-case hexadecimal bytes with colons between them.</param>
internal readonly record struct SdpFingerprint(string Algorithm, string Value)
{
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>
    /// Whether the engine checks certificates with this hash function. RFC 8122 §5.1 wants SHA-256; SHA-1 and the MD family
    /// are too weak to say who the peer is.
    /// </summary>
    public bool IsSupported => Algorithm is "sha-256" or "sha-384" or "sha-512";

    /// <summary>Parses what follows <c>fingerprint:</c>; the name and the digits may come in any case (RFC 8122 §5).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SdpFingerprint fingerprint)
    {
        fingerprint = default;
        SdpTokens tokens = new(text);
        if (!tokens.TryTake(out ReadOnlySpan<char> algorithm) || algorithm.Length > SdpLimits.Token || !SdpTokens.IsVisible(algorithm)
            || !tokens.TryTake(out ReadOnlySpan<char> value) || !tokens.Rest.IsEmpty)
            return false;

        // 2UHEX *(":" 2UHEX)
        if (value.Length % 3 != 2)
            return false;
        for (int i = 0; i < value.Length; i++)
        {
            if (i % 3 == 2 ? value[i] != ':' : !s_hexDigits.Contains(value[i]))
                return false;
        }

        fingerprint = new(algorithm.ToString().ToLowerInvariant(), value.ToString().ToUpperInvariant());
        int bytes = (value.Length + 1) / 3;
        return fingerprint.Algorithm switch
        {
            "sha-1" => bytes == 20,
            "sha-224" => bytes == 28,
            "sha-256" => bytes == 32,
            "sha-384" => bytes == 48,
            "sha-512" => bytes == 64,
            _ => bytes <= 64,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm} {Value}";
}
