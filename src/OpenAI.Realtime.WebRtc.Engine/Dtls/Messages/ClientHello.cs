using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// RFC 5246 §7.4.1.2, with DTLS's cookie (RFC 6347 §4.2.1).
/// <code>
/// client_version (2) | random (32) | session_id &lt;0..32&gt;, 8-bit length | cookie &lt;0..255&gt;, 8-bit length
/// | cipher_suites, 16-bit length, two bytes each | compression_methods, 8-bit length | extensions
/// </code>
/// </summary>
internal readonly ref struct ClientHello
{
    public const int RandomLength = 32;

    public ushort Version { get; private init; }

    public ReadOnlySpan<byte> Random { get; private init; }

    public ReadOnlySpan<byte> CipherSuites { get; private init; }

    public ReadOnlySpan<byte> CompressionMethods { get; private init; }

    public HelloExtensions Extensions { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ClientHello hello)
    {
        hello = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out ushort version)
            || !reader.TryReadBytes(RandomLength, out ReadOnlySpan<byte> random)
            || !reader.TryReadVector8(out _)
            || !reader.TryReadVector8(out _)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> suites)
            || suites.Length % 2 != 0
            || !reader.TryReadVector8(out ReadOnlySpan<byte> compression)
            || !HelloExtensions.TryParse(ref reader, out HelloExtensions extensions))
        {
            return false;
        }

        hello = new ClientHello
        {
            Version = version,
            Random = random,
            CipherSuites = suites,
            CompressionMethods = compression,
            Extensions = extensions,
        };
        return true;
    }

    public static void Write(
        ref SpanWriter writer, ReadOnlySpan<byte> random, ReadOnlySpan<byte> cookie, IReadOnlyList<SrtpProtectionProfile> srtpProfiles)
    {
        writer.WriteUInt16(Records.ProtocolVersion.Dtls12);
        writer.WriteBytes(random);
        writer.WriteUInt8(0);                       // no session to resume
        writer.WriteUInt8((byte)cookie.Length);
        writer.WriteBytes(cookie);
        int suites = writer.BeginLength16();
        writer.WriteUInt16((ushort)CipherSuite.EcdheEcdsaWithAes128GcmSha256);
        writer.WriteUInt16((ushort)CipherSuite.EcdheRsaWithAes128GcmSha256);
        writer.EndLength16(suites);
        writer.WriteUInt8(1);
        writer.WriteUInt8(0);                       // null compression alone
        int extensions = writer.BeginLength16();
        HelloExtensions.WriteExtendedMasterSecret(ref writer);
        HelloExtensions.WriteRenegotiationInfo(ref writer);
        HelloExtensions.WriteSupportedGroups(ref writer);
        HelloExtensions.WriteEcPointFormats(ref writer);
        HelloExtensions.WriteSignatureAlgorithms(ref writer);
        if (srtpProfiles.Count > 0)
            HelloExtensions.WriteUseSrtp(ref writer, srtpProfiles);
        writer.EndLength16(extensions);
    }
}
