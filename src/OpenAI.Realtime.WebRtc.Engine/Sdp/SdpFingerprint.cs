using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>How SDP spells a fingerprint: <c>a=fingerprint:sha-256 4A:AD:…</c> (RFC 8122 §5).</summary>
internal static class SdpFingerprint
{
    /// <summary>Parses what follows <c>fingerprint:</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        SdpTokens tokens = new(text);
        return tokens.TryTake(out ReadOnlySpan<char> algorithm) && algorithm.Length <= SdpLimits.Token && SdpTokens.IsVisible(algorithm)
            && tokens.TryTake(out ReadOnlySpan<char> value) && tokens.Rest.IsEmpty
            && CertificateFingerprint.TryParse(algorithm, value, out fingerprint);
    }
}
