using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The client's ephemeral key (RFC 8422 §5.7).
/// <code>point, 8-bit length</code>
/// </summary>
internal readonly ref struct ClientKeyExchange
{
    public ReadOnlySpan<byte> Point { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ClientKeyExchange message)
    {
        var reader = new SpanReader(body);
        bool parsed = reader.TryReadVector8(out ReadOnlySpan<byte> point) & reader.IsAtEnd;
        message = new ClientKeyExchange { Point = point };
        return parsed;
    }

    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> point)
    {
        writer.WriteUInt8((byte)point.Length);
        writer.WriteBytes(point);
    }
}
