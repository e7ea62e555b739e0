using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The extensions of a ClientHello or ServerHello that we read (RFC 5246 §7.4.1.4).
/// <code>
/// extensions length (2) | extension_type (2) | length (2) | data | extension_type (2) | …
/// </code>
/// A list that is absent is empty; whether that is allowed is for the reader to say.
/// </summary>
internal readonly ref struct HelloExtensions
{
    /// <summary>NamedGroup values, two bytes each.</summary>
    public ReadOnlySpan<byte> SupportedGroups { get; private init; }

    /// <summary>ECPointFormat values, one byte each.</summary>
    public ReadOnlySpan<byte> EcPointFormats { get; private init; }

    /// <summary>SignatureScheme values, two bytes each.</summary>
    public ReadOnlySpan<byte> SignatureAlgorithms { get; private init; }

    /// <summary>SRTPProtectionProfile values, two bytes each.</summary>
    public ReadOnlySpan<byte> SrtpProfiles { get; private init; }

    /// <summary>srtp_mki of <c>use_srtp</c>.</summary>
    public ReadOnlySpan<byte> SrtpMki { get; private init; }

    public bool HasExtendedMasterSecret { get; private init; }

    public bool HasRenegotiationInfo { get; private init; }

    /// <summary>renegotiated_connection: empty in a first handshake (RFC 5746 §3.2).</summary>
    public ReadOnlySpan<byte> RenegotiatedConnection { get; private init; }

    /// <summary>Reads what is left of a hello message; a hello without extensions ends before them.</summary>
    public static bool TryParse(scoped ref SpanReader hello, out HelloExtensions extensions)
    {
        extensions = default;
        if (hello.IsAtEnd)
            return true;
        if (!hello.TryReadVector16(out ReadOnlySpan<byte> list) || !hello.IsAtEnd)
            return false;

        ReadOnlySpan<byte> groups = default, formats = default, algorithms = default, profiles = default, mki = default, renegotiated = default;
        bool extendedMasterSecret = false, renegotiationInfo = false;
        var reader = new SpanReader(list);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadUInt16(out ushort type) || !reader.TryReadVector16(out ReadOnlySpan<byte> data))
                return false;
            var body = new SpanReader(data);
            switch ((ExtensionType)type)
            {
                case ExtensionType.SupportedGroups:
                    if (!body.TryReadVector16(out groups) || groups.Length % 2 != 0)
                        return false;
                    break;
                case ExtensionType.EcPointFormats:
                    if (!body.TryReadVector8(out formats))
                        return false;
                    break;
                case ExtensionType.SignatureAlgorithms:
                    if (!body.TryReadVector16(out algorithms) || algorithms.Length % 2 != 0)
                        return false;
                    break;
                case ExtensionType.UseSrtp:
                    if (!body.TryReadVector16(out profiles) || profiles.Length % 2 != 0 || !body.TryReadVector8(out mki))
                        return false;
                    break;
                case ExtensionType.ExtendedMasterSecret:
                    extendedMasterSecret = true;
                    break;
                case ExtensionType.RenegotiationInfo:
                    if (!body.TryReadVector8(out renegotiated))
                        return false;
                    renegotiationInfo = true;
                    break;
                default:
                    // Unknown, so passed over. Among them is supported_versions: we speak DTLS 1.2 alone, and such a server settles the
                    // version by client_version (RFC 8446 §4.2.1), which a DTLS 1.3 client sets to 1.2 (RFC 9147 §5.3).
                    body.TrySkip(data.Length);
                    break;
            }

            if (!body.IsAtEnd && (ExtensionType)type != ExtensionType.ExtendedMasterSecret)
                return false;
        }

        extensions = new HelloExtensions
        {
            SupportedGroups = groups,
            EcPointFormats = formats,
            SignatureAlgorithms = algorithms,
            SrtpProfiles = profiles,
            SrtpMki = mki,
            HasExtendedMasterSecret = extendedMasterSecret,
            HasRenegotiationInfo = renegotiationInfo,
            RenegotiatedConnection = renegotiated,
        };
        return true;
    }

    /// <summary>Whether a list of two-byte numbers holds <paramref name="value"/>.</summary>
    public static bool Contains(ReadOnlySpan<byte> list, ushort value)
    {
        var reader = new SpanReader(list);
        while (reader.TryReadUInt16(out ushort item))
        {
            if (item == value)
                return true;
        }

        return false;
    }

    public static void WriteSupportedGroups(ref SpanWriter writer)
    {
        int extension = Begin(ref writer, ExtensionType.SupportedGroups);
        writer.WriteUInt16(2);
        writer.WriteUInt16(EcNumbers.Secp256r1);
        writer.EndLength16(extension);
    }

    public static void WriteEcPointFormats(ref SpanWriter writer)
    {
        int extension = Begin(ref writer, ExtensionType.EcPointFormats);
        writer.WriteUInt8(1);
        writer.WriteUInt8(EcNumbers.UncompressedPoint);
        writer.EndLength16(extension);
    }

    public static void WriteSignatureAlgorithms(ref SpanWriter writer)
    {
        int extension = Begin(ref writer, ExtensionType.SignatureAlgorithms);
        WriteAcceptedSignatureSchemes(ref writer);
        writer.EndLength16(extension);
    }

    /// <summary>The schemes that we verify, in order of preference; the same list stands in a CertificateRequest.</summary>
    public static void WriteAcceptedSignatureSchemes(ref SpanWriter writer)
    {
        int list = writer.BeginLength16();
        writer.WriteUInt16((ushort)SignatureScheme.EcdsaSecp256r1Sha256);
        writer.WriteUInt16((ushort)SignatureScheme.RsaPssRsaeSha256);
        writer.WriteUInt16((ushort)SignatureScheme.RsaPkcs1Sha256);
        writer.EndLength16(list);
    }

    public static void WriteUseSrtp(ref SpanWriter writer, IReadOnlyList<SrtpProtectionProfile> profiles)
    {
        int extension = Begin(ref writer, ExtensionType.UseSrtp);
        int list = writer.BeginLength16();
        for (int i = 0; i < profiles.Count; i++)
            writer.WriteUInt16((ushort)profiles[i]);
        writer.EndLength16(list);
        writer.WriteUInt8(0);       // no srtp_mki
        writer.EndLength16(extension);
    }

    public static void WriteExtendedMasterSecret(ref SpanWriter writer) =>
        writer.EndLength16(Begin(ref writer, ExtensionType.ExtendedMasterSecret));

    public static void WriteRenegotiationInfo(ref SpanWriter writer)
    {
        int extension = Begin(ref writer, ExtensionType.RenegotiationInfo);
        writer.WriteUInt8(0);       // renegotiated_connection is empty in a first handshake
        writer.EndLength16(extension);
    }

    private static int Begin(ref SpanWriter writer, ExtensionType type)
    {
        writer.WriteUInt16((ushort)type);
        return writer.BeginLength16();
    }
}
