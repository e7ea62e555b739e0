using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The configuration of a session as it is in effect, in the shape of its dialect. One owner at a time.</summary>
internal sealed class EffectiveSession
{
    public const string DefaultModel = "gpt-realtime-2.1";
    private const string BetaDefaultModel = "gpt-4o-realtime-preview-2024-12-17";
    private const string DefaultLanguage = "en";
    private const string DefaultInstructions = "This endpoint runs on your own machine. It answers with a voice-like sound, or with the caller's own words; it understands nothing.";

    private readonly JsonObject _effective;

    private EffectiveSession(bool isBeta, JsonObject effective)
    {
        IsBeta = isBeta;
        _effective = effective;
    }

    public bool IsBeta { get; }

    public bool IsTranscription => _effective.Text("type") == "transcription";

    public bool IsTranslation => _effective.Text("type") == "translation";

    public string Id => _effective.Text("id")!;

    public string? Model => _effective.Text("model");

    /// <summary>One that translates has no such setting; here it waits for a pause as the others do by default.</summary>
    public JsonObject? TurnDetection => IsTranslation ? ServerVad() : Input["turn_detection"] as JsonObject;

    /// <summary>What is translated into.</summary>
    public string OutputLanguage => Output.Text("language") ?? DefaultLanguage;

    public bool WantsTranscription => Input[IsBeta ? "input_audio_transcription" : "transcription"] is JsonObject;

    public JsonArray OutputModalities => (_effective[IsBeta ? "modalities" : "output_modalities"] as JsonArray) ?? [];

    public JsonNode? Voice => IsBeta ? _effective["voice"] : Output?["voice"];

    private JsonObject Input => IsBeta ? _effective : (JsonObject)_effective["audio"]!["input"]!;

    private JsonObject? Output => _effective["audio"]?["output"] as JsonObject;

    private Shape Shape => IsBeta ? SessionShapes.Beta : IsTranscription ? SessionShapes.Transcribing : IsTranslation ? SessionShapes.Translating : SessionShapes.Realtime;

    /// <summary>Makes a session from what a key or a call asks for.</summary>
    /// <param name="isBeta">The dialect.</param>
    /// <param name="request">What is asked for; null for all defaults.</param>
    /// <param name="path">How errors call the request: <c>session</c>, or empty where it is the whole body.</param>
    /// <param name="error">What is wrong with the request.</param>
    public static EffectiveSession? Create(bool isBeta, JsonObject? request, string path, out ApiError? error)
    {
        bool isTranscription = !isBeta && request.Text("type") == "transcription";
        EffectiveSession state = new(isBeta, isBeta ? BetaDefaults() : isTranscription ? TranscriptionDefaults() : RealtimeDefaults());
        error = request is null ? null : state.Apply(request, path, isCall: true, audioHasPlayed: false);
        return error is null ? state : null;
    }

    /// <summary>Makes a session that translates; its model has to be named.</summary>
    public static EffectiveSession? CreateTranslation(JsonObject? request, string path, out ApiError? error)
    {
        var state = new EffectiveSession(isBeta: false, TranslationDefaults());
        error = request is null || !request.ContainsKey("model") ? ApiError.Missing(Join(path, "model")) : state.Apply(request, path, isCall: true, audioHasPlayed: false);
        return error is null ? state : null;
    }

    /// <summary>A copy with an id of its own: a key can open several sessions.</summary>
    public EffectiveSession NewSession(DateTimeOffset expiresAt)
    {
        var copy = new EffectiveSession(IsBeta, (JsonObject)_effective.DeepClone());
        copy._effective["id"] = Json.NewId("sess_");
        copy._effective["expires_at"] = expiresAt.ToUnixTimeSeconds();
        return copy;
    }

    public JsonObject ToJson() => (JsonObject)_effective.DeepClone();

    /// <summary>Changes what the update names and nothing else, or nothing at all when something is wrong with it.</summary>
    public ApiError? Apply(JsonObject update, string path, bool isCall, bool audioHasPlayed)
    {
        if (!IsBeta && !IsTranslation && !update.ContainsKey("type"))
            return ApiError.Missing(Join(path, "type"));
        if (Shape.Check(update, path) is { } error)
            return error;
        if (!IsBeta && !IsTranslation && update.Text("type") != _effective.Text("type"))
            return new ApiError("Passing a session of another type is not allowed: the session's type is fixed.", "invalid_value", Join(path, "type"));
        if (CheckModalities(update, path) is { } modalities)
            return modalities;
        if (!isCall && update.Text("model") is { } model && model != Model)
            return new ApiError("The model cannot be changed during a session.", "invalid_value", Join(path, "model"));
        JsonNode? voice = IsBeta ? update["voice"] : update["audio"]?["output"]?["voice"];
        if (audioHasPlayed && voice is not null && !JsonNode.DeepEquals(voice, Voice))
            return new ApiError("Cannot update a conversation's voice if assistant audio is present.", "cannot_update_voice", Join(path, IsBeta ? "voice" : "audio.output.voice"));
        Merge(_effective, update);
        return null;
    }

