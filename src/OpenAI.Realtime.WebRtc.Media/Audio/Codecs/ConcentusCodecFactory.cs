namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Opus in managed code: Concentus, a port of libopus. Nothing native is needed or looked for. It takes about twice libopus' CPU, and makes
/// garbage for each frame.
/// </summary>
public sealed class ConcentusCodecFactory : IOpusCodecFactory
{
    /// <summary>One for all.</summary>
    public static ConcentusCodecFactory Default { get; } = new();

    /// <inheritdoc/>
    public string Name => "Concentus";

    /// <inheritdoc/>
    public IOpusEncoder CreateEncoder(OpusEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new ConcentusEncoder(options);
    }

    /// <inheritdoc/>
    public IOpusDecoder CreateDecoder() => new ConcentusDecoder();
}
