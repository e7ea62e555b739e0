using System.Text;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>
/// The body of the unified interface (RFC 7578): a part <c>sdp</c> and a part <c>session</c>, names quoted, no file names. Written by hand because
/// .NET's own class leaves names unquoted and quotes the boundary, which not every server reads.
/// </summary>
internal static class MultipartCall
{
    public static byte[] Write(string boundary, string sdp, ReadOnlySpan<byte> sessionJson)
    {
        using var body = new MemoryStream();
        Part(body, boundary, "sdp", "application/sdp", Encoding.UTF8.GetBytes(sdp));
        if (!sessionJson.IsEmpty)
            Part(body, boundary, "session", "application/json", sessionJson);
        body.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));
        return body.ToArray();
    }

    private static void Part(MemoryStream body, string boundary, string name, string type, ReadOnlySpan<byte> content)
    {
        body.Write(Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {type}\r\n\r\n"));
        body.Write(content);
        body.Write("\r\n"u8);
    }
}
