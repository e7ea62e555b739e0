using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// The one transport that audio and data share: ICE and DTLS as told below the tagged m-line, the first one of the BUNDLE group
/// (RFC 8843 §7.2.1, §9). What an m-line says of a transport of its own, which the offer had to open before BUNDLE was agreed, is left aside.
/// </summary>
internal static class BundledTransport
{
    /// <summary>Finds the tagged m-line among <paramref name="accepted"/>, which must all be in the BUNDLE group unless there is just one.</summary>
    /// <param name="description">The peer's offer or answer.</param>
    /// <param name="accepted">The m-lines in use; at least one.</param>
    /// <param name="mids">The mid of each of <paramref name="accepted"/>; null when it has none.</param>
    /// <param name="what">"offer" or "answer", for messages.</param>
    /// <param name="tagged">The m-line whose transport is used.</param>
    /// <param name="error">Why not.</param>
    public static bool TryFindTagged(
        SessionDescription description, ReadOnlySpan<MediaDescription> accepted, ReadOnlySpan<string?> mids, string what,
        [NotNullWhen(true)] out MediaDescription? tagged, out SdpError error)
    {
        error = SdpError.None;
        tagged = accepted[0];
        if (description.BundleMids is not { } bundle)
        {
            if (accepted.Length == 1)
                return true;
            error = SdpError.Missing($"The {what} has no a=group:BUNDLE line, so audio and data would need a transport each. This engine has one: the peer must agree to BUNDLE (RFC 8843).");
            return false;
        }

        int first = int.MaxValue;
        for (int i = 0; i < accepted.Length; i++)
        {
            int rank = mids[i] is { } mid ? IndexOf(bundle, mid) : -1;
            if (rank < 0 && accepted.Length > 1)
            {
                error = SdpError.At(description.BundleLine, $"a=group:BUNDLE {string.Join(' ', bundle)}",
                    $"The BUNDLE group does not name the {accepted[i].Media} m-line (mid {mids[i] ?? "missing"}, line {accepted[i].Line}). Audio and data must share one transport (RFC 8843).");
                return false;
            }

            if (rank >= 0 && rank < first)
            {
                first = rank;
                tagged = accepted[i];
            }
        }

        // A bundle-only m-line tells nothing of a transport (RFC 8843 §6): then the group's first m-line does, though it is not in use.
        if (description.IceUfragOf(tagged) is null && bundle.Count > 0
            && description.Media.Find(m => m.Mid == bundle[0]) is { } suggested && description.IceUfragOf(suggested) is not null)
            tagged = suggested;
        return true;
    }

    /// <summary>Checks what every transport needs: ICE credentials and a fingerprint.</summary>
    public static bool TryCheck(SessionDescription description, MediaDescription tagged, string what, out IReadOnlyList<CertificateFingerprint> fingerprints, out SdpError error)
    {
        fingerprints = [];
        string? missing = (description.IceUfragOf(tagged), description.IcePwdOf(tagged)) switch
        {
            (null, null) => "a=ice-ufrag and a=ice-pwd lines",
            (null, _) => "a=ice-ufrag line",
            (_, null) => "a=ice-pwd line",
            _ => null,
        };
        if (missing is not null)
        {
            error = SdpError.Missing($"The {what} has no {missing} for its {tagged.Media} m-line, so no connectivity check can be made (RFC 8839 §5.4). The text was cut, or the peer does not speak ICE.");
            return false;
        }

        IReadOnlyList<CertificateFingerprint> told = description.FingerprintsOf(tagged);
        if (!told.Any(f => f.IsSupported) && description.FingerprintErrorOf(tagged) is var unreadable && unreadable != SdpError.None)
        {
            error = unreadable;
            return false;
        }

        if (told.Count == 0)
        {
            error = SdpError.Missing($"The {what} has no a=fingerprint line, so the peer's certificate could not be checked and the connection would not be safe (RFC 8122 §5). The text was cut, or the peer does not speak DTLS-SRTP.");
            return false;
        }

        List<CertificateFingerprint> supported = [];
        foreach (CertificateFingerprint fingerprint in told)
        {
            if (fingerprint.IsSupported)
                supported.Add(fingerprint);
        }

        fingerprints = supported;
        error = supported.Count > 0
            ? SdpError.None
            : SdpError.Missing($"The {what} has fingerprints of {string.Join(", ", Algorithms(told))} alone. The peer must give one of sha-256, sha-384 or sha-512 (RFC 8122 §5.1).");
        return supported.Count > 0;
    }

    /// <summary>The usable candidates of the transport, each address once, and how many others there are.</summary>
    public static List<SdpCandidate> Candidates(SessionDescription description, MediaDescription tagged, out int named, out int unusable)
    {
        string? ufrag = description.IceUfragOf(tagged);
        List<SdpCandidate> usable = [];
        HashSet<(TransportProtocol, TransportAddress)> known = [];
        named = 0;
        unusable = description.IgnoredCandidates;
        foreach (MediaDescription media in description.Media)
        {
            // Bundled m-lines may repeat the candidates; another fragment means another transport.
            if (description.IceUfragOf(media) != ufrag)
                continue;
            foreach (SdpCandidate candidate in media.Candidates)
            {
                if (candidate.Ufrag is not null && candidate.Ufrag != ufrag)
                    unusable++;
                else if (candidate.IsName)
                    named++;
                else if (!candidate.IsUsable)
                    unusable++;
                else if (known.Add((candidate.Protocol, candidate.TransportAddress!.Value)))
                    usable.Add(candidate);
            }
        }

        return usable;
    }

    /// <summary>What a data-channel m-line says of messages: absent means 64 KiB, and 0 means any size (RFC 8841 §6.1).</summary>
    public static long MaxMessageSize(MediaDescription data) => data.MaxMessageSize switch
    {
        null => SessionDescription.DefaultMaxMessageSize,
        0 => long.MaxValue,
        { } size => size,
    };

    private static int IndexOf(IReadOnlyList<string> mids, string mid)
    {
        for (int i = 0; i < mids.Count; i++)
        {
            if (mids[i] == mid)
                return i;
        }

        return -1;
    }

    private static SortedSet<string> Algorithms(IReadOnlyList<CertificateFingerprint> fingerprints)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (CertificateFingerprint fingerprint in fingerprints)
            names.Add(fingerprint.Algorithm);
        return names;
    }
}