    private ApiError? CheckModalities(JsonObject update, string path)
    {
        string name = IsBeta ? "modalities" : "output_modalities";
        if (update[name] is not JsonArray wanted)
            return null;
        string?[] values = [.. wanted.Select(v => v.AsText()).Order(StringComparer.Ordinal)];
        bool isValid = IsBeta ? values is ["text"] or ["audio", "text"] : values is ["text"] or ["audio"];
        return isValid ? null
            : new ApiError($"Invalid modalities. Supported combinations are: {(IsBeta ? "['text'] and ['audio', 'text']" : "['text'] and ['audio']")}.", "invalid_value", Join(path, name));
    }

    private static void Merge(JsonObject target, JsonObject update)
    {
        foreach ((string name, JsonNode? value) in update)
        {
            switch (name)
            {
                case "audio" or "input" or "output" when value is JsonObject part && target[name] is JsonObject existing:
                    Merge(existing, part);
                    break;
                case "turn_detection" when value is JsonObject detection:
                    target[name] = MergeTurnDetection(target[name] as JsonObject, detection);
                    break;
                case "noise_reduction" or "input_audio_noise_reduction" when value is JsonObject reduction:
                    target[name] = MergeNoiseReduction(target[name] as JsonObject, reduction);
                    break;
                default:
                    target[name] = value.Copy();
                    break;
            }
        }
    }

    // The strength stays what it was; it is 1 when the reduction was off.
    private static JsonObject MergeNoiseReduction(JsonObject? current, JsonObject update)
    {
        var merged = (JsonObject)update.DeepClone();
        if (!merged.ContainsKey("strength"))
            merged["strength"] = current?["strength"].Copy() ?? 1;
        return merged;
    }

    // Of the same type: what is named changes. Of another type: its defaults, and what is named.
    private static JsonObject MergeTurnDetection(JsonObject? current, JsonObject update)
    {
        string type = update.Text("type") ?? current.Text("type") ?? "server_vad";
        var merged = current.Text("type") == type ? (JsonObject)current!.DeepClone() : type == "server_vad" ? ServerVad() : SemanticVad();
        foreach ((string name, JsonNode? value) in update)
            merged[name] = value.Copy();
        return merged;
    }

    private static JsonObject RealtimeDefaults() => new()
    {
        ["type"] = "realtime",
        ["object"] = "realtime.session",
        ["id"] = Json.NewId("sess_"),
        ["model"] = DefaultModel,
        ["output_modalities"] = new JsonArray("audio"),
        ["instructions"] = DefaultInstructions,
        ["tools"] = new JsonArray(),
        ["tool_choice"] = "auto",
        ["max_output_tokens"] = "inf",
        ["tracing"] = null,
        ["truncation"] = "auto",
        ["prompt"] = null,
        ["expires_at"] = 0,
        ["audio"] = new JsonObject
        {
            ["input"] = InputDefaults(),
            ["output"] = new JsonObject { ["format"] = Pcm(), ["voice"] = "marin", ["speed"] = 1.0 },
        },
        ["include"] = null,
    };

    private static JsonObject TranscriptionDefaults() => new()
    {
        ["type"] = "transcription",
        ["object"] = "realtime.transcription_session",
        ["id"] = Json.NewId("sess_"),
        ["expires_at"] = 0,
        ["audio"] = new JsonObject { ["input"] = InputDefaults() },
        ["include"] = null,
    };

    private static JsonObject TranslationDefaults() => new()
    {
        ["type"] = "translation",
        ["id"] = Json.NewId("sess_"),
        ["model"] = null,
        ["expires_at"] = 0,
        ["audio"] = new JsonObject
        {
            ["input"] = new JsonObject { ["transcription"] = null, ["noise_reduction"] = null },
            ["output"] = new JsonObject { ["language"] = DefaultLanguage },
        },
    };

    private static JsonObject BetaDefaults() => new()
    {
        ["id"] = Json.NewId("sess_"),
        ["object"] = "realtime.session",
        ["model"] = BetaDefaultModel,
        ["expires_at"] = 0,
        ["modalities"] = new JsonArray("audio", "text"),
        ["instructions"] = DefaultInstructions,
        ["voice"] = "alloy",
        ["turn_detection"] = ServerVad(),
        ["input_audio_format"] = "pcm16",
        ["output_audio_format"] = "pcm16",
        ["input_audio_transcription"] = null,
        ["input_audio_noise_reduction"] = null,
        ["tools"] = new JsonArray(),
        ["tool_choice"] = "auto",
        ["temperature"] = 0.8,
        ["max_response_output_tokens"] = "inf",
        ["speed"] = 1.0,
        ["tracing"] = null,
    };

    private static JsonObject InputDefaults() => new()
    {
        ["format"] = Pcm(),
        ["transcription"] = null,
        ["noise_reduction"] = null,
        ["turn_detection"] = ServerVad(),
    };

    private static JsonObject Pcm() => new() { ["type"] = "audio/pcm", ["rate"] = 24_000 };

    private static JsonObject ServerVad() => new()
    {
        ["type"] = "server_vad",
        ["threshold"] = 0.5,
        ["prefix_padding_ms"] = 300,
        ["silence_duration_ms"] = 500,
        ["idle_timeout_ms"] = null,
        ["create_response"] = true,
        ["interrupt_response"] = true,
    };

    private static JsonObject SemanticVad() => new()
    {
        ["type"] = "semantic_vad",
        ["eagerness"] = "auto",
        ["create_response"] = true,
        ["interrupt_response"] = true,
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
