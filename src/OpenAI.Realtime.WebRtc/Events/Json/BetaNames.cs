namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>What the beta calls differently.</summary>
internal static class BetaNames
{
    private static readonly Dictionary<string, string> Events = new(StringComparer.Ordinal)
    {
        ["response.output_text.delta"] = "response.text.delta",
        ["response.output_text.done"] = "response.text.done",
        ["response.output_audio.delta"] = "response.audio.delta",
        ["response.output_audio.done"] = "response.audio.done",
        ["response.output_audio_transcript.delta"] = "response.audio_transcript.delta",
        ["response.output_audio_transcript.done"] = "response.audio_transcript.done",
    };

    private static readonly Dictionary<string, string> Paths = new(StringComparer.Ordinal)
    {
        ["output_modalities"] = "modalities",
        ["audio.input.format"] = "input_audio_format",
        ["audio.input.transcription"] = "input_audio_transcription",
        ["audio.input.noise_reduction"] = "input_audio_noise_reduction",
        ["audio.input.turn_detection"] = "turn_detection",
        ["audio.output.format"] = "output_audio_format",
        ["audio.output.voice"] = "voice",
        ["audio.output.speed"] = "speed",
    };

    /// <summary>An event's name.</summary>
    public static string OfEvent(string name) => Events.GetValueOrDefault(name, name);

    /// <summary>The place of a field of a session or a response.</summary>
    public static string Of(string path) => Paths.GetValueOrDefault(path, path);
}
