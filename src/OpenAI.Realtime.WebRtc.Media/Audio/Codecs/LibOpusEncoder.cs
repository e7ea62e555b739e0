namespace OpenAI.Realtime.WebRtc.Media;

internal sealed unsafe class LibOpusEncoder : IOpusEncoder
{
    private readonly OpusEncoderHandle _handle;

    public LibOpusEncoder(OpusEncoderOptions options)
    {
        _handle = OpusNative.EncoderCreate(OpusPacket.SampleRate, 1, (int)options.Application, out int error);
        if (error != 0 || _handle.IsInvalid)
            throw new InvalidOperationException($"libopus made no encoder: {OpusNative.Error(error)}.");
        Set(OpusNative.SetComplexity, options.Complexity);
        Set(OpusNative.SetDtx, options.Dtx ? 1 : 0);
        Set(OpusNative.SetSignal, options.Application == OpusApplication.Voip ? OpusNative.SignalVoice : OpusNative.SignalAuto);
        Tune(options.ToTuning());
    }

    public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet)
    {
        if (pcm.Length != IOpusEncoder.FrameSamples)
            throw new ArgumentException($"A frame has {IOpusEncoder.FrameSamples} samples, not {pcm.Length}.", nameof(pcm));
        fixed (short* from = pcm)
        fixed (byte* to = packet)
        {
            int length = OpusNative.Encode(_handle, from, pcm.Length, to, packet.Length);
            return length >= 0 ? length : throw new InvalidOperationException($"libopus could not encode: {OpusNative.Error(length)}.");
        }
    }

    public void Tune(in OpusEncoderTuning tuning)
    {
        tuning.Validate();
        Set(OpusNative.SetBitrate, tuning.Bitrate);
        Set(OpusNative.SetPacketLossPercent, tuning.ExpectedPacketLossPercent);
        Set(OpusNative.SetInbandFec, tuning.InbandFec ? 1 : 0);
        Set(OpusNative.SetVbr, tuning.VariableBitrate ? 1 : 0);
        Set(OpusNative.SetMaxBandwidth, (int)tuning.MaxBandwidth);
    }

    public void Dispose() => _handle.Dispose();

    private void Set(int request, int value)
    {
        int error = OpusNative.Control(_handle, request, value);
        if (error != 0)
            throw new InvalidOperationException($"libopus refused setting {request} = {value}: {OpusNative.Error(error)}.");
    }
}
