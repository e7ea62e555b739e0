using System.Globalization;
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
        RetryAfter = Wait(response.Headers, "retry-after-ms", 0.001) ?? Wait(response.Headers, "Retry-After", 1)
            ?? (response.Headers.RetryAfter is { Date: { } date } ? TimeSpan.FromTicks(Math.Max(0, (date - timeProvider.GetUtcNow()).Ticks)) : null),
    };

    /// <summary>A number of seconds or milliseconds, fractions too, which RFC 9110 does not know but services send; more than a day is none.</summary>
    private static TimeSpan? Wait(HttpHeaders headers, string name, double unit) =>
        double.TryParse(First(headers, name), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double number)
        && number * unit is >= 0 and <= 86_400 ? TimeSpan.FromSeconds(number * unit) : null;

    /// <summary>A header as it was sent, without the parsing that would refuse what is only unusual.</summary>
    public static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.FirstOrDefault() : null;
}
