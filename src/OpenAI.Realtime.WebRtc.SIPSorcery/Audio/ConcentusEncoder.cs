using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Audio;

/// <summary>The encoder's seam on Concentus.</summary>
internal sealed class ConcentusEncoder : IOpusEncoder
{
    private const int MinBitrate = 6_000;
    private const int MaxBitrate = 510_000;

    private readonly global::Concentus.IOpusEncoder _encoder;

    public ConcentusEncoder(global::Concentus.IOpusEncoder encoder, OpusEncoderOptions options)
    {
        _encoder = encoder;
        _encoder.Bitrate = options.Bitrate;
        _encoder.Complexity = options.Complexity;
        _encoder.UseInbandFEC = options.InbandFec;
        _encoder.PacketLossPercent = options.ExpectedPacketLossPercent;
        _encoder.UseDTX = options.Dtx;
        _encoder.UseVBR = options.VariableBitrate;
        _encoder.MaxBandwidth = (global::Concentus.Enums.OpusBandwidth)(int)options.MaxBandwidth;
        _encoder.SignalType = options.Application == OpusApplication.Voip
            ? global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_VOICE
            : global::Concentus.Enums.OpusSignal.OPUS_SIGNAL_AUTO;
    }

    /// <summary>Refuses what <see cref="OpusEncoderOptions"/> documents as out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static void Check(OpusEncoderOptions options)
    {
        CheckBitrate(options.Bitrate);
        CheckLoss(options.ExpectedPacketLossPercent);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Complexity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Complexity, 10);
        if (!Enum.IsDefined(options.Application))
            throw new ArgumentOutOfRangeException(nameof(options), options.Application, "Not an Opus application.");
        if (!Enum.IsDefined(options.MaxBandwidth))
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxBandwidth, "Not an Opus bandwidth.");
    }

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) =>
        pcm.Length == IOpusEncoder.FrameSamples
            ? _encoder.Encode(pcm, pcm.Length, packet, packet.Length)
            : throw new ArgumentException($"A frame has {IOpusEncoder.FrameSamples} samples, not {pcm.Length}.", nameof(pcm));

    public void SetBitrate(int bitrate)
    {
        CheckBitrate(bitrate);
        _encoder.Bitrate = bitrate;
    }

    public void SetExpectedPacketLoss(int percent)
    {
        CheckLoss(percent);
        _encoder.PacketLossPercent = percent;
    }

    public void Dispose() => _encoder.Dispose();

    private static void CheckBitrate(int bitrate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitrate, MinBitrate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitrate, MaxBitrate);
    }

    private static void CheckLoss(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
    }
}
