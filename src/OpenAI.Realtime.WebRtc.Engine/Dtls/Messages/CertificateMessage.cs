using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The Certificate message (RFC 5246 §7.4.2, §7.4.6). A client that has none sends an empty list.
/// <code>certificate_list length (3) | length (3) | the sender's certificate | length (3) | the next of the chain | …</code>
/// </summary>
internal readonly ref struct CertificateMessage
{
    /// <summary>The sender's own certificate, or empty. Others of the chain mean nothing here: the fingerprint vouches for the first.</summary>
    public ReadOnlySpan<byte> First { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out CertificateMessage message)
    {
        message = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadVector24(out ReadOnlySpan<byte> list) || !reader.IsAtEnd)
            return false;
        if (list.IsEmpty)
            return true;
        var certificates = new SpanReader(list);
        if (!certificates.TryReadVector24(out ReadOnlySpan<byte> first) || first.IsEmpty)
            return false;
        message = new CertificateMessage { First = first };
        return true;
    }

    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> der)
    {
        int list = writer.BeginLength24();
        int certificate = writer.BeginLength24();
        writer.WriteBytes(der);
        writer.EndLength24(certificate);
        writer.EndLength24(list);
    }
}
