using Concentus;
using OpenAI.Realtime.WebRtc.Media;
using IOpusDecoder = OpenAI.Realtime.WebRtc.Media.IOpusDecoder;
using IOpusEncoder = OpenAI.Realtime.WebRtc.Media.IOpusEncoder;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Audio;

/// <summary>Opus in managed code: Concentus, a port of libopus. Nothing native is needed.</summary>
/// <param name="allowNativeLibrary">
/// Whether Concentus may look for a native libopus and use it where it finds one, as its own factory does. Default: false. What it finds it
/// keeps for the process, and its own <c>OpusCodecFactory.AttemptToUseNativeLibrary</c> still decides.
/// </param>
public sealed class ConcentusCodecFactory(bool allowNativeLibrary = false) : IOpusCodecFactory
{
    private const int SampleRate = 48_000;

    /// <inheritdoc/>
    public IOpusEncoder CreateEncoder(OpusEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ConcentusEncoder.Check(options);
        // Our enumerations have the values of libopus, and so have Concentus'.
        var application = (global::Concentus.Enums.OpusApplication)(int)options.Application;
        if (allowNativeLibrary)
            return new ConcentusEncoder(OpusCodecFactory.CreateEncoder(SampleRate, 1, application), options);
#pragma warning disable CS0618 // The factory that is to be used instead searches for a native library unless a static switch of the process says no.
        return new ConcentusEncoder(new global::Concentus.Structs.OpusEncoder(SampleRate, 1, application), options);
#pragma warning restore CS0618
    }

    /// <inheritdoc/>
    public IOpusDecoder CreateDecoder()
    {
        if (allowNativeLibrary)
            return new ConcentusDecoder(OpusCodecFactory.CreateDecoder(SampleRate, 1));
#pragma warning disable CS0618 // As above.
        return new ConcentusDecoder(new global::Concentus.Structs.OpusDecoder(SampleRate, 1));
#pragma warning restore CS0618
    }
}
