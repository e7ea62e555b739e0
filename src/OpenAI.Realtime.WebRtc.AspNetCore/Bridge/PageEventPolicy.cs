using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>What a page may send: it may speak, write as the user, ask for an answer and interrupt it. The list says what is allowed; all else is refused.</summary>
internal static class PageEventPolicy
{
    // A member that is named twice would let one reader see another event than the next one does.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Looks at an event.</summary>
    /// <param name="utf8Json">What the page sent.</param>
    /// <param name="mayConfigure">Whether every event is allowed, as long as it is one.</param>
    /// <param name="type">The event's name; empty when it has none.</param>
    /// <param name="eventId">The page's own id of it.</param>
    /// <param name="refusal">Why it is refused; null when it is not.</param>
    public static void Judge(ReadOnlyMemory<byte> utf8Json, bool mayConfigure, out string type, out string? eventId, out string? refusal)
    {
        (type, eventId) = ("", null);
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json, Strict);
            JsonElement e = document.RootElement;
            type = e.Text("type") ?? "";
            eventId = e.Text("event_id");
            refusal = type.Length == 0 ? "This is no event: it has no type."
                : mayConfigure || IsAllowed(type, e) ? null
                : $"This host does not let pages send this {(IsName(type) ? type : "event")}.";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, a member named twice, or text that is no UTF-8.
            refusal = "This is no event: it is no JSON that can be read in one way only.";
        }
    }

    /// <summary>Whether it can stand in a log and in a message.</summary>
    private static bool IsName(string type) => type.Length <= 64 && type.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');

    private static bool IsAllowed(string type, JsonElement e) => type switch
    {
        "input_audio_buffer.append" or "input_audio_buffer.commit" or "input_audio_buffer.clear" => true,
        "output_audio_buffer.clear" or "response.cancel" or "conversation.item.truncate" => true,
        "conversation.item.create" => IsUsersMessage(e),
        "response.create" => IsPlainResponse(e),
        _ => false,
    };

    /// <summary>A message in the user's own name: not the system's, no tool's result.</summary>
    private static bool IsUsersMessage(JsonElement e) =>
        e.TryGetProperty("item", out JsonElement item) && item.Text("type") == "message" && item.Text("role") == "user";

    /// <summary>An answer that is asked for without any settings: a member of <c>response</c> would change what the host has chosen.</summary>
    private static bool IsPlainResponse(JsonElement e)
    {
        foreach (JsonProperty member in e.EnumerateObject())
        {
            if (member.Name is not ("type" or "event_id" or "response"))
                return false;
        }
        if (!e.TryGetProperty("response", out JsonElement response) || response.ValueKind == JsonValueKind.Null)
            return true;
        return response.ValueKind == JsonValueKind.Object && response.GetPropertyCount() == 0;
    }
}
