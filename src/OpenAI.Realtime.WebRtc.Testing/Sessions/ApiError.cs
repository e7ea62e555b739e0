using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What is wrong with a request or an event, in OpenAI's shape.</summary>
/// <param name="Message">For people.</param>
/// <param name="Code">For programs.</param>
/// <param name="Param">Which field.</param>
/// <param name="Type">The class of errors it belongs to.</param>
internal sealed record ApiError(string Message, string? Code = null, string? Param = null, string Type = "invalid_request_error")
{
    public JsonObject ToJson() => new()
    {
        ["message"] = Message,
        ["type"] = Type,
        ["param"] = Param,
        ["code"] = Code,
    };

    public static ApiError Missing(string param) => new($"Missing required parameter: '{param}'.", "missing_required_parameter", param);

    public static ApiError Unknown(string param) => new($"Unknown parameter: '{param}'.", "unknown_parameter", param);

    public static ApiError InvalidValue(string param, string value, string supported) =>
        new($"Invalid value: '{Json.Shorten(value)}'. Supported values are: {supported}.", "invalid_value", param);

    public static ApiError InvalidType(string param, string expected, JsonNode? actual) =>
        new($"Invalid type for '{param}': expected {expected}, but got {Json.Describe(actual)} instead.", "invalid_type", param);
}
