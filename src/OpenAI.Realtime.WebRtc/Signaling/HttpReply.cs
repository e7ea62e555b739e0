using System.Net;
using System.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>What came back: the status, what the headers said, and the whole body.</summary>
internal sealed record HttpReply(HttpStatusCode Status, byte[] Body)
{
    public string? ContentType { get; init; }

    public string? Location { get; init; }

    public string? RequestId { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    public static HttpReply From(HttpResponseMessage response, byte[] body, TimeProvider timeProvider) => new(response.StatusCode, body)
    {
        ContentType = First(response.Content.Headers, "Content-Type"),
        Location = First(response.Headers, "Location"),
        RequestId = First(response.Headers, "x-request-id") ?? First(response.Headers, "apim-request-id"),
        RetryAfter = RetryAfterHeader.Read(response.Headers, timeProvider),
    };

    /// <summary>A header as it was sent, without the parsing that would refuse what is only unusual.</summary>
    public static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.FirstOrDefault() : null;
}
