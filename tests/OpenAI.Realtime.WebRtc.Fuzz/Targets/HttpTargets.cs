using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Signaling;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>The multipart body of a call as the endpoint for tests reads it, and what the client makes of an HTTP answer.</summary>
internal static class HttpTargets
{
    private static readonly Uri s_address = new("https://service.invalid/v1/realtime/calls");

    public static IEnumerable<FuzzTarget> All() => [new("multipart", ReadMultipart, MultipartSeeds), new("http-answers", ReadAnswer, AnswerSeeds)];

    /// <summary>The first line is the content type, which the endpoint has looked at before it reads the body.</summary>
    private static void ReadMultipart(byte[] input)
    {
        (string contentType, byte[] body) = CutLine(input);
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out Microsoft.Net.Http.Headers.MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return;
        Dictionary<string, byte[]>? parts = MultipartForm.ReadAsync(contentType, body, CancellationToken.None).GetAwaiter().GetResult();
        if (parts?.Values.Sum(p => p.Length) > body.Length)
            throw new FuzzFailureException("More came out of a body than is in it.");
    }

    /// <summary>Lines: status, Retry-After, retry-after-ms, Location, content type; then the body.</summary>
    private static void ReadAnswer(byte[] input)
    {
        (string status, byte[] rest) = CutLine(input);
        using HttpResponseMessage response = new((HttpStatusCode)(int.TryParse(status, out int number) ? Math.Clamp(number, 100, 999) : 429));
        response.Content = new ByteArrayContent([]);
        foreach (string name in (string[])["Retry-After", "retry-after-ms", "Location", "Content-Type"])
        {
            (string value, rest) = CutLine(rest);
            HttpHeaders headers = name == "Content-Type" ? response.Content.Headers : response.Headers;
            headers.TryAddWithoutValidation(name, value);
        }

        HttpReply reply = HttpReply.From(response, rest, TimeProvider.System);
        if (reply.RetryAfter is { } wait && wait < TimeSpan.Zero)
            throw new FuzzFailureException($"A wait of {wait}.");
        HttpCall call = new(ConnectPhase.Answer, s_address, TimeSpan.FromSeconds(1));
        _ = ServiceErrors.From(call, reply).ToString();
        if (CallId.FromLocation(reply.Location) is { } id && (id.Length == 0 || id.Contains('/', StringComparison.Ordinal)))
            throw new FuzzFailureException($"The id of a call that cannot stand in a path: {id}");
        try
        {
            _ = KeyReply.Read(call with { Phase = ConnectPhase.Key }, reply, carriesSession: true);
        }
        catch (RealtimeException)
        {
            // A key that cannot be used is told so.
        }
    }

    private static (string Line, byte[] Remaining) CutLine(byte[] input)
    {
        int end = Array.IndexOf(input, (byte)'\n');
        return end < 0 ? (Encoding.Latin1.GetString(input), []) : (Encoding.Latin1.GetString(input, 0, end), input[(end + 1)..]);
    }

    private static IEnumerable<byte[]> MultipartSeeds()
    {
        yield return Encoding.UTF8.GetBytes("multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-Disposition: form-data; name=session\r\n\r\n{}\r\n--b--\r\n");
        yield return Encoding.UTF8.GetBytes("multipart/form-data; boundary=\"a b\"\n--a b\nContent-Disposition: form-data; name*=UTF-8''s%C3%A4\n\nx\n--a b--");
        yield return Encoding.UTF8.GetBytes("multipart/form-data\n");
    }

    private static IEnumerable<byte[]> AnswerSeeds() => ((string[])
    [
        "429\n2\n\n\napplication/json\n{\"error\":{\"message\":\"slow down\",\"type\":\"t\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}",
        "503\nWed, 21 Oct 2026 07:28:00 GMT\n1500.5\n/v1/realtime/calls/rtc_abc?x=1#f\ntext/html\n<html>",
        "401\n0.5\n\nhttps://h/calls/1/?call_id=rtc_%41\n\n{\"error\":\"no\"}",
        "200\n\n\n/calls/x\napplication/json\n{\"value\":\"ek_1\",\"expires_at\":1756310470}",
        "200\n\n\n\n\n{\"client_secret\":{\"value\":\" ek_1\\n\",\"expires_at\":1e11}}",
    ]).Select(Encoding.UTF8.GetBytes);
}
