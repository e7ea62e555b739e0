namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The encoder's seam on Concentus.</summary>
internal sealed class ConcentusEncoder : IOpusEncoder
{
    private global::Concentus.Structs.OpusEncoder? _encoder; // null once disposed, so that who keeps the wrapper does not keep its state

    public ConcentusEncoder(OpusEncoderOptions options)
    {
        // Our enumerations have the values of libopus, and so have Concentus'.
#pragma warning disable CS0618 // The factory that is to be used instead searches for a native library unless a static switch of the process says no.
        _encoder = new global::Concentus.Structs.OpusEncoder(OpusPacket.SampleRate, 1, (global::Concentus.Enums.OpusApplication)(int)options.Application)
#pragma warning restore CS0618
        {
            Complexity = options.Complexity,
            UseDTX = options.Dtx,
            SignalType = options.Application == OpusApplication.Voip
                ? global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_VOICE
                : global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_AUTO,
        };
        Tune(options.ToTuning());
    }

    private global::Concentus.Structs.OpusEncoder Encoder => _encoder ?? throw new ObjectDisposedException(nameof(ConcentusEncoder));

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) =>
        pcm.Length == IOpusEncoder.FrameSamples
            ? Encoder.Encode(pcm, pcm.Length, packet, packet.Length)
            : throw new ArgumentException($"A frame has {IOpusEncoder.FrameSamples} samples, not {pcm.Length}.", nameof(pcm));

    public void Tune(in OpusEncoderTuning tuning)
    {
        tuning.Validate();
        global::Concentus.Structs.OpusEncoder encoder = Encoder;
        encoder.Bitrate = tuning.Bitrate;
        encoder.PacketLossPercent = tuning.ExpectedPacketLossPercent;
        encoder.UseInbandFEC = tuning.InbandFec;
        encoder.UseVBR = tuning.VariableBitrate;
        encoder.MaxBandwidth = (global::Concentus.Enums.OpusBandwidth)(int)tuning.MaxBandwidth;
    }

    public void Dispose() => _encoder = null;
}
