using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// RFC 5246 §7.4.1.3.
/// <code>
/// server_version (2) | random (32) | session_id &lt;0..32&gt;, 8-bit length | cipher_suite (2) | compression_method (1) | extensions
/// </code>
/// </summary>
internal readonly ref struct ServerHello
{
    public ushort Version { get; private init; }

    public ReadOnlySpan<byte> Random { get; private init; }

    public CipherSuite CipherSuite { get; private init; }

    public byte CompressionMethod { get; private init; }

    public HelloExtensions Extensions { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ServerHello hello)
    {
        hello = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out ushort version)
            || !reader.TryReadBytes(ClientHello.RandomLength, out ReadOnlySpan<byte> random)
            || !reader.TryReadVector8(out _)
            || !reader.TryReadUInt16(out ushort suite)
            || !reader.TryReadUInt8(out byte compression)
            || !HelloExtensions.TryParse(ref reader, out HelloExtensions extensions))
        {
            return false;
        }

        hello = new ServerHello
        {
            Version = version,
            Random = random,
            CipherSuite = (CipherSuite)suite,
            CompressionMethod = compression,
            Extensions = extensions,
        };
        return true;
    }

    /// <summary>Writes one; an extension stands in it only when the ClientHello had it (RFC 5246 §7.4.1.4).</summary>
    public static void Write(
        ref SpanWriter writer,
        ReadOnlySpan<byte> random,
        CipherSuite suite,
        SrtpProtectionProfile? srtpProfile,
        bool renegotiationInfo,
        bool ecPointFormats)
    {
        writer.WriteUInt16(Records.ProtocolVersion.Dtls12);
        writer.WriteBytes(random);
        writer.WriteUInt8(0);                       // no session to be resumed
        writer.WriteUInt16((ushort)suite);
        writer.WriteUInt8(0);                       // null compression
        int extensions = writer.BeginLength16();
        HelloExtensions.WriteExtendedMasterSecret(ref writer);
        if (renegotiationInfo)
            HelloExtensions.WriteRenegotiationInfo(ref writer);
        if (ecPointFormats)
            HelloExtensions.WriteEcPointFormats(ref writer);
        if (srtpProfile is { } profile)
            HelloExtensions.WriteUseSrtp(ref writer, [profile]);
        writer.EndLength16(extensions);
    }
}
