using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>A session that says in another language what is said: no turns, no items, no responses. What was heard is written down when the caller pauses, and its "translation" follows at once.</summary>
internal sealed partial class Conversation
{
    private const int MaxTranslationsWaiting = 8;

    private ApiError? HandleTranslating(string type, JsonObject e) => type switch
    {
        "session.update" => UpdateSession(e),
        "session.input_audio_buffer.append" => null,    // audio comes on the track; accepted and ignored
        "session.close" => CloseTranslation(),
        _ => ApiError.InvalidValue("type", type, "'session.update', 'session.input_audio_buffer.append', 'session.close'"),
    };

    // What has been said is still translated, whether or not the caller has paused; then the session says that it is over, and the call ends.
    private ApiError? CloseTranslation()
    {
        if (_detector.IsSpeaking)
            Translate();
        Emit("session.closed");
        _ = _call.HangUpAsync();
        return null;
    }

    private void Translate()
    {
        (RealtimeTestAudio? speech, string described, int elapsed, _) = TakeSpeech();
        if (speech is null)
            return;
        string language = _session.OutputLanguage;
        string words = WriteDown(speech, described);
        string translated = Hook(nameof(RealtimeTestScript.OnTranslation), () => _options.Script.OnTranslation?.Invoke(_call, words, language)) ?? $"[{language}] {words}";
        if (_session.WantsTranscription)
        {
            foreach (string delta in Split(words))
                Emit("session.input_transcript.delta", ("delta", delta), ("elapsed_ms", elapsed));
        }

        foreach (string delta in Split(translated))
            Emit("session.output_transcript.delta", ("delta", delta), ("elapsed_ms", elapsed));
        if (_player.Count < MaxTranslationsWaiting)     // who talks faster than can be heard reads the rest
            Play(new Clip(responseId: "", itemId: "", MadeUpVoice(translated).To48kHz()));
    }

    private string WriteDown(RealtimeTestAudio speech, string described) =>
        Hook(nameof(RealtimeTestScript.OnTranscription), () => _options.Script.OnTranscription?.Invoke(_call, speech)) ?? described;

    // A user's hook, on the thread of the audio: what it throws is shown, and the ordinary happens.
    private string? Hook(string name, Func<string?> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e)
        {
            _logger.HookFailed(name, e);
            EmitError(new ApiError($"The script's {name} failed: {e.Message}", Type: "server_error"), null);
            return null;
        }
    }
}
