namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What events and content parts are called in each dialect. Inside the endpoint they have their GA names.</summary>
internal static class EventDialect
{
    /// <summary>The name on the wire; null when the dialect has no such event.</summary>
    public static string? NameOf(string type, bool isBeta) => !isBeta ? type : type switch
    {
        "conversation.item.added" => "conversation.item.created",
        "conversation.item.done" => null,
        "response.output_text.delta" => "response.text.delta",
        "response.output_text.done" => "response.text.done",
        "response.output_audio.done" => "response.audio.done",
        "response.output_audio_transcript.delta" => "response.audio_transcript.delta",
        "response.output_audio_transcript.done" => "response.audio_transcript.done",
        _ => type,
    };

    /// <summary>Whether a session that translates has such an event: it knows no items, turns and responses, and says nothing of its output audio.</summary>
    public static bool IsOfTranslation(string type) => type == "error" || type.StartsWith("session.", StringComparison.Ordinal);

    /// <summary>What the assistant's content is called within an item.</summary>
    public static string ContentType(bool isAudio, bool isBeta) => (isAudio, isBeta) switch
    {
        (true, true) => "audio",
        (true, false) => "output_audio",
        (false, true) => "text",
        (false, false) => "output_text",
    };
}
