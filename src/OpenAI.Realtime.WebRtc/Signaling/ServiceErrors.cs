using System.Net;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Turns an HTTP error into an exception that says what to do.</summary>
internal static class ServiceErrors
{
    private const int LongestRequestId = 128;

    /// <summary>The exception for an answer whose status is not 2xx.</summary>
    /// <param name="call">What was asked.</param>
    /// <param name="reply">What came back.</param>
    /// <param name="who">Who was asked, as messages call it: "The service" or "Your key server".</param>
    public static RealtimeException From(HttpCall call, HttpReply reply, string who = "The service")
    {
        (string? message, string? type, string? code, string? param) = Parse(reply.Body);
        int status = (int)reply.Status;
        if (status == 407)
            return call.Failed(RealtimeFailure.EndpointUnreachable, HttpProxy.WantsCredentials(Redaction.Show(call.Address)), said: new ServiceError(reply.Status));
        RealtimeFailure failure = status is 401 or 403 ? RealtimeFailure.KeyRefused : RealtimeFailure.RequestRejected;
        string said = message is not null ? $"\"{Redaction.Hide(message)}\""
            : reply.Body.Length > 0 ? Redaction.Quote(reply.Body)
            : "nothing more";
        string remedy = call.RemedyOf?.Invoke(status, code) ?? Remedy(call, status, code, reply.RetryAfter);
        return call.Failed(failure,
            $"{who} answered {status} at {Redaction.Show(call.Address)} and said {said}{(code is null ? "" : $" ({Redaction.Hide(code)})")}{RequestIdOf(reply)}. {remedy}",
            said: new ServiceError(reply.Status, code, type, param, reply.RequestId, reply.RetryAfter));
    }

    /// <summary>What the service's support asks for, as far as it fits a message.</summary>
    private static string RequestIdOf(HttpReply reply) =>
        reply.RequestId is { Length: > 0 and <= LongestRequestId } id ? $" (request id {Redaction.Hide(id)})" : "";

    /// <summary>OpenAI's error shape: <c>{"error":{"message","type","param","code"}}</c>; some servers give <c>{"error":"text"}</c>.</summary>
    private static (string? Message, string? Type, string? Code, string? Param) Parse(byte[] body)
    {
        try
        {
            JsonElement root = JsonElement.Parse(body);
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error", out JsonElement error))
                return default;
            if (error.ValueKind == JsonValueKind.String)
                return (Shorten(error.GetString()), null, null, null);
            return error.ValueKind == JsonValueKind.Object
                ? (Shorten(Text(error, "message")), Text(error, "type"), Text(error, "code"), Text(error, "param"))
                : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text in it that is not valid UTF-8: then the body is quoted as it is.
            return default;
        }

        static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

        static string? Shorten(string? text) => text is { Length: > 1000 } ? text[..1000] + "…" : text;
    }

    private static string Remedy(HttpCall call, int status, string? code, TimeSpan? retryAfter)
    {
        bool ownServer = call is { Phase: ConnectPhase.Key, Credential: null };
        return (status, code) switch
        {
            (_, "beta_api_shape_disabled") => "The service no longer speaks the beta: set Dialect to Ga.",
            (_, "model_not_found") => "Set Model to a realtime model that this key may use.",
            (_, "insufficient_quota") => "The account has no credit left: check plan and billing.",
            (401, _) when ownServer => "Your server did not accept the caller: let the HTTP client for KeyUrl (KeyServerHttpClient) carry whatever it asks for.",
            (403, _) when ownServer => "Your server does not allow this caller.",
            (not 429, _) when ownServer => "Check KeyUrl and your server's log: it is sent a POST and must answer {\"value\":\"ek_…\"}.",
            (401, _) when call.Credential is { ApiKeyOption: { } option } => $"The API key was refused: {(option == nameof(OpenAIRealtimeWebRtcOptions.ApiKey) ? "set ApiKey to a valid key" : $"let {option} give a valid key")}, and set Organization and Project to its own.",
            (401, _) => "The ephemeral key was refused: it may have expired, or belong to another service than Endpoint.",
            (403, _) => "This key may not do that: check its permissions, Project, and whether the region is supported.",
            (404, _) when call.OfCall is { Operation: RealtimeCallOperation.Attach } =>
                "The page has not connected, or the telephone call has not been accepted; or the call has ended, belongs to another project, or Endpoint is not the API's base.",
            (404, _) when call.OfCall is not null => "There is no such call: it may have ended, or belong to another project, or Endpoint is not the API's base.",
            (404, _) => "Check that Endpoint is the API's base (it usually ends in /v1) and that Dialect is the one the service speaks.",
            (429, _) => retryAfter is { } wait ? $"Too many requests: wait {wait.TotalSeconds:0.###} s and try again." : "Too many requests: wait and try again.",
            ( >= 500, _) => "The service failed; try again, and give its support the request id if it stays so.",
            _ when call.OfCall is { Operation: not RealtimeCallOperation.Accept } => "Check what was asked of the call, and the options, against the service's documentation.",
            _ => "Check the session configuration and the options against the service's documentation.",
        };
    }
}
