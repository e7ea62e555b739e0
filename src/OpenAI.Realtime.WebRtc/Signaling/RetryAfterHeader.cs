using System.Globalization;
using System.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>How long an answer asks to wait: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds, fractions too, or as a date (RFC 9110 §10.2.3).</summary>
internal static class RetryAfterHeader
{
    /// <summary>Longer than any service asks for; a header that says more is not believed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider timeProvider)
    {
        if (Number(HttpReply.First(headers, "retry-after-ms")) is { } milliseconds)
            return Bounded(milliseconds / 1000);
        string? text = HttpReply.First(headers, "Retry-After");
        if (Number(text) is { } seconds)
            return Bounded(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? Bounded((date - timeProvider.GetUtcNow()).TotalSeconds)
            : null;
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number)
            ? number
            : null;

    private static TimeSpan Bounded(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
}
