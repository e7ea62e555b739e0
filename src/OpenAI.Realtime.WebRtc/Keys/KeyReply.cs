using System.Text.Json;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>
/// Reads a key out of either shape: <c>{"value","expires_at"}</c> (GA) and <c>{"client_secret":{"value","expires_at"}}</c> (beta).
/// </summary>
internal static class KeyReply
{
    public static EphemeralKey Read(HttpCall call, HttpReply reply, bool carriesSession)
    {
        try
        {
            JsonElement root = JsonElement.Parse(reply.Body);
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (Text(root, "value") is { } value)
                    return new EphemeralKey(value, Time(root), carriesSession);
                if (root.TryGetProperty("client_secret", out JsonElement secret) && secret.ValueKind == JsonValueKind.Object && Text(secret, "value") is { } betaValue)
                    return new EphemeralKey(betaValue, Time(secret), carriesSession);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, text that is no UTF-8, or a key that no header can carry. What came is not quoted: it may be a key.
            throw Unusable(call, reply, e is ArgumentException ? "a key that is in quotation marks, begins with the word Bearer, or cannot stand in an HTTP header" : "something that is no JSON");
        }
        throw Unusable(call, reply, "JSON without a key");
    }

    // White space around a key is no part of it: a server may have read its key from a file that ends in a line break.
    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString()?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Seconds since 1970; 0 and anything else means that it is not known.</summary>
    private static DateTimeOffset? Time(JsonElement parent) =>
        parent.TryGetProperty("expires_at", out JsonElement at) && at.ValueKind == JsonValueKind.Number
        && at.TryGetDouble(out double seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    private static RealtimeException Unusable(HttpCall call, HttpReply reply, string what) => call.Failed(RealtimeFailure.KeyUnusable,
        $"{Redaction.Show(call.Address)} answered {(int)reply.Status}, but with {what} ({reply.Body.Length} bytes, {reply.ContentType ?? "no content type"}) "
        + "where {\"value\":\"ek_…\"} or {\"client_secret\":{\"value\":\"ek_…\"}} should be. Check the address, and what it answers.",
        said: new ServiceError(reply.Status, RequestId: reply.RequestId));
}
