using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// What one level of a description says about ICE and DTLS. It may stand at the session level for every m-line, or below one
/// m-line, which then counts (RFC 8839 §5.4, RFC 8842 §5.1, RFC 8122 §5).
/// </summary>
internal sealed class SdpTransport
{
    private readonly List<CertificateFingerprint> _fingerprints = [];

    /// <summary><c>a=ice-ufrag</c>; null when not told.</summary>
    public string? IceUfrag { get; set; }

    /// <summary><c>a=ice-pwd</c>; null when not told.</summary>
    public string? IcePwd { get; set; }

    /// <summary><c>a=setup</c>; null when not told.</summary>
    public SdpSetup? Setup { get; set; }

    /// <summary>The number of the line that holds <c>a=setup</c>; 0 when there is none.</summary>
    public int SetupLine { get; set; }

    /// <summary><c>a=fingerprint</c>, each once: the certificate may match any of one hash function (RFC 8122 §5).</summary>
    public IReadOnlyList<CertificateFingerprint> Fingerprints => _fingerprints;

    /// <summary>The first <c>a=fingerprint</c> line that could not be read; told when no other one can be used.</summary>
    public SdpError FingerprintError { get; set; } = SdpError.None;

    /// <summary>The first <c>a=setup</c> line that could not be read; told when there is no other.</summary>
    public SdpError SetupError { get; set; } = SdpError.None;

    /// <summary>Adds a fingerprint, unless it is there. One that can be checked takes the place of one that cannot when there are too many. False: too many that can.</summary>
    public bool TryAdd(CertificateFingerprint fingerprint)
    {
        if (_fingerprints.Contains(fingerprint))
            return true;
        if (_fingerprints.Count == SdpLimits.Fingerprints)
        {
            if (!fingerprint.IsSupported)
                return true;
            int useless = _fingerprints.FindIndex(f => !f.IsSupported);
            if (useless < 0)
                return false;
            _fingerprints.RemoveAt(useless);
        }

        _fingerprints.Add(fingerprint);
        return true;
    }
}
