using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>
/// What a page is shown of the service's events: the conversation that it takes part in, and nothing of how the host has set it up. The lists say what is shown; an event
/// that this version does not know is not.
/// </summary>
internal static class PrivacyFilter
{
    // Speech, transcripts and text: most events of a call, shown as they are.
    private static readonly string[] ShownWhole =
    [
        "input_audio_buffer.", "output_audio_buffer.", "conversation.item.input_audio_transcription.", "response.output_audio", "response.output_text.",
        "response.audio", "response.text.", "response.content_part.",
    ];

    private static readonly HashSet<string> ShownSessionMembers = new(StringComparer.Ordinal)
    {
        "id", "object", "type", "model", "expires_at", "output_modalities", "modalities", "audio", "voice", "speed", "turn_detection", "temperature",
        "max_output_tokens", "max_response_output_tokens", "input_audio_format", "output_audio_format", "input_audio_transcription", "input_audio_noise_reduction",
    };

    private static readonly string[] NeverShown = ["instructions", "prompt", "tools", "tool_choice", "client_secret"];

    /// <summary>What the page is shown; the same memory when that is all of it, empty when it is nothing.</summary>
    public static ReadOnlyMemory<byte> Show(string type, ReadOnlyMemory<byte> utf8Json)
    {
        foreach (string prefix in ShownWhole)
        {
            if (type.StartsWith(prefix, StringComparison.Ordinal))
                return utf8Json;
        }
        switch (type)
        {
            case "conversation.created" or "conversation.item.deleted" or "conversation.item.truncated":
                return utf8Json;
            case "session.created" or "session.updated":
                return Rewrite(utf8Json, static e => FilterSession(e["session"]));
            case "conversation.item.added" or "conversation.item.created" or "conversation.item.done" or "conversation.item.retrieved"
                or "response.output_item.added" or "response.output_item.done":
                return Rewrite(utf8Json, static e => IsShownItem(e["item"]));
            case "response.created" or "response.done":
                return Rewrite(utf8Json, static e => FilterResponse(e["response"]));
            case "error":
                return Rewrite(utf8Json, static e => FilterError(e["error"]));
            default:
                return default;
        }
    }

    private static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> utf8Json, Func<JsonObject, bool> filter)
    {
        try
        {
            return JsonNode.Parse(utf8Json.Span) is JsonObject e && filter(e) ? Encoding.UTF8.GetBytes(e.ToJsonString()) : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not of the shape that its name promises, so nobody can say what stands in it: not shown.
            return default;
        }
    }

    private static bool FilterSession(JsonNode? node)
    {
        if (node is not JsonObject session)
            return false;
        foreach (string member in session.Select(m => m.Key).Where(key => !ShownSessionMembers.Contains(key)).ToArray())
            session.Remove(member);
        Strip(session);
        return true;
    }

    /// <summary>A message of the user or the assistant; no system message, no tool's call or result.</summary>
    private static bool IsShownItem(JsonNode? item) =>
        item is JsonObject o && Text(o, "type") == "message" && Text(o, "role") is "user" or "assistant";

    private static bool FilterResponse(JsonNode? node)
    {
        if (node is not JsonObject response)
            return false;
        if (response["output"] is JsonArray output)
        {
            for (int i = output.Count - 1; i >= 0; i--)
            {
                if (!IsShownItem(output[i]))
                    output.RemoveAt(i);
            }
        }
        response.Remove("metadata");
        Strip(response);
        return true;
    }

    /// <summary>An error about the host's configuration may quote it.</summary>
    private static bool FilterError(JsonNode? node)
    {
        if (node is not JsonObject error)
            return false;
        if (Text(error, "param") is { } param && (param.StartsWith("session", StringComparison.Ordinal) || NeverShown.Any(name => param.Contains(name, StringComparison.Ordinal))))
        {
            error["message"] = "The service refused a part of the host's configuration.";
            error["param"] = null;
        }
        return true;
    }

    /// <summary>Takes private members out at every depth.</summary>
    private static void Strip(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (string name in NeverShown)
                    o.Remove(name);
                foreach ((_, JsonNode? child) in o)
                    Strip(child);
                break;
            case JsonArray array:
                foreach (JsonNode? child in array)
                    Strip(child);
                break;
        }
    }

    private static string? Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
