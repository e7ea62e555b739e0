using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// A server's demand to see the client's address proved (RFC 6347 §4.2.1). The version says nothing and may be DTLS 1.0.
/// <code>server_version (2) | cookie &lt;0..255&gt;, 8-bit length</code>
/// </summary>
internal readonly ref struct HelloVerifyRequest
{
    public ReadOnlySpan<byte> Cookie { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out HelloVerifyRequest request)
    {
        var reader = new SpanReader(body);
        bool parsed = reader.TryReadUInt16(out _) & reader.TryReadVector8(out ReadOnlySpan<byte> cookie) & reader.IsAtEnd;
        request = new HelloVerifyRequest { Cookie = cookie };
        return parsed;
    }
}
