namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Which fields a session configuration may have, in each dialect; an unknown one is an error, as it is to the service.</summary>
internal static class SessionShapes
{
    private static readonly Shape Tokens = Shape.Either(Shape.OneOf("inf"), Shape.Number(1, 32_768));

    private static readonly Shape TurnDetection = Shape.Object(
        ("type", Shape.OneOf("server_vad", "semantic_vad")),
        ("threshold", Shape.Number(0, 1)),
        ("prefix_padding_ms", Shape.Number(0, 5_000)),
        ("silence_duration_ms", Shape.Number(0, 20_000)),
        ("idle_timeout_ms", Shape.Number(5_000, 30_000).OrNull),
        ("create_response", Shape.Flag),
        ("interrupt_response", Shape.Flag),
        ("eagerness", Shape.OneOf("low", "medium", "high", "auto")),
        ("model_version", Shape.Any)).OrNull;

    private static readonly Shape Transcription = Shape.Object(
        ("model", Shape.Text),
        ("language", Shape.Text.OrNull),
        ("languages", Shape.Array.OrNull),
        ("keywords", Shape.Array.OrNull),
        ("prompt", Shape.Text.OrNull),
        ("delay", Shape.OneOf("minimal", "low", "medium", "high", "xhigh").OrNull)).OrNull;

    private static readonly Shape NoiseReduction = Shape.Object(
        ("type", Shape.OneOf("near_field", "far_field")),
        ("strength", Shape.Number(double.MinValue, double.MaxValue))).OrNull;       // its range is not published

    private static readonly Shape Format = Shape.Object(
        ("type", Shape.OneOf("audio/pcm", "audio/pcmu", "audio/pcma")),
        ("rate", Shape.Number(24_000, 24_000)));

    private static readonly Shape AudioInput = Shape.Object(
        ("format", Format),
        ("transcription", Transcription),
        ("noise_reduction", NoiseReduction),
        ("turn_detection", TurnDetection));

    private static readonly Shape Voice = Shape.Either(Shape.Text, Shape.Object(("id", Shape.Text)));

    private static readonly Shape Speed = Shape.Number(0.25, 1.5);

    private static readonly Shape OutputModalities = Shape.Array;

    public static Shape Realtime { get; } = Shape.Object(
        ("type", Shape.OneOf("realtime", "transcription")),
        ("model", Shape.Text),
        ("output_modalities", OutputModalities),
        ("instructions", Shape.Text),
        ("audio", Shape.Object(
            ("input", AudioInput),
            ("output", Shape.Object(("format", Format), ("voice", Voice), ("speed", Speed))))),
        ("include", Shape.Array.OrNull),
        ("tracing", Shape.Any),
        ("tools", Shape.Array),
        ("tool_choice", Shape.Any),
        ("parallel_tool_calls", Shape.Flag),
        ("reasoning", Shape.Map.OrNull),
        ("max_output_tokens", Tokens),
        ("truncation", Shape.Any),
        ("prompt", Shape.Map.OrNull));

    public static Shape Transcribing { get; } = Shape.Object(
        ("type", Shape.OneOf("realtime", "transcription")),
        ("audio", Shape.Object(("input", AudioInput))),
        ("include", Shape.Array.OrNull));

    public static Shape Translating { get; } = Shape.Object(
        ("model", Shape.Text),
        ("audio", Shape.Object(
            ("input", Shape.Object(("transcription", Transcription), ("noise_reduction", NoiseReduction))),
            ("output", Shape.Object(("language", Shape.Text))))));

    public static Shape Beta { get; } = Shape.Object(
        ("model", Shape.Text),
        ("modalities", Shape.Array),
        ("instructions", Shape.Text),
        ("voice", Shape.Text),
        ("input_audio_format", Shape.OneOf("pcm16", "g711_ulaw", "g711_alaw")),
        ("output_audio_format", Shape.OneOf("pcm16", "g711_ulaw", "g711_alaw")),
        ("input_audio_transcription", Transcription),
        ("input_audio_noise_reduction", NoiseReduction),
        ("turn_detection", TurnDetection),
        ("tools", Shape.Array),
        ("tool_choice", Shape.Any),
        ("temperature", Shape.Number(0, 2)),
        ("max_response_output_tokens", Tokens),
        ("speed", Speed),
        ("tracing", Shape.Any),
        ("include", Shape.Array.OrNull));

    public static Shape ResponseParameters { get; } = Shape.Object(
        ("output_modalities", OutputModalities),
        ("instructions", Shape.Text),
        ("audio", Shape.Object(("output", Shape.Object(("format", Format), ("voice", Voice), ("speed", Speed))))),
        ("tools", Shape.Array),
        ("tool_choice", Shape.Any),
        ("parallel_tool_calls", Shape.Flag),
        ("reasoning", Shape.Map.OrNull),
        ("max_output_tokens", Tokens),
        ("conversation", Shape.OneOf("auto", "none")),
        ("metadata", Shape.Map.OrNull),
        ("prompt", Shape.Map.OrNull),
        ("input", Shape.Array));

    public static Shape BetaResponseParameters { get; } = Shape.Object(
        ("modalities", Shape.Array),
        ("instructions", Shape.Text),
        ("voice", Shape.Text),
        ("output_audio_format", Shape.Text),
        ("tools", Shape.Array),
        ("tool_choice", Shape.Any),
        ("temperature", Shape.Number(0, 2)),
        ("max_output_tokens", Tokens),
        ("max_response_output_tokens", Tokens),
        ("conversation", Shape.OneOf("auto", "none")),
        ("metadata", Shape.Map.OrNull),
        ("input", Shape.Array));
}
