using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

/// <summary>The three headers of Standard Webhooks, each once and of bounded length.</summary>
internal readonly record struct WebhookHeaders(string Id, long Timestamp, string Signatures)
{
    private const int LongestId = 256;
    private const int LongestSignatures = 4096;

    public static bool TryRead(IHeaderDictionary headers, out WebhookHeaders read)
    {
        read = default;
        if (One(headers["webhook-id"]) is not { Length: <= LongestId } id || id.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !long.TryParse(One(headers["webhook-timestamp"]), NumberStyles.None, CultureInfo.InvariantCulture, out long timestamp)
            || timestamp > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            || One(headers["webhook-signature"]) is not { Length: <= LongestSignatures } signatures)
        {
            return false;
        }

        read = new WebhookHeaders(id, timestamp, signatures);
        return true;
    }

    private static string? One(StringValues values) => values.Count == 1 && !string.IsNullOrEmpty(values[0]) ? values[0] : null;
}
