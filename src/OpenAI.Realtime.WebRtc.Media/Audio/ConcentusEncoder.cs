namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The encoder's seam on Concentus.</summary>
internal sealed class ConcentusEncoder : IOpusEncoder
{
    private readonly global::Concentus.Structs.OpusEncoder _encoder;

    public ConcentusEncoder(OpusEncoderOptions options)
    {
        // Our enumerations have the values of libopus, and so have Concentus'.
#pragma warning disable CS0618 // The factory that is to be used instead searches for a native library unless a static switch of the process says no.
        _encoder = new global::Concentus.Structs.OpusEncoder(OpusPacket.SampleRate, 1, (global::Concentus.Enums.OpusApplication)(int)options.Application)
#pragma warning restore CS0618
        {
            Bitrate = options.Bitrate,
            Complexity = options.Complexity,
            UseInbandFEC = options.InbandFec,
            PacketLossPercent = options.ExpectedPacketLossPercent,
            UseDTX = options.Dtx,
            UseVBR = options.VariableBitrate,
            MaxBandwidth = (global::Concentus.Enums.OpusBandwidth)(int)options.MaxBandwidth,
            SignalType = options.Application == OpusApplication.Voip
                ? global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_VOICE
                : global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_AUTO,
        };
    }

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) =>
        pcm.Length == IOpusEncoder.FrameSamples
            ? _encoder.Encode(pcm, pcm.Length, packet, packet.Length)
            : throw new ArgumentException($"A frame has {IOpusEncoder.FrameSamples} samples, not {pcm.Length}.", nameof(pcm));

    public void SetBitrate(int bitrate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitrate, 6_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitrate, 510_000);
        _encoder.Bitrate = bitrate;
    }

    public void SetExpectedPacketLoss(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        _encoder.PacketLossPercent = percent;
    }

    public void Dispose() => _encoder.Dispose();
}
